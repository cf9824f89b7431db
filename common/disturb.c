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
#include <string.h>

#include "disturb_internal.h"
#include "luma.h"
#include "simd.h"

#define CURVE 1024 /* places at which the gamma curve is computed */
#define BLUR_RADIUS 6
#define MAX_CHANNELS 3
#define LANES 64   /* minima kept side by side, for vector registers */
#define PERIOD 128 /* px that the camera takes at once */

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

#define GOLDEN UINT64_C(0x9e3779b97f4a7c15)

/* SplitMix64 (Steele, Lea & Flood, OOPSLA 2014, figure 17): number n of the
 * sequence is made from seed + n * GOLDEN, whatever came before. */
AKIN_INLINE uint64_t
mixed(uint64_t z)
{
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static uint64_t
next_random(uint64_t *state)
{
    return mixed(*state += GOLDEN);
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
 * 8 * (256^2 - 1) / 12. The bytes are added in pairs, then all pairs at once.
 */
AKIN_INLINE float
nearly_normal(uint64_t bits)
{
    const uint64_t pairs = UINT64_C(0x00ff00ff00ff00ff);
    uint64_t sum = (bits & pairs) + (bits >> 8 & pairs);

    sum = sum * UINT64_C(0x0001000100010001) >> 48;
    return ((float)(int32_t)sum - 1020.0f) * (1.0f / 209.022f);
}

/* fminf and fmaxf are calls into libm here; this is not. */
AKIN_INLINE float
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

/* Each pixel of the copy looks up where it came from, around the centre. When
 * turned, rows of the copy are columns of the plane. */
static enum akin_status
resample(const struct akin_plane *plane, struct akin_tile_rect rect,
         const struct recipe *r, struct canvas *canvas, struct akin_error *err)
{
    double cx = rect.x + (rect.w - 1) / 2.0, cy = rect.y + (rect.h - 1) / 2.0;
    double to_right = (r->flip ? -1 : 1) / r->zoom, down = 1 / r->zoom;
    bool turned = r->turn % 2 == 1;
    enum akin_status st;

    /* (x, y) turned by quarters is (x, y), (-y, x), (-x, -y), (y, -x). */
    if (r->turn == 2 || r->turn == 3)
        to_right = -to_right;
    if (r->turn == 1 || r->turn == 2)
        down = -down;
    if (!turned)
        return akin__resample(plane, (struct akin__axis){cx, to_right, rect.w},
                              (struct akin__axis){cy, down, rect.h}, canvas->px,
                              err);
    st = akin__resample(plane, (struct akin__axis){cx, down, rect.h},
                        (struct akin__axis){cy, to_right, rect.w}, canvas->tmp,
                        err);
    if (st == AKIN_OK)
        akin__transpose(canvas->tmp, rect.w, rect.h, plane->channels,
                        canvas->px);
    return st;
}

AKIN_SIMD static void
find_range(struct canvas *canvas)
{
    size_t n = canvas->w * canvas->h * canvas->channels, i = 0;
    const float *px = canvas->px;
    float low[LANES], high[LANES];

    for (size_t k = 0; k < LANES; k++)
        low[k] = high[k] = px[0];
    for (; i + LANES <= n; i += LANES)
        for (size_t k = 0; k < LANES; k++) {
            low[k] = px[i + k] < low[k] ? px[i + k] : low[k];
            high[k] = px[i + k] > high[k] ? px[i + k] : high[k];
        }
    for (; i < n; i++) {
        low[0] = px[i] < low[0] ? px[i] : low[0];
        high[0] = px[i] > high[0] ? px[i] : high[0];
    }
    canvas->low = low[0];
    canvas->high = high[0];
    for (size_t k = 1; k < LANES; k++) {
        canvas->low = low[k] < canvas->low ? low[k] : canvas->low;
        canvas->high = high[k] > canvas->high ? high[k] : canvas->high;
    }
}

/* n sums over 2 * BLUR_RADIUS + 1 rows, weighted by k[0..BLUR_RADIUS] from the
 * middle. */
AKIN_SIMD static void
weigh_rows(const float *const *row, size_t n, const float *restrict k,
           float *restrict to)
{
    const float *a = row[0], *b = row[1], *c = row[2], *d = row[3];
    const float *e = row[4], *f = row[5], *g = row[6], *h = row[7];
    const float *l = row[8], *m = row[9], *o = row[10], *p = row[11];
    const float *q = row[12];

    for (size_t i = 0; i < n; i++) {
        float sum = k[6] * a[i] + k[5] * b[i] + k[4] * c[i] + k[3] * d[i];

        sum = sum + k[2] * e[i] + k[1] * f[i] + k[0] * g[i] + k[1] * h[i];
        sum = sum + k[2] * l[i] + k[3] * m[i] + k[4] * o[i] + k[5] * p[i];
        to[i] = sum + k[6] * q[i];
    }
}

static void
blur_columns(const struct canvas *c, const float *k, const float *from,
             float *to)
{
    size_t row = c->w * c->channels;

    for (size_t y = 0; y < c->h; y++) {
        const float *rows[2 * BLUR_RADIUS + 1];

        for (int j = -BLUR_RADIUS; j <= BLUR_RADIUS; j++)
            rows[j + BLUR_RADIUS] =
                from + akin__mirror((int64_t)y + j, c->h) * row;
        weigh_rows(rows, row, k, to + y * row);
    }
}

/* Pixel x of a row that goes on mirrored, to its place in padded. */
static void
pad(const float *from, const struct canvas *c, int64_t x, float *padded)
{
    size_t n = c->channels;

    memcpy(padded + (size_t)(x + BLUR_RADIUS) * n,
           from + akin__mirror(x, c->w) * n, n * sizeof(*padded));
}

/* Row by row: shifted by j px is shifted by j * channels floats of the row
 * with its mirrored ends. padded: room for (w + 2 * BLUR_RADIUS) px. */
static void
blur_rows(const struct canvas *c, const float *k, float *padded,
          const float *from, float *to)
{
    size_t n = c->channels, row = c->w * n;
    const float *rows[2 * BLUR_RADIUS + 1];

    for (size_t j = 0; j <= (size_t)2 * BLUR_RADIUS; j++)
        rows[j] = padded + j * n;
    for (size_t y = 0; y < c->h; y++, from += row, to += row) {
        memcpy(padded + (size_t)BLUR_RADIUS * n, from, row * sizeof(*padded));
        for (int64_t i = 0; i < BLUR_RADIUS; i++) {
            pad(from, c, i - BLUR_RADIUS, padded);
            pad(from, c, (int64_t)c->w + i, padded);
        }
        weigh_rows(rows, row, k, to);
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

/* What the camera makes of PERIOD px, sample by sample; loops that have only
 * one thing to do are vectorised. */
#define SOME (MAX_CHANNELS * (size_t)PERIOD)
struct camera {
    const float *curve; /* CURVE + 2 places */
    float low, span, noise;
    float gain[SOME]; /* channel by channel, period after period */
    float normal[SOME];
    float place[SOME]; /* on the curve */
    int32_t at[SOME];  /* the same, rounded down */
};

/* seed: of the samples' random numbers, one each. */
AKIN_SIMD static void
draw_noise(uint64_t seed, size_t n, float *restrict normal)
{
    for (size_t i = 0; i < n; i++)
        normal[i] = nearly_normal(mixed(seed + (i + 1) * GOLDEN));
}

AKIN_SIMD static void
find_places(struct camera *restrict camera, size_t n, const float *restrict px)
{
    float low = camera->low, span = camera->span;

    for (size_t i = 0; i < n; i++) {
        float place = clamped((px[i] - low) / span, 0.0f, 1.0f) * CURVE;

        camera->place[i] = place;
        camera->at[i] = (int32_t)place;
    }
}

AKIN_SIMD static void
expose_some(const struct camera *restrict camera, size_t n, float *restrict px)
{
    const float *restrict curve = camera->curve;
    float low = camera->low, span = camera->span, noise = camera->noise;

    for (size_t i = 0; i < n; i++) {
        int32_t at = camera->at[i];
        float v = curve[at] +
                  (camera->place[i] - (float)at) * (curve[at + 1] - curve[at]);

        v = v * camera->gain[i] + noise * camera->normal[i];
        px[i] = low + span * v;
    }
}

/* Gamma within the range, gains about its low end (which offset a camera adds
 * is not known), noise. */
static void
expose(struct canvas *canvas, const struct recipe *r, uint64_t seed)
{
    size_t n = canvas->w * canvas->h * canvas->channels;
    size_t some = canvas->channels * PERIOD;
    float curve[CURVE + 2];
    struct camera camera = {.curve = curve,
                            .low = canvas->low,
                            .span = canvas->high - canvas->low,
                            .noise = r->noise};

    if (!(camera.span > 0) || !isfinite(camera.span))
        return;
    for (int i = 0; i <= CURVE; i++)
        curve[i] = (float)pow((double)i / CURVE, r->gamma);
    curve[CURVE + 1] = 1.0f;
    for (size_t i = 0; i < some; i++)
        camera.gain[i] = r->gain[i % canvas->channels];
    for (size_t at = 0; at < n; at += some) {
        size_t m = n - at < some ? n - at : some;

        draw_noise(seed + at * GOLDEN, m, camera.normal);
        find_places(&camera, m, canvas->px + at);
        expose_some(&camera, m, canvas->px + at);
    }
}

/* Rounded and within the samples' range. */
/* NOLINTBEGIN(bugprone-macro-parentheses): types cannot have them */
#define STORE(name, type, most)                                                \
    AKIN_SIMD static void name(const float *restrict px, size_t n,             \
                               type *restrict out)                             \
    {                                                                          \
        for (size_t i = 0; i < n; i++)                                         \
            out[i] = (type)(int32_t)(clamped(px[i], 0.0f, most) + 0.5f);       \
    }
/* NOLINTEND(bugprone-macro-parentheses) */

STORE(store_u8, uint8_t, 255.0f)
STORE(store_u16, uint16_t, 65535.0f)

static void
store(const struct canvas *canvas, struct akin_plane *out)
{
    size_t n = canvas->w * canvas->h * canvas->channels;

    if (out->sample == AKIN_SAMPLE_U8)
        store_u8(canvas->px, n, out->px);
    else if (out->sample == AKIN_SAMPLE_U16)
        store_u16(canvas->px, n, out->px);
    else
        for (size_t i = 0; i < n; i++)
            ((float *)out->px)[i] = clamped(canvas->px[i], -FLT_MAX, FLT_MAX);
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
    canvas.px = malloc(n * sizeof(float)); /* as many as out has */
    canvas.tmp = malloc(n * sizeof(float));
    canvas.padded =
        calloc(((size_t)rect.w + 2 * (size_t)BLUR_RADIUS) * plane->channels,
               sizeof(float));
    if (canvas.px == NULL || canvas.tmp == NULL || canvas.padded == NULL)
        st = AKIN_FAIL(err, AKIN_ENOMEM, "no memory to disturb a tile");
    if (st == AKIN_OK)
        st = resample(plane, rect, &recipe, &canvas, err);
    if (st != AKIN_OK) {
        akin_plane_free(out);
        goto done;
    }
    blur(&canvas, recipe.sigma);
    find_range(&canvas);
    expose(&canvas, &recipe, seed);
    store(&canvas, out);
done:
    free(canvas.px);
    free(canvas.tmp);
    free(canvas.padded);
    return st;
}
