/* SPDX-License-Identifier: Apache-2.0 */
/*
 * disturb.c - in the order in which light would meet it: specimen (turn, flip,
 * zoom), optics (blur), camera (gamma, gains of the channels, noise).
 *
 * Zoom 0.6 to 1.6 and blur sigma 0.3 to 1.8 px, both evenly in their
 * logarithm; gamma 0.6 to 1.6, evenly in its logarithm; gains 0.8 to 1.2;
 * noise with a standard deviation of up to 6 % of the tile's range.
 */
#include "akin/disturb.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "luma.h"
#include "simd.h"

#define CURVE 1024 /* places at which the gamma curve is computed */
#define BLUR_RADIUS 6
#define MAX_CHANNELS 3

/* What is done to one copy. */
struct recipe {
    int turn; /* quarter turns, 0..3 */
    bool flip;
    double zoom; /* above 1: magnified */
    double sigma;
    double gamma;
    float gain[MAX_CHANNELS];
    float noise; /* part of the range */
};

/* A copy in the making: w x h pixels, channels interleaved. */
struct canvas {
    float *px, *tmp, *padded;
    size_t w, h, channels;
    float low, high; /* of the samples, before the camera */
};

/* SplitMix64 (Steele, Lea & Flood, OOPSLA 2014, figure 17). */
static uint64_t
next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static double
between(uint64_t *state, double low, double high)
{
    return low + (high - low) * (double)(next_random(state) >> 11) * 0x1p-53;
}

static double
between_log(uint64_t *state, double low, double high)
{
    return exp(between(state, log(low), log(high)));
}

/* Nearly normal with sigma 1: eight even bytes summed; their variance is
 * 8 * (256^2 - 1) / 12. */
static float
nearly_normal(uint64_t *state)
{
    uint64_t bits = next_random(state);
    uint32_t sum = 0;

    for (int i = 0; i < 8; i++, bits >>= 8)
        sum += (uint32_t)(bits & 255);
    return ((float)sum - 1020.0f) * (1.0f / 209.022f);
}

/* fminf and fmaxf are calls into libm here; this is not. */
static float
clamped(float v, float low, float high)
{
    v = v > low ? v : low;
    return v < high ? v : high;
}

static struct recipe
make_recipe(uint64_t *state)
{
    struct recipe r;
    uint64_t bits = next_random(state);

    r.turn = (int)(bits >> 60 & 3);
    r.flip = (bits >> 62 & 1) != 0;
    r.zoom = between_log(state, 0.6, 1.6);
    r.sigma = between_log(state, 0.3, 1.8);
    r.gamma = between_log(state, 0.6, 1.6);
    for (size_t c = 0; c < MAX_CHANNELS; c++)
        r.gain[c] = (float)between(state, 0.8, 1.2);
    r.noise = (float)between(state, 0.0, 0.06);
    return r;
}

/* Where a pixel of the copy comes from: the four pixels around the place, and
 * the weights of the right and lower ones. */
struct source {
    size_t at[4];
    float right, below;
};

static int64_t
floor_of(double v)
{
    int64_t whole = (int64_t)v;

    return (double)whole > v ? whole - 1 : whole;
}

static struct source
source_at(const struct akin_plane *plane, double x, double y)
{
    int64_t fx = floor_of(x), fy = floor_of(y);
    size_t x0 = akin__mirror(fx, plane->width);
    size_t x1 = akin__mirror(fx + 1, plane->width);
    size_t y0 = akin__mirror(fy, plane->height) * plane->width;
    size_t y1 = akin__mirror(fy + 1, plane->height) * plane->width;
    size_t n = plane->channels;

    return (struct source){
        {(y0 + x0) * n, (y0 + x1) * n, (y1 + x0) * n, (y1 + x1) * n},
        (float)(x - (double)fx),
        (float)(y - (double)fy)};
}

