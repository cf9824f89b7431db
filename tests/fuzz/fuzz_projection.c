/* SPDX-License-Identifier: Apache-2.0 */
/* Projection files: read, and what was read gives unit vectors. */
#include <assert.h>
#include <math.h>
#include <stdint.h>

#include "akin/feature.h"
#include "akin/projection.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct akin_span bytes = {data, size};
    struct akin_projection *projection = NULL;
    struct akin_error err = {0};
    float features[AKIN_FEATURES_MAX] = {1.0f}, out[AKIN_DIM];
    double square = 0;

    if (akin_projection_read(bytes, &projection, &err) != AKIN_OK) {
        assert(projection == NULL && err.text[0] != '\0');
        return 0;
    }
    akin_projection_apply(projection, features, 1, out);
    for (size_t k = 0; k < AKIN_DIM; k++)
        square += (double)out[k] * (double)out[k];
    assert(fabs(square - 1) < 1e-3);
    akin_projection_free(projection);
    return 0;
}
