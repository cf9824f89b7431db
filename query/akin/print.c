/* SPDX-License-Identifier: Apache-2.0 */
#include "print.h"

#include <langinfo.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "akin/utf8.h"

#define WIDTH_MIN 40
#define WIDTH_MAX 400
#define NAME_WIDTH 16

static size_t
terminal_width(FILE *out)
{
    const char *columns = getenv("COLUMNS");
    struct winsize size = {0};
    long n = columns == NULL ? 0 : strtol(columns, NULL, 10);

    if (n <= 0 && ioctl(fileno(out), TIOCGWINSZ, &size) == 0)
        n = size.ws_col;
    if (n <= 0)
        n = 80;
    return n < WIDTH_MIN ? WIDTH_MIN : n > WIDTH_MAX ? WIDTH_MAX : (size_t)n;
}

void
akin_print_init(struct akin_print *print, FILE *out)
{
    const char *no_color = getenv("NO_COLOR");

    print->out = out;
    print->is_colour =
        isatty(fileno(out)) == 1 && (no_color == NULL || no_color[0] == '\0');
    print->is_utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    print->width = terminal_width(out);
}

/* C0 and C1 controls, line separators, and the marks that turn the direction
 * of text (Unicode 15, 23.2). */
static bool
is_unsafe(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) ||
           (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069);
}

/* Appends one code point; white space of any kind becomes one space. */
static void
put_safe(const char *from, const char *to, uint32_t code, struct akin_buf *out)
{
    if (code == '\n' || code == '\t' || code == '\r')
        akin_buf_puts(out, " ");
    else if (is_unsafe(code))
        akin_buf_puts(out, "?");
    else if (code == 0xfffd)
        akin_buf_puts(out, "\xef\xbf\xbd");
    else
        akin_buf_put(out, from, (size_t)(to - from));
}

static void
put_columns(const char *text, size_t n, struct akin_buf *out)
{
    const char *p = text;
    uint32_t code;

    for (const char *from = p; n-- > 0 && (code = akin_utf8_next(&p)) != 0;
         from = p)
        put_safe(from, p, code, out);
}

static void
put_ellipsis(const struct akin_print *print, struct akin_buf *out)
{
    akin_buf_puts(out, print->is_utf8 ? "\xe2\x80\xa6" : ".");
}

size_t
akin_print_cut(const struct akin_print *print, const char *text, size_t n,
               struct akin_buf *out)
{
    size_t have = akin_utf8_count(text);

    if (have <= n) {
        put_columns(text, have, out);
        return have;
    }
    if (n > 0) {
        put_columns(text, n - 1, out);
        put_ellipsis(print, out);
    }
    return n;
}

size_t
akin_print_cut_left(const struct akin_print *print, const char *text, size_t n,
                    struct akin_buf *out)
{
    size_t have = akin_utf8_count(text);

    if (have <= n) {
        put_columns(text, have, out);
        return have;
    }
    if (n > 0) {
        put_ellipsis(print, out);
        put_columns(text + akin_utf8_prefix(text, have - n + 1), n - 1, out);
    }
    return n;
}

void
akin_print_pad(size_t n, struct akin_buf *out)
{
    while (n-- > 0)
        akin_buf_puts(out, " ");
}

/* Eighths of a block where there is Unicode. */
void
akin_print_bar(const struct akin_print *print, double value, size_t cells,
               struct akin_buf *out)
{
    static const char *const eighths[] = {" ",
                                          "\xe2\x96\x8f",
                                          "\xe2\x96\x8e",
                                          "\xe2\x96\x8d",
                                          "\xe2\x96\x8c",
                                          "\xe2\x96\x8b",
                                          "\xe2\x96\x8a",
                                          "\xe2\x96\x89",
                                          "\xe2\x96\x88"};
    double within = value > 1 ? 1 : value > 0 ? value : 0;
    size_t parts = (size_t)lround(within * 8 * (double)cells);

