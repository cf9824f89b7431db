/* SPDX-License-Identifier: Apache-2.0 */
/*
 * print.h - text for people: fitted to the terminal, safe to show.
 *
 * What comes from records and file names is shown without control characters
 * (which a terminal would obey) and without marks that reorder text.
 *
 * Threads: one thread.
 */
#ifndef AKIN_CLI_PRINT_H
#define AKIN_CLI_PRINT_H

#include <stdio.h>

#include "akin/json.h"

struct akin_print {
    FILE *out;
    size_t width;   /* columns */
    bool is_colour; /* a terminal, and NO_COLOR is not set (no-color.org) */
    bool is_utf8;   /* else ASCII stands in for bars and crosses */
};

/* Looks at the terminal, the locale and the environment: call setlocale first.
 * COLUMNS, when it is a number, wins over the terminal; 80 without one. */
void akin_print_init(struct akin_print *print, FILE *out);

/* Appends text, at most n columns of it; what is cut ends in an ellipsis.
 * akin_print_cut_left keeps the end: for paths. Gives back the columns used. */
size_t akin_print_cut(const struct akin_print *print, const char *text,
                      size_t n, struct akin_buf *out);
size_t akin_print_cut_left(const struct akin_print *print, const char *text,
                           size_t n, struct akin_buf *out);

/* Appends n spaces. */
void akin_print_pad(size_t n, struct akin_buf *out);

/* Appends a bar of `cells` columns for a value of 0..1 (else cut to that). */
void akin_print_bar(const struct akin_print *print, double value, size_t cells,
                    struct akin_buf *out);

enum akin_paint { AKIN_PAINT_STRONG, AKIN_PAINT_BAR, AKIN_PAINT_FAINT };
/* Colour on and off again; nothing where there is none. */
void akin_print_paint(const struct akin_print *print, enum akin_paint paint,
                      struct akin_buf *out);
void akin_print_plain(const struct akin_print *print, struct akin_buf *out);

/* Writes the buffer and empties it. */
void akin_print_flush(const struct akin_print *print, struct akin_buf *buf);

/* A value of a record as a person reads it: texts as they are, lists joined
 * with commas, objects by their label, name, title or id. */
void akin_print_value(const struct akin_json *value, struct akin_buf *out);

/* "name   value", wrapped at words and indented under the value. Nothing when
 * value is NULL or empty. */
void akin_print_field(const struct akin_print *print, const char *name,
                      const struct akin_json *value);

/* One line of JSON. */
void akin_print_json(const struct akin_print *print,
                     const struct akin_json *json);

#endif
