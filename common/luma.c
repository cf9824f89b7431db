/* SPDX-License-Identifier: Apache-2.0 */
#include "luma.h"

#include <string.h>

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

/* Floats in their order as whole numbers in the same order, and back. */
static int32_t
key_of(float value)
{
    int32_t bits;

    memcpy(&bits, &value, sizeof(bits));
    return bits >= 0 ? bits : bits ^ INT32_MAX;
}

static float
value_of(int32_t key)
{
    int32_t bits = key >= 0 ? key : key ^ INT32_MAX;
    float value;

    memcpy(&value, &bits, sizeof(value));
    return value;
}

AKIN_SIMD static size_t
count_up_to(const float *restrict value, size_t n, float most)
{
    size_t count = 0;

    for (size_t at = 0; at < n; at += 4096) {
        size_t m = n - at < 4096 ? n - at : 4096;
        int32_t some = 0;

        for (size_t i = 0; i < m; i++)
            some += value[at + i] <= most ? 1 : 0;
        count += (size_t)some;
    }
    return count;
}

AKIN_SIMD static void
find_ends(const float *restrict value, size_t n, int32_t *low, int32_t *high)
{
    enum { LANES = 64 }; /* side by side, for vector registers */
    float least[LANES], most[LANES];
    size_t i = 0;

    for (size_t k = 0; k < LANES; k++)
        least[k] = most[k] = value[0];
    for (; i + LANES <= n; i += LANES)
        for (size_t k = 0; k < LANES; k++) {
            float v = value[i + k];

            least[k] = v < least[k] ? v : least[k];
            most[k] = v > most[k] ? v : most[k];
        }
    for (; i < n; i++) {
        least[0] = value[i] < least[0] ? value[i] : least[0];
        most[0] = value[i] > most[0] ? value[i] : most[0];
    }
    for (size_t k = 1; k < LANES; k++) {
        least[0] = least[k] < least[0] ? least[k] : least[0];
        most[0] = most[k] > most[0] ? most[k] : most[0];
    }
    *low = key_of(least[0]);
    *high = key_of(most[0]);
}

float
akin__rank_of(const float *value, size_t n, size_t k)
{
    int32_t low, high;

    find_ends(value, n, &low, &high);
    /* Invariant: the value lies at low..high. */
    while (low < high) {
        int32_t middle = (int32_t)(low + ((int64_t)high - low) / 2);

        if (count_up_to(value, n, value_of(middle)) > k)
            high = middle;
        else
            low = middle + 1;
    }
    return value_of(low);
}
