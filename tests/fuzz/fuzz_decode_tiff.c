/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "akin/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct akin_config config;
    struct akin_decoder *decoder = NULL;
    const struct akin_image_info *info;

    akin_config_init(&config);
    config.image_max_plane_px = 1 << 18;
    config.image_max_planes = 256;
    if (akin_decode_open_bytes(akin_span_of(data, size), &config, &decoder,
                               NULL) != AKIN_OK)
        return 0;
    info = akin_decode_info(decoder);
    for (uint32_t i = 0; i < 4; i++) {
        struct akin_plane plane = {0};

        if (akin_decode_plane(decoder, i % info->dim_z, i % info->dim_c,
                              i % info->dim_t, &plane, NULL) == AKIN_OK)
            assert(plane.width == info->dim_x && plane.height == info->dim_y);
        akin_plane_free(&plane);
    }
    akin_decode_close(decoder);
    return 0;
}