/* Bilinear values of all channels. */
#define TAKE(name, type)                                                       \
    static void name(const type *px, size_t channels, const struct source *s,  \
                     float *out)                                               \
    {                                                                          \
        for (size_t c = 0; c < channels; c++) {                                \
            float upper = (float)px[s->at[0] + c] * (1 - s->right) +           \
                          (float)px[s->at[1] + c] * s->right;                  \
            float lower = (float)px[s->at[2] + c] * (1 - s->right) +           \
                          (float)px[s->at[3] + c] * s->right;                  \
                                                                               \
            out[c] = upper * (1 - s->below) + lower * s->below;                \
        }                                                                      \
    }

TAKE(take_u8, uint8_t)
TAKE(take_u16, uint16_t)
TAKE(take_f32, float)

/* Each pixel of the copy looks up where it came from, around the centre. */
static void
resample(const struct akin_plane *plane, struct akin_tile_rect rect,
         const struct recipe *r, struct canvas *canvas)
{
    static const int cosine[4] = {1, 0, -1, 0}, sine[4] = {0, 1, 0, -1};
    double cx = rect.x + (rect.w - 1) / 2.0, cy = rect.y + (rect.h - 1) / 2.0;
    double cos_t = cosine[r->turn] / r->zoom, sin_t = sine[r->turn] / r->zoom;
    float *to = canvas->px;

    for (uint32_t j = 0; j < rect.h; j++)
        for (uint32_t i = 0; i < rect.w; i++, to += plane->channels) {
            double x = i - (rect.w - 1) / 2.0, y = j - (rect.h - 1) / 2.0;
            struct source s;

            x = r->flip ? -x : x;
            s = source_at(plane, cx + cos_t * x - sin_t * y,
                          cy + sin_t * x + cos_t * y);
            if (plane->sample == AKIN_SAMPLE_U8)
                take_u8(plane->px, plane->channels, &s, to);
            else if (plane->sample == AKIN_SAMPLE_U16)
                take_u16(plane->px, plane->channels, &s, to);
            else
                take_f32(plane->px, plane->channels, &s, to);
        }
}

static void
find_range(struct canvas *canvas)
{
    size_t n = canvas->w * canvas->h * canvas->channels;

    canvas->low = canvas->high = canvas->px[0];
    for (size_t i = 1; i < n; i++) {
        float v = canvas->px[i];

        canvas->low = v < canvas->low ? v : canvas->low;
        canvas->high = v > canvas->high ? v : canvas->high;
    }
}

AKIN_SIMD static void
add_weighted(float *restrict to, const float *restrict from, size_t n, float k)
{
    for (size_t i = 0; i < n; i++)
        to[i] += k * from[i];
}

static void
blur_columns(const struct canvas *c, const float *k, const float *from,
             float *to)
{
    size_t row = c->w * c->channels;

    for (size_t y = 0; y < c->h; y++) {
        for (size_t i = 0; i < row; i++)
            to[y * row + i] = 0.0f;
        for (int j = -BLUR_RADIUS; j <= BLUR_RADIUS; j++)
            add_weighted(to + y * row,
                         from + akin__mirror((int64_t)y + j, c->h) * row, row,
                         k[abs(j)]);
    }
}

/* Row by row: shifted by j px is shifted by j * channels floats of the row
 * with its mirrored ends. padded: room for (w + 2 * BLUR_RADIUS) px. */
static void
blur_rows(const struct canvas *c, const float *k, float *padded,
          const float *from, float *to)
{
    size_t n = c->channels, row = c->w * n;

    for (size_t y = 0; y < c->h; y++, from += row, to += row) {
        for (int64_t x = -BLUR_RADIUS; x < (int64_t)c->w + BLUR_RADIUS; x++)
            for (size_t ch = 0; ch < n; ch++)
                padded[(size_t)(x + BLUR_RADIUS) * n + ch] =
                    from[akin__mirror(x, c->w) * n + ch];
        for (size_t i = 0; i < row; i++)
            to[i] = 0.0f;
        for (int j = -BLUR_RADIUS; j <= BLUR_RADIUS; j++)
            add_weighted(to, padded + (size_t)(j + BLUR_RADIUS) * n, row,
                         k[abs(j)]);
    }
}

