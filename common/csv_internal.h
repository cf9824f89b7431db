/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_internal.h - tables as text, row by row (RFC 4180).
 *
 * The separator is a comma, semicolon or tab. Lines end with CR LF, LF or CR;
 * cells may be quoted, with "" for a quote, and then hold separators and line
 * breaks. A quote inside of an unquoted cell is an ordinary character, as
 * spreadsheets have it.
 */
#ifndef AKIN_CSV_INTERNAL_H
#define AKIN_CSV_INTERNAL_H

#include "akin/bytes.h"

struct akin__csv {
    const char *at, *end;
    char separator;
    size_t line; /* of the row that was read last, from 1 */
    size_t next_line;
    /* the cells of the row, each closed by a 0 */
    struct akin_buf text;
    size_t *start; /* cells_max places: where a cell begins in text */
    size_t n, cells_max, bytes_max;
};

/* Begins at the text; a byte-order mark is skipped. cells_max and bytes_max
 * bound a row's cells and a cell's bytes. Free with akin__csv_fini. */
void akin__csv_init(struct akin__csv *csv, struct akin_span text,
                    char separator, size_t cells_max, size_t bytes_max);
void akin__csv_fini(struct akin__csv *csv);

/* Reads the next row; rows without any text are skipped. ENOTFOUND at the end;
 * EFORMAT: a quote is not closed, or text stands behind a closing one; ELIMIT.
 */
enum akin_status akin__csv_next(struct akin__csv *csv,
                                struct akin_error *err) AKIN_MUST_USE;

/* The i-th cell of the row, "" behind the last. Valid until the next row. */
const char *akin__csv_cell(const struct akin__csv *csv, size_t i);

/* The separator that the first line has most of. */
char akin__csv_guess(struct akin_span text);

#endif
