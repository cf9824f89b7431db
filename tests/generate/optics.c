/* SPDX-License-Identifier: Apache-2.0 */
#include "optics.h"

#include "akin/bytes.h"

#define KERNEL_MAX 256 /* px, one side */

static int
mirrored(int i, int n)
{
    if (n == 1)
        return 0;
    while (i < 0 || i >= n)
        i = i < 0 ? -i : 2 * n - 2 - i;
    return i;
}

/* Blurs n values that are `stride` apart; line is room for padded values. */
static void
blur_line(double *px, size_t stride, int n, const double *kernel, int radius,
          double *line)
{
    for (int i = -radius; i < n + radius; i++)
        line[i + radius] = px[(size_t)mirrored(i, n) * stride];
    for (int i = 0; i < n; i++) {
        double sum = kernel[0] * line[i + radius];

        for (int k = 1; k <= radius; k++)
            sum += kernel[k] * (line[i + radius - k] + line[i + radius + k]);
        px[(size_t)i * stride] = sum;
    }
}

/* The canvas at half the size, or grown back to w x h. */
static struct canvas
resized(const struct canvas *from, int w, int h)
{
    struct canvas to = canvas_new(w, h, 0);
    double sx = (double)from->w / w, sy = (double)from->h / h;

    for (int y = 0; y < h; y++) {
        for (int x = 0; x < w; x++) {
            double u = fmin(fmax((x + 0.5) * sx - 0.5, 0), from->w - 1.001);
            double v = fmin(fmax((y + 0.5) * sy - 0.5, 0), from->h - 1.001);
            int iu = (int)u, iv = (int)v;
            double a = u - iu, b = v - iv;

            *canvas_at(&to, x, y) =
                (1 - b) * ((1 - a) * *canvas_at(from, iu, iv) +
                           a * *canvas_at(from, iu + 1, iv)) +
                b * ((1 - a) * *canvas_at(from, iu, iv + 1) +
                     a * *canvas_at(from, iu + 1, iv + 1));
        }
    }
    return to;
}

static void
blur_wide(struct canvas *canvas, double sigma_px)
{
    struct canvas half = resized(canvas, canvas->w / 2, canvas->h / 2);
    struct canvas back;

    blur(&half, sigma_px / 2);
    back = resized(&half, canvas->w, canvas->h);
    canvas_free(&half);
    canvas_free(canvas);
    *canvas = back;
}

void
blur(struct canvas *canvas, double sigma_px)
{
    double kernel[KERNEL_MAX] = {0}, total = 0, *line;
    int radius = (int)ceil(sigma_px * 3);
    int longer = canvas->w > canvas->h ? canvas->w : canvas->h;

    if (sigma_px < 0.05)
        return;
    if (sigma_px > 6 && canvas->w > 8 && canvas->h > 8) {
        blur_wide(canvas, sigma_px);
        return;
    }
    if (radius > KERNEL_MAX - 1)
        radius = KERNEL_MAX - 1;
    for (int k = 0; k <= radius; k++) {
        kernel[k] = exp(-0.5 * k * k / (sigma_px * sigma_px));
        total += k == 0 ? kernel[k] : 2 * kernel[k];
    }
    for (int k = 0; k <= radius; k++)
        kernel[k] /= total;
    line = akin_new((size_t)longer + 2 * (size_t)radius, sizeof(*line));
    for (int y = 0; y < canvas->h; y++)
        blur_line(canvas_at(canvas, 0, y), 1, canvas->w, kernel, radius, line);
    for (int x = 0; x < canvas->w; x++)
        blur_line(canvas->px + x, (size_t)canvas->w, canvas->h, kernel, radius,
                  line);
    free(line);
}

/* 1 in the middle of a light that is a little off the axis. */
static double
illumination(const struct canvas *canvas, int x, int y, double falloff,
             double off_x, double off_y)
{
    double u = (x - canvas->w * (0.5 + off_x)) / canvas->w;
    double v = (y - canvas->h * (0.5 + off_y)) / canvas->h;

    return 1 - falloff * fmin(2 * (u * u + v * v), 1);
}

/* Poisson: by waiting times when few are expected (Knuth, TAOCP 2, 3.4.1), by
 * its normal limit when many are. */