static void
blur(struct canvas *canvas, double sigma)
{
    float k[BLUR_RADIUS + 1];
    double sum = 0;

    for (int i = 0; i <= BLUR_RADIUS; i++)
        sum += (i == 0 ? 1 : 2) * exp(-i * i / (2 * sigma * sigma));
    for (int i = 0; i <= BLUR_RADIUS; i++)
        k[i] = (float)(exp(-i * i / (2 * sigma * sigma)) / sum);
    blur_rows(canvas, k, canvas->padded, canvas->px, canvas->tmp);
    blur_columns(canvas, k, canvas->tmp, canvas->px);
}

/* Gamma within the range, gains about its low end (which offset a camera adds
 * is not known), noise. */
static void
expose(struct canvas *canvas, const struct recipe *r, uint64_t *state)
{
    size_t n = canvas->w * canvas->h;
    float span = canvas->high - canvas->low;
    float curve[CURVE + 2];

    if (!(span > 0) || !isfinite(span))
        return;
    for (int i = 0; i <= CURVE; i++)
        curve[i] = (float)pow((double)i / CURVE, r->gamma);
    curve[CURVE + 1] = 1.0f;
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < canvas->channels; c++) {
            float *px = &canvas->px[i * canvas->channels + c];
            float v = clamped((*px - canvas->low) / span, 0.0f, 1.0f);
            float place = v * CURVE;
            int at = (int)place;

            v = curve[at] + (place - (float)at) * (curve[at + 1] - curve[at]);
            v = v * r->gain[c] + r->noise * nearly_normal(state);
            *px = canvas->low + span * v;
        }
}

static void
store(const struct canvas *canvas, struct akin_plane *out)
{
    size_t n = canvas->w * canvas->h * canvas->channels;
    float most = out->sample == AKIN_SAMPLE_U8 ? 255.0f : 65535.0f;

    for (size_t i = 0; i < n; i++) {
        float v = canvas->px[i], whole = clamped(v, 0.0f, most) + 0.5f;

        if (out->sample == AKIN_SAMPLE_U8)
            ((uint8_t *)out->px)[i] = (uint8_t)whole;
        else if (out->sample == AKIN_SAMPLE_U16)
            ((uint16_t *)out->px)[i] = (uint16_t)whole;
        else
            ((float *)out->px)[i] = clamped(v, -FLT_MAX, FLT_MAX);
    }
}

enum akin_status
akin_disturb(const struct akin_plane *plane, struct akin_tile_rect rect,
             uint64_t seed, struct akin_plane *out, struct akin_error *err)
{
    struct canvas canvas = {
        .w = rect.w, .h = rect.h, .channels = plane->channels};
    struct recipe recipe = make_recipe(&seed);
    size_t n = (size_t)rect.w * rect.h * plane->channels;
    enum akin_status st;

    assert(rect.x < plane->width && rect.w <= plane->width - rect.x);
    assert(rect.y < plane->height && rect.h <= plane->height - rect.y);
    st = akin_plane_alloc(out, rect.w, rect.h, plane->channels, plane->sample,
                          UINT64_MAX, err);
    if (st != AKIN_OK)
        return st;
    canvas.px = calloc(n, sizeof(float));
    canvas.tmp = calloc(n, sizeof(float));
    canvas.padded =
        calloc(((size_t)rect.w + 2 * (size_t)BLUR_RADIUS) * plane->channels,
               sizeof(float));
    if (canvas.px == NULL || canvas.tmp == NULL || canvas.padded == NULL) {
        akin_plane_free(out);
        st = AKIN_FAIL(err, AKIN_ENOMEM, "no memory to disturb a tile");
        goto done;
    }
    resample(plane, rect, &recipe, &canvas);
    blur(&canvas, recipe.sigma);
    find_range(&canvas);
    expose(&canvas, &recipe, &seed);
    store(&canvas, out);
done:
    free(canvas.px);
    free(canvas.tmp);
    free(canvas.padded);
    return st;
}
