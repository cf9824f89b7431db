/* SPDX-License-Identifier: Apache-2.0 */
#include "decode_tiff_internal.h"

#include <string.h>

enum akin_sample
akin__tiff_target_sample(const struct akin__tiff_target *target)
{
    if (target->mode == AKIN__TIFF_PALETTE)
        return AKIN_SAMPLE_U8;
    return akin__samples_target(&target->samples);
}

static void
put_row(const struct akin__tiff_target *target, const uint8_t *src,
        uint8_t *dst, uint32_t n_px, int channel)
{
    const struct akin__samples *s = &target->samples;
    uint32_t channels = target->plane.channels;
    size_t size = akin_sample_size(target->plane.sample);

    if (target->mode == AKIN__TIFF_PALETTE) {
        akin__samples_raw(s, src, 0, n_px, target->scratch);
        akin__palette_row(&target->palette, target->scratch, n_px, dst);
    } else if (target->mode == AKIN__TIFF_INK && s->bits == 8) {
        akin__ink_row_u8(src, s->per_px, n_px, dst);
    } else if (target->mode == AKIN__TIFF_INK) {
        akin__ink_row_u16((const uint16_t *)(const void *)src, s->per_px, n_px,
                          (uint16_t *)(void *)dst);
    } else if (channel >= 0) {
        akin__samples_copy(s, src, 0, n_px, dst + (size_t)channel * size,
                           channels);
    } else if (channels == 3 && s->per_px == 3) {
        /* Colours as they are: one copy instead of three. */
        struct akin__samples flat = *s;

        flat.per_px = 1;
        akin__samples_copy(&flat, src, 0, (size_t)n_px * 3, dst, 1);
    } else {
        for (uint32_t k = 0; k < channels; k++)
            akin__samples_copy(s, src, target->first + k, n_px,
                               dst + (size_t)k * size, channels);
    }
}

void
akin__tiff_put_rows(const struct akin__tiff_target *target, const uint8_t *src,
                    size_t row_bytes, uint32_t x, uint32_t y, uint32_t n_px,
                    uint32_t n_rows, int channel)
{
    const struct akin_plane *plane = &target->plane;
    size_t px_bytes = plane->channels * akin_sample_size(plane->sample);
    uint8_t *dst =
        (uint8_t *)plane->px + ((size_t)y * plane->width + x) * px_bytes;

    for (uint32_t i = 0; i < n_rows; i++)
        put_row(target, src + i * row_bytes,
                dst + (size_t)i * plane->width * px_bytes, n_px, channel);
}

void
akin__swap_samples(uint8_t *bytes, size_t n, uint32_t bits)
{
    size_t size = bits / 8;

    for (size_t i = 0; i < n; i++, bytes += size)
        for (size_t k = 0; k < size / 2; k++) {
            uint8_t byte = bytes[k];

            bytes[k] = bytes[size - 1 - k];
            bytes[size - 1 - k] = byte;
        }
}
