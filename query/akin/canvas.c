/* SPDX-License-Identifier: Apache-2.0 */
#include "canvas.h"

#include <stdlib.h>
#include <string.h>

#include "akin/utf8.h"
#include "font.h"

enum akin_status
akin_canvas_new(uint32_t width, uint32_t height, struct akin_ink ink,
                struct akin_plane *out, struct akin_error *err)
{
    enum akin_status st = akin_plane_alloc(out, width, height, 3,
                                           AKIN_SAMPLE_U8, UINT64_MAX, err);

    if (st == AKIN_OK)
        akin_canvas_fill(out, (struct akin_box){0, 0, width, height}, ink);
    return st;
}

static int64_t
within(int64_t value, int64_t most)
{
    return value < 0 ? 0 : value > most ? most : value;
}

void
akin_canvas_fill(struct akin_plane *canvas, struct akin_box box,
                 struct akin_ink ink)
{
    int64_t x0 = within(box.x, canvas->width),
            y0 = within(box.y, canvas->height);
    int64_t x1 = within(box.x + box.w, canvas->width);
    int64_t y1 = within(box.y + box.h, canvas->height);

    for (int64_t y = y0; y < y1; y++)
        for (int64_t x = x0; x < x1; x++) {
            uint8_t *px = (uint8_t *)canvas->px +
                          ((size_t)y * canvas->width + (size_t)x) * 3;

            px[0] = ink.r;
            px[1] = ink.g;
            px[2] = ink.b;
        }
}

void
akin_canvas_frame(struct akin_plane *canvas, struct akin_box box, int64_t thick,
                  struct akin_ink ink)
{
    akin_canvas_fill(canvas, (struct akin_box){box.x, box.y, box.w, thick},
                     ink);
    akin_canvas_fill(
        canvas, (struct akin_box){box.x, box.y + box.h - thick, box.w, thick},
        ink);
    akin_canvas_fill(canvas, (struct akin_box){box.x, box.y, thick, box.h},
                     ink);
    akin_canvas_fill(
        canvas, (struct akin_box){box.x + box.w - thick, box.y, thick, box.h},
        ink);
}

void
akin_canvas_picture(struct akin_plane *canvas, int64_t x, int64_t y,
                    const struct akin_plane *picture)
{
    const uint8_t *from = picture->px;
    size_t n = picture->channels;

    for (uint32_t j = 0; j < picture->height; j++)
        for (uint32_t i = 0; i < picture->width; i++, from += n)
            akin_canvas_fill(canvas, (struct akin_box){x + i, y + j, 1, 1},
                             (struct akin_ink){from[0], from[n == 3 ? 1 : 0],
                                               from[n == 3 ? 2 : 0]});
}

static void
letter(struct akin_plane *canvas, int64_t x, int64_t y, int64_t dot,
       struct akin_ink ink, uint32_t code)
{
    const uint8_t *rows = akin_font_letter(code);

    for (int64_t r = 0; r < AKIN_FONT_ROWS; r++)
        for (int64_t c = 0; c < AKIN_FONT_COLUMNS; c++)
            if ((rows[r] >> (AKIN_FONT_COLUMNS - 1 - c) & 1) != 0)
                akin_canvas_fill(
                    canvas,
                    (struct akin_box){x + c * dot, y + r * dot, dot, dot}, ink);
}

size_t
akin_canvas_text(struct akin_plane *canvas, int64_t x, int64_t y, int64_t dot,
                 struct akin_ink ink, const char *text, size_t n)
{
    bool is_cut = akin_utf8_count(text) > n;
    size_t drawn = 0;
    uint32_t code;

    while (drawn < n && (code = akin_utf8_next(&text)) != 0) {
        if (is_cut && drawn + 2 >= n)
            code = '.';
        letter(canvas, x + (int64_t)drawn * AKIN_CANVAS_ADVANCE * dot, y, dot,
               ink, code);
        drawn++;
    }
    return drawn;
}

/* Bytes of the first line of text: at most n letters, up to a space when the
 * rest does not fit. */
static size_t
line_of(const char *text, size_t n)
{
    size_t all = akin_utf8_prefix(text, n), end = all;

    if (text[all] == '\0' || text[all] == ' ')
        return all;
    while (end > 0 && text[end - 1] != ' ')
        end--;
    return end > all / 2 ? end : all;
}

size_t
akin_canvas_lines(struct akin_plane *canvas, int64_t x, int64_t y, int64_t dot,
                  struct akin_ink ink, const char *text, size_t n,
                  size_t n_lines)
{
    size_t lines = 0;

    while (*text != '\0' && lines < n_lines) {
        size_t len = lines + 1 == n_lines ? strlen(text) : line_of(text, n);
        char *line = akin_strndup(text, len);

        akin_canvas_text(canvas, x, y + (int64_t)lines * AKIN_CANVAS_LINE * dot,
                         dot, ink, line, n);
        free(line);
        text += len;
        text += strspn(text, " ");
        lines++;
    }
    return lines;
}
