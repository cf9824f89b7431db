/* SPDX-License-Identifier: Apache-2.0 */
#include "luma.h"

#include "simd.h"

/* One loop for each sample type. */
#define LUMA_ROW(name, type)                                                   \
    AKIN_SIMD static void name(const type *restrict px, uint32_t channels,     \
                               uint32_t n, float *restrict out)                \
    {                                                                          \
        if (channels == 1) {                                                   \
            for (size_t i = 0; i < n; i++)                                     \
                out[i] = (float)px[i];                                         \
            return;                                                            \
        }                                                                      \
        for (size_t i = 0; i < n; i++)                                         \
            out[i] = AKIN__LUMA_R * (float)px[3 * i] +                         \
                     AKIN__LUMA_G * (float)px[3 * i + 1] +                     \
                     AKIN__LUMA_B * (float)px[3 * i + 2];                      \
    }

LUMA_ROW(row_grey_u8, uint8_t)
LUMA_ROW(row_u16, uint16_t)
LUMA_ROW(row_f32, float)

/* The same numbers as the loop above gives, by whole-number arithmetic, which
 * has more lanes. */
AKIN_SIMD static void
row_rgb_u8(const uint8_t *restrict px, uint32_t n, float *restrict out)
{
    enum { PART = 256 };
    uint16_t sum[PART];

    for (uint32_t at = 0; at < n; at += PART, px += (size_t)3 * PART) {
        uint32_t m = n - at < PART ? n - at : PART;

        for (size_t i = 0; i < m; i++)
            sum[i] = (uint16_t)(77u * px[3 * i] + 150u * px[3 * i + 1] +
                                29u * px[3 * i + 2]);
        for (size_t i = 0; i < m; i++)
            out[at + i] = (float)sum[i] * (1.0f / 256.0f);
    }
}

static void
row_u8(const uint8_t *px, uint32_t channels, uint32_t n, float *out)
{
    if (channels == 1)
        row_grey_u8(px, 1, n, out);
    else
        row_rgb_u8(px, n, out);
}

void
akin__luma_row(const struct akin_plane *plane, uint32_t x, uint32_t y,
               uint32_t n, float *out)
{
    size_t at = ((size_t)y * plane->width + x) * plane->channels;

    switch (plane->sample) {
    case AKIN_SAMPLE_U8:
        row_u8((const uint8_t *)plane->px + at, plane->channels, n, out);
        break;
    case AKIN_SAMPLE_U16:
        row_u16((const uint16_t *)plane->px + at, plane->channels, n, out);
        break;
    case AKIN_SAMPLE_F32:
        row_f32((const float *)plane->px + at, plane->channels, n, out);
        break;
    }
}

float
akin__rank_of(float *value, size_t n, size_t k)
{
    size_t low = 0, high = n - 1;

    while (low < high) {
        float pivot = value[low + (high - low) / 2];
        size_t i = low, j = high;

        /* Invariant: left of i nothing above, right of j nothing below. */
        while (i <= j) {
            while (value[i] < pivot)
                i++;
            while (value[j] > pivot)
                j--;
            if (i <= j) {
                float swap = value[i];

                value[i++] = value[j];
                value[j] = swap;
                if (j == 0)
                    break;
                j--;
            }
        }
        if (k <= j && j < high)
            high = j;
        else if (k >= i)
            low = i;
        else
            break;
    }
    return value[k];
}
