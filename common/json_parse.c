/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_parse.c - well-formed JSON, fast.
 *
 * An image in a request is one string of a megabyte, which jansson takes in
 * byte by byte: 6 ms, as long as describing the image. Here strings are looked
 * through eight bytes at a time. Whatever is wrong or rare (a surrogate pair, a
 * 0 in a text, 20 digits) is not judged here: akin_json_parse then asks
 * jansson, whose values these are and whose sentences stay the same.
 */
#include "json_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "akin/utf8.h"

#define NUMBER_MAX 64 /* letters of a number */
#define EXACT_MAX ((uint64_t)1 << 53)
#define INT_DIGITS 18
#define POWERS 23 /* of ten that a double holds */

struct parser {
    const uint8_t *at, *end;
    int depth;
    struct akin_buf text; /* of a string with escapes, of a key */
};

static struct akin_json *parse_value(struct parser *p);

static void
skip_blanks(struct parser *p)
{
    while (p->at < p->end && (*p->at == ' ' || *p->at == '\t' ||
                              *p->at == '\n' || *p->at == '\r'))
        p->at++;
}

/* Takes the letter, blanks before it skipped. */
static bool
take(struct parser *p, char letter)
{
    skip_blanks(p);
    if (p->at == p->end || *p->at != (uint8_t)letter)
        return false;
    p->at++;
    return true;
}

/* --- strings --- */

/* Is any of eight bytes a quote, a backslash, below a blank, or not ASCII?
 * (Mycroft's test for a zero byte: false alarms only above a true one.) */
static bool
is_special(uint64_t v)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones * 0x80;
    uint64_t quote = v ^ ones * '"', slash = v ^ ones * '\\';

    return (((quote - ones) & ~quote) | ((slash - ones) & ~slash) |
            ((v - ones * 0x20) & ~v) | v) &
           high;
}

/* The run of ordinary bytes from here on; *is_ascii becomes false where there
 * are others. */
static struct akin_span
plain_run(struct parser *p, bool *is_ascii)
{
    const uint8_t *from = p->at;

    for (;;) {
        uint64_t eight = 0;

        while (p->end - p->at >= 8) {
            memcpy(&eight, p->at, sizeof(eight));
            if (is_special(eight))
                break;
            p->at += 8;
        }
        while (p->at < p->end && *p->at >= 0x20 && *p->at < 0x80 &&
               *p->at != '"' && *p->at != '\\')
            p->at++;
        if (p->at == p->end || *p->at < 0x80)
            return akin_span_of(from, (size_t)(p->at - from));
        *is_ascii = false;
        p->at++;
    }
}

