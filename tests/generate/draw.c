/* SPDX-License-Identifier: Apache-2.0 */
#include "draw.h"

#include "akin/bytes.h"

struct canvas
canvas_new(int w, int h, double value)
{
    size_t n = (size_t)w * (size_t)h;
    struct canvas canvas = {w, h, akin_new(n, sizeof(double))};

    for (size_t i = 0; i < n; i++)
        canvas.px[i] = value;
    return canvas;
}

struct canvas
canvas_copy(const struct canvas *from)
{
    struct canvas canvas = canvas_new(from->w, from->h, 0);

    memcpy(canvas.px, from->px,
           (size_t)from->w * (size_t)from->h * sizeof(double));
    return canvas;
}

void
canvas_free(struct canvas *canvas)
{
    free(canvas->px);
    *canvas = (struct canvas){0};
}

double *
canvas_at(const struct canvas *canvas, int x, int y)
{
    return canvas->px + (size_t)y * (size_t)canvas->w + (size_t)x;
}

static size_t
n_px(const struct canvas *canvas)
{
    return (size_t)canvas->w * (size_t)canvas->h;
}

void
canvas_mix(struct canvas *canvas, double scale, const struct canvas *other,
           double weight)
{
    for (size_t i = 0; i < n_px(canvas); i++)
        canvas->px[i] =
            canvas->px[i] * scale + weight * (other != NULL ? other->px[i] : 1);
}

void
canvas_multiply(struct canvas *canvas, const struct canvas *other)
{
    for (size_t i = 0; i < n_px(canvas); i++)
        canvas->px[i] *= other->px[i];
}

void
canvas_clamp(struct canvas *canvas, double low, double high)
{
    for (size_t i = 0; i < n_px(canvas); i++)
        canvas->px[i] = fmin(fmax(canvas->px[i], low), high);
}

double
between(struct akin_test_random *random, double low, double high)
{
    return low + (high - low) * akin_test_uniform(random);
}

double
spread(struct akin_test_random *random, double sigma)
{
    return exp(sigma * akin_test_normal(random));
}

double
smooth_step(double low, double high, double x)
{
    double t = (x - low) / (high - low);

    t = fmin(fmax(t, 0), 1);
    return t * t * (3 - 2 * t);
}

struct blob
blob_new(struct akin_test_random *random, double x, double y, double rx,
         double ry, double wobble)
{
    struct blob blob = {x, y, rx, ry, between(random, 0, PI), {0}, {0}};

    for (int i = 0; i < BLOB_WAVES; i++) {
        blob.wave[i] = wobble * akin_test_normal(random) / (i + 1);
        blob.phase[i] = between(random, 0, 2 * PI);
    }
    return blob;
}

double
blob_depth(const struct blob *blob, double x, double y)
{
    double dx = x - blob->x, dy = y - blob->y;
    double c = cos(blob->angle), s = sin(blob->angle);
    double u = (dx * c + dy * s) / blob->rx, v = (dy * c - dx * s) / blob->ry;
    double rho = sqrt(u * u + v * v), reach = 1, theta;

    if (rho > 1.7) /* far outside: the waves make no difference */
        return (reach - rho) * fmin(blob->rx, blob->ry);
    theta = atan2(v, u);
    for (int i = 0; i < BLOB_WAVES; i++)
        reach += blob->wave[i] * cos((i + 2) * theta + blob->phase[i]);
    return (reach - rho) * fmin(blob->rx, blob->ry);
}

static void
paint_px(double *px, double cover, enum paint paint, double value)
{
    switch (paint) {
    case PAINT_MIX:
        *px += cover * (value - *px);
        break;
    case PAINT_ADD:
        *px += cover * value;
        break;
    case PAINT_MULTIPLY:
        *px *= 1 + cover * (value - 1);
        break;
    case PAINT_MAX:
        *px = fmax(*px, cover * value);
        break;
    }
}

static int
clip(double v, int n)
{
    return v < 0 ? 0 : v > n ? n : (int)v;
}

void
blob_paint(struct canvas *canvas, const struct blob *blob, double low,
           double high, double soft, enum paint paint, double value)
{
    double reach = fmax(blob->rx, blob->ry) * 1.6 + fmax(-low, 0) * 2 + soft;
    int y0 = clip(blob->y - reach, canvas->h);
    int y1 = clip(blob->y + reach + 1, canvas->h);
    int x0 = clip(blob->x - reach, canvas->w);
    int x1 = clip(blob->x + reach + 1, canvas->w);

    for (int y = y0; y < y1; y++) {
        for (int x = x0; x < x1; x++) {
            double depth = blob_depth(blob, x, y);
            double cover;

            if (depth < low - soft / 2)
                continue;
            cover = smooth_step(low - soft / 2, low + soft / 2, depth);

            if (high < HUGE_VAL)
                cover *=
                    1 - smooth_step(high - soft / 2, high + soft / 2, depth);
            if (cover > 0)
                paint_px(canvas_at(canvas, x, y), cover, paint, value);
        }
    }
}

void
splat(struct canvas *canvas, double x, double y, double amount)
{
    double fx = floor(x), fy = floor(y), ax = x - fx, ay = y - fy;

    if (!(fx >= 0 && fy >= 0 && fx < canvas->w - 1 && fy < canvas->h - 1))
        return;
    *canvas_at(canvas, (int)fx, (int)fy) += amount * (1 - ax) * (1 - ay);
    *canvas_at(canvas, (int)fx + 1, (int)fy) += amount * ax * (1 - ay);
    *canvas_at(canvas, (int)fx, (int)fy + 1) += amount * (1 - ax) * ay;
    *canvas_at(canvas, (int)fx + 1, (int)fy + 1) += amount * ax * ay;
}

void
filament_draw(struct canvas *canvas, struct akin_test_random *random,
              const struct filament *filament)
{
    const double step = 0.5;
    int n_steps = (int)ceil(filament->length / step);
    double x = filament->x, y = filament->y, angle = filament->angle;
    double turn = 0;

    for (int i = 0; i < n_steps; i++) {
        double off = filament->radius * akin_test_normal(random) * 0.5;

        turn += filament->curl *
                (filament->wander * akin_test_normal(random) - turn);
        angle += turn * step;
        x += step * cos(angle);
        y += step * sin(angle);
        splat(canvas, x - off * sin(angle), y + off * cos(angle),
              filament->amount * step);
    }
}

static bool
is_free(const struct places *places, double x, double y, double r, double gap)
{
    for (size_t i = 0; i < places->n; i++) {
        double dx = places->at[i].x - x, dy = places->at[i].y - y;
        double least = places->at[i].r + r + gap;

        if (least > 0 && dx * dx + dy * dy < least * least)
            return false;
    }
    return true;
}

bool
places_try(struct places *places, struct akin_test_random *random, int w, int h,
           double r, double gap, int tries)
{
    while (tries-- > 0) {
        double x = between(random, 0, w), y = between(random, 0, h);

        if (!is_free(places, x, y, r, gap))
            continue;
        if (places->n == places->cap) {
            size_t cap = places->cap == 0 ? 64 : places->cap * 2;
            struct place *more = akin_new(cap, sizeof(*more));

            if (places->n > 0)
                memcpy(more, places->at, places->n * sizeof(*more));
            free(places->at);
            places->at = more;
            places->cap = cap;
        }
        places->at[places->n++] = (struct place){x, y, r};
        return true;
    }
    return false;
}

void
places_free(struct places *places)
{
    free(places->at);
    *places = (struct places){0};
}