    for (size_t i = 0; i < cells; i++) {
        size_t here = parts < 8 * i ? 0 : parts - 8 * i;

        here = here > 8 ? 8 : here;
        akin_buf_puts(out, print->is_utf8 ? eighths[here]
                           : here >= 4    ? "#"
                                          : " ");
    }
}

void
akin_print_paint(const struct akin_print *print, enum akin_paint paint,
                 struct akin_buf *out)
{
    static const char *const codes[] = {
        [AKIN_PAINT_STRONG] = "\033[1m",
        [AKIN_PAINT_BAR] = "\033[36m",
        [AKIN_PAINT_FAINT] = "\033[2m",
    };

    if (print->is_colour)
        akin_buf_puts(out, codes[paint]);
}

void
akin_print_plain(const struct akin_print *print, struct akin_buf *out)
{
    if (print->is_colour)
        akin_buf_puts(out, "\033[0m");
}

void
akin_print_flush(const struct akin_print *print, struct akin_buf *buf)
{
    if (buf->len > 0)
        (void)fwrite(buf->data, 1, buf->len, print->out);
    akin_buf_clear(buf);
}

static void
print_list(const struct akin_json *list, struct akin_buf *out)
{
    for (size_t i = 0; i < akin_json_count(list); i++) {
        if (i > 0)
            akin_buf_puts(out, ", ");
        akin_print_value(akin_json_at(list, i), out);
    }
}

void
akin_print_value(const struct akin_json *value, struct akin_buf *out)
{
    static const char *const names[] = {"label", "name", "title", "id", "url"};

    switch (akin_json_type(value)) {
    case AKIN_JSON_NONE:
    case AKIN_JSON_NULL:
        break;
    case AKIN_JSON_STRING:
        akin_buf_puts(out, akin_json_string(value));
        break;
    case AKIN_JSON_ARRAY:
        print_list(value, out);
        break;
    case AKIN_JSON_OBJECT:
        for (size_t i = 0; i < AKIN_COUNT(names); i++)
            if (akin_json_get(value, names[i]) != NULL) {
                akin_print_value(akin_json_get(value, names[i]), out);
                return;
            }
        akin_json_write(value, AKIN_JSON_COMPACT, out);
        break;
    default:
        akin_json_write(value, AKIN_JSON_COMPACT, out);
        break;
    }
}

/* How many bytes of text go on a line of n columns: up to the last space that
 * fits, or n columns of a word that is longer. */
static size_t
line_bytes(const char *text, size_t n)
{
    size_t fits = akin_utf8_prefix(text, n);
    size_t at = fits;

    if (text[fits] == '\0')
        return fits;
    while (at > 0 && text[at] != ' ')
        at--;
    return at > 0 ? at : fits;
}

void
akin_print_field(const struct akin_print *print, const char *name,
                 const struct akin_json *value)
{
    struct akin_buf text = {0}, safe = {0}, line = {0};
    const char *p;

    akin_print_value(value, &text);
    put_columns(akin_buf_text(&text), SIZE_MAX, &safe);
    p = akin_buf_text(&safe);
    for (size_t i = 0; *p != '\0'; i++) {
        size_t n = line_bytes(p, print->width - NAME_WIDTH);

        akin_print_paint(print, AKIN_PAINT_FAINT, &line);
        akin_buf_printf(&line, "%-*s", NAME_WIDTH, i == 0 ? name : "");
        akin_print_plain(print, &line);
        akin_buf_put(&line, p, n);
        akin_buf_puts(&line, "\n");
        akin_print_flush(print, &line);
        p += n;
        while (*p == ' ')
            p++;
    }
    akin_buf_free(&text);
    akin_buf_free(&safe);
    akin_buf_free(&line);
}

void
akin_print_json(const struct akin_print *print, const struct akin_json *json)
{
    struct akin_buf text = {0};

    akin_json_write(json, AKIN_JSON_COMPACT, &text);
    akin_buf_puts(&text, "\n");
    akin_print_flush(print, &text);
    akin_buf_free(&text);
}