static double
poisson(double mean, struct akin_test_random *random)
{
    double n = -1, product = 1, least = exp(-mean);

    if (mean <= 0)
        return 0;
    if (mean > 24)
        return fmax(floor(mean + sqrt(mean) * akin_test_normal(random) + 0.5),
                    0);
    while (product > least) {
        product *= 1 - akin_test_uniform(random);
        n++;
    }
    return n;
}

void
camera_expose(struct canvas *light, const struct camera *camera,
              struct akin_test_random *random)
{
    double off_x = between(random, -0.1, 0.1);
    double off_y = between(random, -0.1, 0.1);

    if (camera->haze > 0) {
        struct canvas wide = canvas_copy(light);

        blur(&wide, camera->haze_px);
        canvas_mix(light, 1 - camera->haze, &wide, camera->haze);
        canvas_free(&wide);
    }
    blur(light, camera->psf_px);
    for (int y = 0; y < light->h; y++) {
        for (int x = 0; x < light->w; x++) {
            double *px = canvas_at(light, x, y);
            double lamp =
                illumination(light, x, y, camera->falloff, off_x, off_y);
            double mean = (*px * camera->photons + camera->background) * lamp;

            *px = poisson(mean, random) * camera->gain + camera->offset +
                  camera->read_noise * akin_test_normal(random);
        }
    }
}

void
phase_contrast(struct canvas *thickness, double strength, double halo_px)
{
    struct canvas wide = canvas_copy(thickness);

    blur(&wide, halo_px);
    canvas_mix(thickness, -strength, &wide, strength);
    canvas_mix(thickness, 1, NULL, 1);
    canvas_clamp(thickness, 0.05, 3);
    canvas_free(&wide);
}

void
interference_contrast(struct canvas *thickness, double strength,
                      double shear_angle)
{
    struct canvas old = canvas_copy(thickness);
    double c = cos(shear_angle) * strength, s = sin(shear_angle) * strength;

    for (int y = 0; y < old.h; y++) {
        for (int x = 0; x < old.w; x++) {
            int x0 = mirrored(x - 1, old.w), x1 = mirrored(x + 1, old.w);
            int y0 = mirrored(y - 1, old.h), y1 = mirrored(y + 1, old.h);
            double dx = *canvas_at(&old, x1, y) - *canvas_at(&old, x0, y);
            double dy = *canvas_at(&old, x, y1) - *canvas_at(&old, x, y0);

            *canvas_at(thickness, x, y) = fmax(1 + c * dx + s * dy, 0.05);
        }
    }
    canvas_free(&old);
}

static void
slide_channel(struct canvas *out, const struct canvas *amounts,
              const struct stain *stains, int n_stains, int channel)
{
    for (int i = 0; i < n_stains; i++)
        canvas_mix(out, 1, &amounts[i], stains[i].density[channel]);
    for (size_t i = 0; i < (size_t)out->w * (size_t)out->h; i++)
        out->px[i] = pow(10, -out->px[i]);
}

/* Moves the picture by a part of a pixel: colours focus side by side. */
static void
shifted(struct canvas *canvas, double by_px)
{
    for (int y = 0; y < canvas->h; y++)
        for (int x = 0; x + 1 < canvas->w; x++)
            *canvas_at(canvas, x, y) = (1 - by_px) * *canvas_at(canvas, x, y) +
                                       by_px * *canvas_at(canvas, x + 1, y);
}

void
stained_slide(struct canvas rgb[3], const struct canvas *amounts,
              const struct stain *stains, int n_stains,
              const struct scanner *scanner, struct akin_test_random *random)
{
    double off_x = between(random, -0.1, 0.1);
    double off_y = between(random, -0.1, 0.1);

    for (int c = 0; c < 3; c++) {
        rgb[c] = canvas_new(amounts[0].w, amounts[0].h, 0);
        slide_channel(&rgb[c], amounts, stains, n_stains, c);
        blur(&rgb[c], scanner->psf_px);
        shifted(&rgb[c], scanner->chroma_px * c / 2);
        for (int y = 0; y < rgb[c].h; y++)
            for (int x = 0; x < rgb[c].w; x++)
                *canvas_at(&rgb[c], x, y) =
                    *canvas_at(&rgb[c], x, y) * scanner->white[c] *
                        illumination(&rgb[c], x, y, scanner->falloff, off_x,
                                     off_y) +
                    scanner->noise * akin_test_normal(random);
    }
}
