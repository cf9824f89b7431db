/* SPDX-License-Identifier: Apache-2.0 */
#include "sheet.h"

#include "akin/bytes.h"

struct sheet
sheet_new(int columns, int rows, int edge)
{
    struct sheet sheet = {picture_colour(1), edge, columns};

    sheet.page.w = columns * edge;
    sheet.page.h = rows * edge;
    for (int c = 0; c < 3; c++)
        sheet.page.plane[c] = canvas_new(sheet.page.w, sheet.page.h, 255);
    return sheet;
}

void
sheet_free(struct sheet *sheet)
{
    picture_free(&sheet->page);
}

static int
by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* The values that a part of the pixels (0..1) does not reach. */
static void
range_of(const struct canvas *canvas, double part, double *low, double *high)
{
    struct canvas sorted = canvas_copy(canvas);
    size_t n = (size_t)canvas->w * (size_t)canvas->h;
    size_t skip = (size_t)(part * (double)n);

    qsort(sorted.px, n, sizeof(double), by_value);
    *low = sorted.px[skip];
    *high = fmax(sorted.px[n - 1 - skip], *low + 1e-9);
    canvas_free(&sorted);
}

/* Adds a plane, as 0..255, to the colours that it stands for. */
static void
put_plane(struct sheet *sheet, int x0, int y0, const struct canvas *plane,
          const bool colours[3], bool stretch)
{
    double low = 0, high = 255;

    if (stretch)
        range_of(plane, 0.003, &low, &high);
    for (int y = 0; y < plane->h && y < sheet->edge - 2; y++) {
        for (int x = 0; x < plane->w && x < sheet->edge - 2; x++) {
            double v = 255 * (*canvas_at(plane, x, y) - low) / (high - low);

            for (int c = 0; c < 3; c++)
                if (colours[c])
                    *canvas_at(&sheet->page.plane[c], x0 + x, y0 + y) =
                        fmin(fmax(v, 0), 255);
        }
    }
}

void
sheet_put(struct sheet *sheet, int i, const struct picture *picture)
{
    static const bool rgb[3][3] = {
        {true, false, false}, {false, true, false}, {false, false, true}};
    static const bool grey[3] = {true, true, true};
    static const bool magenta[3] = {true, false, true};
    int x0 = i % sheet->columns * sheet->edge;
    int y0 = i / sheet->columns * sheet->edge;
    const struct canvas *plane = picture->plane;

    if (picture->colour) {
        for (int c = 0; c < 3; c++)
            put_plane(sheet, x0, y0, &plane[c], rgb[c], false);
        return;
    }
    plane += (ptrdiff_t)(picture->n_z / 2) * picture->n_c;
    if (picture->n_c == 1) {
        put_plane(sheet, x0, y0, plane, grey, true);
        return;
    }
    put_plane(sheet, x0, y0, &plane[0], rgb[1], true);
    put_plane(sheet, x0, y0, &plane[1], magenta, true);
}
