/* SPDX-License-Identifier: Apache-2.0 */
/*
 * canvas.h - rectangles, pictures and letters on a colour plane.
 *
 * What lies outside of the plane is not drawn. Letters are our own, 5 x 9 dots
 * of ASCII; accents are dropped, and what has no likeness is a question mark.
 *
 * Threads: no shared state.
 */
#ifndef AKIN_CLI_CANVAS_H
#define AKIN_CLI_CANVAS_H

#include "akin/image.h"

struct akin_ink {
    uint8_t r, g, b;
};

struct akin_box {
    int64_t x, y, w, h;
};

/* 8-bit RGB, in one colour. Free with akin_plane_free. */
enum akin_status akin_canvas_new(uint32_t width, uint32_t height,
                                 struct akin_ink ink, struct akin_plane *out,
                                 struct akin_error *err) AKIN_MUST_USE;

void akin_canvas_fill(struct akin_plane *canvas, struct akin_box box,
                      struct akin_ink ink);
/* A frame, `thick` px to the inside of the box. */
void akin_canvas_frame(struct akin_plane *canvas, struct akin_box box,
                       int64_t thick, struct akin_ink ink);
/* An 8-bit picture, grey or RGB, at x, y in its own size. */
void akin_canvas_picture(struct akin_plane *canvas, int64_t x, int64_t y,
                         const struct akin_plane *picture);

#define AKIN_CANVAS_ADVANCE 6 /* dots from letter to letter */
#define AKIN_CANVAS_LINE 11   /* dots from line to line */

/* Letters of `dot` px to the dot, at most n of them; what is cut ends in two
 * points. Gives back the letters drawn. */
size_t akin_canvas_text(struct akin_plane *canvas, int64_t x, int64_t y,
                        int64_t dot, struct akin_ink ink, const char *text,
                        size_t n);

/* The text on up to n_lines lines of n letters, broken at spaces where there
 * are any. Gives back the lines drawn. */
size_t akin_canvas_lines(struct akin_plane *canvas, int64_t x, int64_t y,
                         int64_t dot, struct akin_ink ink, const char *text,
                         size_t n, size_t n_lines);

#endif
