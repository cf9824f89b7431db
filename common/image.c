/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/image.h"

#include <inttypes.h>
#include <stdlib.h>

size_t
akin_sample_size(enum akin_sample sample)
{
    switch (sample) {
    case AKIN_SAMPLE_U8:
        return 1;
    case AKIN_SAMPLE_U16:
        return 2;
    case AKIN_SAMPLE_F32:
        return 4;
    }
    return 4;
}

enum akin_status
akin_plane_alloc(struct akin_plane *plane, uint32_t width, uint32_t height,
                 uint32_t channels, enum akin_sample sample, uint64_t max_px,
                 struct akin_error *err)
{
    uint64_t n_px = (uint64_t)width * height;
    size_t size;
    void *px;

    if (width == 0 || height == 0 || (channels != 1 && channels != 3))
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "a plane of %" PRIu32 " x %" PRIu32 " px with %" PRIu32
                         " channels cannot be",
                         width, height, channels);
    if (n_px > max_px)
        return AKIN_FAIL(err, AKIN_ELIMIT,
                         "%" PRIu32 " x %" PRIu32
                         " px is over image.max_plane_px (%" PRIu64 ")",
                         width, height, max_px);
    if (!akin_size_mul((size_t)n_px, channels * akin_sample_size(sample),
                       &size))
        return AKIN_FAIL(err, AKIN_ELIMIT, "plane size overflows");
    px = malloc(size);
    if (px == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for a plane of %zu bytes",
                         size);
    plane->width = width;
    plane->height = height;
    plane->channels = channels;
    plane->sample = sample;
    plane->px = px;
    return AKIN_OK;
}

void
akin_plane_free(struct akin_plane *plane)
{
    free(plane->px);
    *plane = (struct akin_plane){0};
}
