/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_write.c - compact JSON, which all answers are: the bytes that
 * jansson would write, in a third of the time (it allocates for each object and
 * array, and formats each number with printf).
 */
#include "json_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NUMBER_MAX 40
#define MILLION 1000000

static void
put_control(uint8_t c, struct akin_buf *out)
{
    static const char named[] = "\b\f\n\r\t", letters[] = "bfnrt";
    const char *found = c == 0 ? NULL : strchr(named, c);

    if (c == '"' || c == '\\')
        akin_buf_put(out, (const char[]){'\\', (char)c}, 2);
    else if (found != NULL)
        akin_buf_put(out, (const char[]){'\\', letters[found - named]}, 2);
    else
        akin_buf_printf(out, "\\u%04X", c);
}

static void
put_string(struct akin_span text, struct akin_buf *out)
{
    size_t from = 0;

    akin_buf_put(out, "\"", 1);
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];

        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        akin_buf_put(out, text.data + from, i - from);
        put_control(c, out);
        from = i + 1;
    }
    if (text.len > from)
        akin_buf_put(out, text.data + from, text.len - from);
    akin_buf_put(out, "\"", 1);
}

/* Digits of n that end before `end`, at least so many; where they begin. */
static char *
digits(uint64_t n, size_t least, char *end)
{
    char *at = end;

    while (n > 0 || (size_t)(end - at) < least) {
        *--at = (char)('0' + n % 10);
        n /= 10;
    }
    return at;
}

static void
put_int(int64_t value, struct akin_buf *out)
{
    char text[NUMBER_MAX], *end = text + sizeof(text), *at;

    at = digits(value < 0 ? -(uint64_t)value : (uint64_t)value, 1, end);
    if (value < 0)
        *--at = '-';
    akin_buf_put(out, at, (size_t)(end - at));
}

/* What has at most six decimals, as nearly all of our numbers do: the nearest
 * double of a number of at most 15 digits is written as that number. False:
 * not one of those. */
static bool
put_decimals(double value, struct akin_buf *out)
{
    char text[NUMBER_MAX], *end = text + sizeof(text), *at;
    double scaled = nearbyint(fabs(value) * MILLION);
    uint64_t n;

    if (!(fabs(value) < 1e9 && fabs(value) >= 1e-4) ||
        scaled / MILLION != fabs(value))
        return false;
    n = (uint64_t)scaled;
    at = digits(n % MILLION, 6, end);
    while (end > at + 1 && end[-1] == '0')
        end--;
    *--at = '.';
    at = digits(n / MILLION, 1, at);
    if (value < 0)
        *--at = '-';
    akin_buf_put(out, at, (size_t)(end - at));
    return true;
}

/* 15 digits; always with a point or an exponent, of which only the digits that
 * count are written. */
static void
put_real(double value, struct akin_buf *out)
{
    char text[NUMBER_MAX], *e;

    if (put_decimals(value, out))
        return;
    (void)snprintf(text, sizeof(text), "%.15g", value);
    e = strchr(text, 'e');
    if (e == NULL && strchr(text, '.') == NULL) {
        akin_buf_puts(out, text);
        akin_buf_put(out, ".0", 2);
        return;
    }
    if (e != NULL) {
        char *to = e + 1, *from = to;

        if (*from == '-')
            to++;
        if (*from == '-' || *from == '+')
            from++;
        while (*from == '0')
            from++;
        memmove(to, from, strlen(from) + 1);
    }
    akin_buf_puts(out, text);
}

static void
put_array(const struct akin_json *array, struct akin_buf *out)
{
    akin_buf_put(out, "[", 1);
    for (size_t i = 0; i < akin_json_count(array); i++) {
        if (i > 0)
            akin_buf_put(out, ",", 1);
        akin__json_put(akin_json_at(array, i), out);
    }
    akin_buf_put(out, "]", 1);
}

static void
put_object(const struct akin_json *object, struct akin_buf *out)
{
    struct akin_json *value = NULL;
    const char *key = NULL;
    void *it = NULL;
    bool is_first = true;

    akin_buf_put(out, "{", 1);
    while (akin_json_next(object, &it, &key, &value)) {
        if (!is_first)
            akin_buf_put(out, ",", 1);
        is_first = false;
        put_string(akin_span_str(key), out);
        akin_buf_put(out, ":", 1);
        akin__json_put(value, out);
    }
    akin_buf_put(out, "}", 1);
}

void
akin__json_put(const struct akin_json *json, struct akin_buf *out)
{
    int64_t whole = 0;
    double number = 0;

    switch (akin_json_type(json)) {
    case AKIN_JSON_OBJECT:
        put_object(json, out);
        break;
    case AKIN_JSON_ARRAY:
        put_array(json, out);
        break;
    case AKIN_JSON_STRING:
        put_string(akin__json_bytes(json), out);
        break;
    case AKIN_JSON_INT:
        (void)akin_json_int(json, &whole);
        put_int(whole, out);
        break;
    case AKIN_JSON_REAL:
        (void)akin_json_number(json, &number);
        put_real(number, out);
        break;
    case AKIN_JSON_BOOL:
        akin_buf_puts(out, akin_json_true(json) ? "true" : "false");
        break;
    case AKIN_JSON_NULL:
    case AKIN_JSON_NONE:
        akin_buf_puts(out, "null");
        break;
    }
}