static int
hex(uint8_t c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* \uXXXX behind the u. */
static bool
put_unicode(struct parser *p)
{
    unsigned code = 0;
    uint8_t bytes[3];
    size_t n = 0;

    if (p->end - p->at < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        int digit = hex(*p->at++);

        if (digit < 0)
            return false;
        code = code * 16 + (unsigned)digit;
    }
    if (code == 0 || (code >= 0xd800 && code < 0xe000))
        return false;
    if (code >= 0x800)
        bytes[n++] = (uint8_t)(0xe0 | code >> 12);
    if (code >= 0x80)
        bytes[n++] =
            (uint8_t)((code >= 0x800 ? 0x80 : 0xc0) | (code >> 6 & 0x3f));
    bytes[n++] = (uint8_t)(code >= 0x80 ? 0x80 | (code & 0x3f) : code);
    akin_buf_put(&p->text, bytes, n);
    return true;
}

static bool
put_escape(struct parser *p)
{
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const char *found;
    uint8_t c;

    if (p->at == p->end)
        return false;
    c = *p->at++;
    if (c == 'u')
        return put_unicode(p);
    found = c == 0 ? NULL : strchr(letters, c);
    if (found != NULL)
        akin_buf_put(&p->text, &meant[found - letters], 1);
    return found != NULL;
}

/* A string behind its quote; the span lies in the input or in p->text. */
static bool
parse_text(struct parser *p, struct akin_span *out)
{
    bool is_ascii = true;

    *out = plain_run(p, &is_ascii);
    if (p->at < p->end && *p->at == '\\') {
        akin_buf_clear(&p->text);
        akin_buf_put(&p->text, out->data, out->len);
        while (p->at < p->end && *p->at == '\\') {
            p->at++;
            if (!put_escape(p))
                return false;
            *out = plain_run(p, &is_ascii);
            akin_buf_put(&p->text, out->data, out->len);
        }
        *out = akin_buf_span(&p->text);
    }
    if (p->at == p->end || *p->at != '"')
        return false;
    p->at++;
    return is_ascii || akin_utf8_valid(*out);
}

/* --- numbers --- */

/* Digits from here on; false without any. */
static bool
take_digits(struct parser *p, uint64_t *value, int *n)
{
    const uint8_t *from = p->at;

    for (; p->at < p->end && *p->at >= '0' && *p->at <= '9'; p->at++) {
        if (*n < INT_DIGITS)
            *value = *value * 10 + (uint64_t)(*p->at - '0');
        ++*n;
    }
    return p->at > from;
}

/* The number's letters by strtod: where digits times a power of ten would be
 * rounded twice. */
static struct akin_json *
by_strtod(const uint8_t *from, const uint8_t *to)
{
    char text[NUMBER_MAX];
    size_t n = (size_t)(to - from);
    double value;

    if (n >= sizeof(text))
        return NULL;
    memcpy(text, from, n);
    text[n] = 0;
    value = strtod(text, NULL);
    return isfinite(value) ? akin_json_new_real(value) : NULL;
}

/* Both are exact, so the quotient or product is the nearest double (Clinger,
 * How to read floating point numbers accurately, PLDI 1990, section 5). */
static double
scaled(uint64_t digits, int exponent)
{
    static const double powers[POWERS] = {
        1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
        1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

    return exponent < 0 ? (double)digits / powers[-exponent]
                        : (double)digits * powers[exponent];
}

/* The exponent behind its letter. */
static bool
take_exponent(struct parser *p, int *exponent)
{
    uint64_t digits = 0;
    bool is_negative = p->at < p->end && *p->at == '-';
    int n = 0;

    if (p->at < p->end && (*p->at == '-' || *p->at == '+'))
        p->at++;
    if (!take_digits(p, &digits, &n) || n > 4)
        return false;
    *exponent += is_negative ? -(int)digits : (int)digits;
    return true;
}

static struct akin_json *
parse_number(struct parser *p)
{
    const uint8_t *from = p->at;
    bool is_negative = *p->at == '-', is_real = false;
    uint64_t value = 0;
    int n = 0, exponent = 0;

    p->at += is_negative;
    if (p->end - p->at >= 2 && p->at[0] == '0' && p->at[1] >= '0' &&
        p->at[1] <= '9')
        return NULL;
    if (!take_digits(p, &value, &n))
        return NULL;
    if (p->at < p->end && *p->at == '.') {
        int whole = n;

        p->at++;
        is_real = true;
        if (!take_digits(p, &value, &n))
            return NULL;
        exponent = whole - n;
    }
    if (p->at < p->end && (*p->at == 'e' || *p->at == 'E')) {
        p->at++;
        is_real = true;
        if (!take_exponent(p, &exponent))
            return NULL;
    }
    if (n > INT_DIGITS)
        return is_real ? by_strtod(from, p->at) : NULL;
    if (!is_real)
        return akin_json_new_int(is_negative ? -(int64_t)value
                                             : (int64_t)value);
    if (value > EXACT_MAX || abs(exponent) >= POWERS)
        return by_strtod(from, p->at);
    return akin_json_new_real(is_negative ? -scaled(value, exponent)
                                          : scaled(value, exponent));
}

/* --- containers --- */

static bool
parse_items(struct parser *p, struct akin_json *array)
{
    if (take(p, ']'))
        return true;
    do {
        struct akin_json *item = parse_value(p);

        if (item == NULL)
            return false;
        akin_json_append(array, item);
    } while (take(p, ','));
    return take(p, ']');
}

static bool
parse_members(struct parser *p, struct akin_json *object)
{
    if (take(p, '}'))
        return true;
    do {
        struct akin_span key;
        struct akin_json *value;
        char *name;

        if (!take(p, '"') || !parse_text(p, &key))
            return false;
        name = key.len == 0 ? akin_strdup("")
                            : akin_strndup((const char *)key.data, key.len);
        value = take(p, ':') ? parse_value(p) : NULL;
        if (value != NULL)
            akin_json_set(object, name, value);
        free(name);
        if (value == NULL)
            return false;
    } while (take(p, ','));
    return take(p, '}');
}

static struct akin_json *
parse_container(struct parser *p, bool is_object)
{
    struct akin_json *json = is_object ? akin_json_object() : akin_json_array();
    bool ok = p->depth < AKIN_JSON_DEPTH;

    p->depth++;
    p->at++;
    ok = ok && (is_object ? parse_members(p, json) : parse_items(p, json));
    p->depth--;
    if (ok)
        return json;
    akin_json_free(json);
    return NULL;
}

static bool
take_word(struct parser *p, const char *word)
{
    size_t n = strlen(word);

    if ((size_t)(p->end - p->at) < n || memcmp(p->at, word, n) != 0)
        return false;
    p->at += n;
    return true;
}

static struct akin_json *
parse_value(struct parser *p)
{
    struct akin_span text;

    skip_blanks(p);
    if (p->at == p->end)
        return NULL;
    switch (*p->at) {
    case '{':
    case '[':
        return parse_container(p, *p->at == '{');
    case '"':
        p->at++;
        return parse_text(p, &text) ? akin__json_text(text) : NULL;
    case 't':
        return take_word(p, "true") ? akin_json_new_bool(true) : NULL;
    case 'f':
        return take_word(p, "false") ? akin_json_new_bool(false) : NULL;
    case 'n':
        return take_word(p, "null") ? akin_json_new_null() : NULL;
    default:
        return *p->at == '-' || (*p->at >= '0' && *p->at <= '9')
                   ? parse_number(p)
                   : NULL;
    }
}

struct akin_json *
akin__json_parse(struct akin_span text)
{
    struct parser p = {.at = text.data, .end = text.data + text.len};
    struct akin_json *json = parse_value(&p);

    skip_blanks(&p);
    if (p.at != p.end) {
        akin_json_free(json);
        json = NULL;
    }
    akin_buf_free(&p.text);
    return json;
}
