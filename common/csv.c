/* SPDX-License-Identifier: Apache-2.0 */
#include "csv_internal.h"

#include <stdlib.h>
#include <string.h>

void
akin__csv_init(struct akin__csv *csv, struct akin_span text, char separator,
               size_t cells_max, size_t bytes_max)
{
    const char *start = text.len == 0 ? "" : (const char *)text.data;

    *csv = (struct akin__csv){
        .at = start,
        .end = start + text.len,
        .separator = separator,
        .next_line = 1,
        .cells_max = cells_max,
        .bytes_max = bytes_max,
        .start = akin_new(cells_max, sizeof(size_t)),
    };
    if (text.len >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0)
        csv->at += 3;
}

void
akin__csv_fini(struct akin__csv *csv)
{
    akin_buf_free(&csv->text);
    free(csv->start);
    *csv = (struct akin__csv){0};
}

const char *
akin__csv_cell(const struct akin__csv *csv, size_t i)
{
    return i < csv->n ? akin_buf_text(&csv->text) + csv->start[i] : "";
}

static bool
at_line_end(const struct akin__csv *csv)
{
    return csv->at == csv->end || *csv->at == '\n' || *csv->at == '\r';
}

static void
skip_line_end(struct akin__csv *csv)
{
    if (csv->at == csv->end)
        return;
    if (*csv->at == '\r' && csv->at + 1 < csv->end && csv->at[1] == '\n')
        csv->at++;
    csv->at++;
    csv->next_line++;
}

/* What stands between quotes; at: behind the opening one. */
static enum akin_status
read_quoted(struct akin__csv *csv, struct akin_error *err)
{
    while (csv->at < csv->end) {
        const char *quote = memchr(csv->at, '"', (size_t)(csv->end - csv->at));
        const char *stop = quote == NULL ? csv->end : quote;

        for (const char *p = csv->at; p < stop; p++)
            csv->next_line += *p == '\n';
        akin_buf_put(&csv->text, csv->at, (size_t)(stop - csv->at));
        csv->at = stop;
        if (quote == NULL)
            break;
        csv->at++;
        if (csv->at == csv->end || *csv->at != '"')
            return AKIN_OK;
        akin_buf_puts(&csv->text, "\"");
        csv->at++;
    }
    return AKIN_FAIL(err, AKIN_EFORMAT, "line %zu: a quote is not closed",
                     csv->line);
}

static enum akin_status
read_cell(struct akin__csv *csv, struct akin_error *err)
{
    enum akin_status st = AKIN_OK;
    const char *from;

    if (csv->n == csv->cells_max)
        return AKIN_FAIL(err, AKIN_ELIMIT, "line %zu: more than %zu columns",
                         csv->line, csv->cells_max);
    csv->start[csv->n] = csv->text.len;
    if (csv->at < csv->end && *csv->at == '"') {
        csv->at++;
        st = read_quoted(csv, err);
        while (st == AKIN_OK && csv->at < csv->end && *csv->at == ' ')
            csv->at++;
        if (st == AKIN_OK && !at_line_end(csv) && *csv->at != csv->separator)
            st = AKIN_FAIL(err, AKIN_EFORMAT,
                           "line %zu: text behind a closing quote", csv->line);
    } else {
        for (from = csv->at; !at_line_end(csv) && *csv->at != csv->separator;)
            csv->at++;
        akin_buf_put(&csv->text, from, (size_t)(csv->at - from));
    }
    if (st == AKIN_OK && csv->text.len - csv->start[csv->n] > csv->bytes_max)
        st = AKIN_FAIL(err, AKIN_ELIMIT,
                       "line %zu: a cell has more than %zu bytes", csv->line,
                       csv->bytes_max);
    akin_buf_put(&csv->text, "", 1);
    csv->n++;
    return st;
}

static enum akin_status
read_row(struct akin__csv *csv, struct akin_error *err)
{
    enum akin_status st = read_cell(csv, err);

    while (st == AKIN_OK && csv->at < csv->end && *csv->at == csv->separator) {
        csv->at++;
        st = read_cell(csv, err);
    }
    if (st == AKIN_OK)
        skip_line_end(csv);
    return st;
}

enum akin_status
akin__csv_next(struct akin__csv *csv, struct akin_error *err)
{
    enum akin_status st = AKIN_OK;
    bool empty = true;

    while (empty && csv->at < csv->end) {
        csv->n = 0;
        akin_buf_clear(&csv->text);
        csv->line = csv->next_line;
        if ((st = read_row(csv, err)) != AKIN_OK)
            return st;
        for (size_t i = 0; i < csv->n; i++)
            empty = empty && akin__csv_cell(csv, i)[0] == '\0';
    }
    if (empty) {
        csv->n = 0;
        return AKIN_FAIL(err, AKIN_ENOTFOUND, "no more rows");
    }
    return AKIN_OK;
}

char
akin__csv_guess(struct akin_span text)
{
    static const char separators[] = "\t,;";
    size_t count[3] = {0};
    size_t best = 1;

    for (size_t i = 0; i < text.len && text.data[i] != '\n'; i++)
        for (size_t s = 0; s < 3; s++)
            count[s] += text.data[i] == (uint8_t)separators[s];
    for (size_t s = 0; s < 3; s++)
        best = count[s] > count[best] ? s : best;
    return separators[best];
}
