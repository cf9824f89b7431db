/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json.c - the only file that sees jansson.h.
 *
 * struct akin_json is never defined: a pointer to one is a json_t pointer.
 */
#include "akin/json.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "akin/file.h"
#include "akin/utf8.h"

static json_t *
inside(const struct akin_json *json)
{
    /* jansson counts references in what we promise not to change. */
    return (json_t *)(uintptr_t)json; /* NOLINT(performance-no-int-to-ptr) */
}

static struct akin_json *
outside(json_t *json)
{
    return (struct akin_json *)json;
}

/* For values that are built, not parsed: see the header. */
static struct akin_json *
certain(json_t *json)
{
    if (json == NULL) {
        (void)fputs("akin: out of memory (JSON)\n", stderr);
        abort();
    }
    return outside(json);
}

/* Written with 15 digits, the last doubles before infinity would be rounded to
 * a number that cannot be read again. */
static double
writable(double value)
{
    const double largest = 1.79769313486231e308;

    return value > largest ? largest : value < -largest ? -largest : value;
}

/* Makes what was parsed writable; false where it nests deeper than `depth`
 * levels. */
static bool
settle(json_t *json, int depth)
{
    bool is_shallow =
        depth > 0 || !(json_is_array(json) || json_is_object(json));

    if (json_is_real(json))
        (void)json_real_set(json, writable(json_real_value(json)));
    for (size_t i = 0; is_shallow && i < json_array_size(json); i++)
        is_shallow = settle(json_array_get(json, i), depth - 1);
    for (void *it = json_object_iter(json); is_shallow && it != NULL;
         it = json_object_iter_next(json, it))
        is_shallow = settle(json_object_iter_value(it), depth - 1);
    return is_shallow;
}

static enum akin_status
fail_nested(struct akin_error *err)
{
    return AKIN_FAIL(err, AKIN_EFORMAT, "JSON: nested deeper than %d levels",
                     AKIN_JSON_DEPTH);
}

enum akin_status
akin_json_parse(struct akin_span text, struct akin_json **out,
                struct akin_error *err)
{
    static const uint8_t mark[3] = {0xef, 0xbb, 0xbf};
    json_error_t where;
    json_t *json;

    if (text.len >= 3 && memcmp(text.data, mark, 3) == 0)
        text = akin_span_of(text.data + 3, text.len - 3);
    if (text.len == 0)
        return AKIN_FAIL(err, AKIN_EFORMAT, "JSON: there is no text");
    json = json_loadb((const char *)text.data, text.len,
                      JSON_DECODE_ANY | JSON_ALLOW_NUL, &where);
    if (json == NULL && json_error_code(&where) == json_error_stack_overflow)
        return fail_nested(err); /* jansson's own bound is deeper than ours */
    if (json == NULL)
        return AKIN_FAIL(err, AKIN_EFORMAT, "JSON: line %d column %d: %s",
                         where.line, where.column, where.text);
    if (!settle(json, AKIN_JSON_DEPTH)) {
        json_decref(json);
        return fail_nested(err);
    }
    *out = outside(json);
    return AKIN_OK;
}

enum akin_status
akin_json_read_file(const char *path, uint64_t max_bytes,
                    struct akin_json **out, struct akin_error *err)
{
    struct akin_buf text = {0};
    enum akin_status st = akin_file_read(path, max_bytes, &text, err);

    if (st == AKIN_OK) {
        st = akin_json_parse(akin_buf_span(&text), out, err);
        if (st != AKIN_OK)
            akin_error_prefix(err, "%s", path);
    }
    akin_buf_free(&text);
    return st;
}

void
akin_json_free(struct akin_json *json)
{
    json_decref(inside(json));
}

struct akin_json *
akin_json_share(struct akin_json *json)
{
    return outside(json_incref(inside(json)));
}

struct akin_json *
akin_json_copy(const struct akin_json *json)
{
    return json == NULL ? NULL : certain(json_deep_copy(inside(json)));
}

enum akin_json_type
akin_json_type(const struct akin_json *json)
{
    if (json == NULL)
        return AKIN_JSON_NONE;
    switch (json_typeof(inside(json))) {
    case JSON_OBJECT:
        return AKIN_JSON_OBJECT;
    case JSON_ARRAY:
        return AKIN_JSON_ARRAY;
    case JSON_STRING:
        return AKIN_JSON_STRING;
    case JSON_INTEGER:
        return AKIN_JSON_INT;
    case JSON_REAL:
        return AKIN_JSON_REAL;
    case JSON_TRUE:
    case JSON_FALSE:
        return AKIN_JSON_BOOL;
    case JSON_NULL:
        return AKIN_JSON_NULL;
    }
    return AKIN_JSON_NONE;
}

struct akin_json *
akin_json_get(const struct akin_json *object, const char *key)
{
    return outside(json_object_get(inside(object), key));
}

struct akin_json *
akin_json_at(const struct akin_json *array, size_t i)
{
    return outside(json_array_get(inside(array), i));
}

size_t
akin_json_count(const struct akin_json *container)
{
    json_t *json = inside(container);

    return json_is_array(json) ? json_array_size(json) : json_object_size(json);
}

const char *
akin_json_string(const struct akin_json *json)
{
    return json_string_value(inside(json));
}

bool
akin_json_int(const struct akin_json *json, int64_t *out)
{
    if (!json_is_integer(inside(json)))
        return false;
    *out = json_integer_value(inside(json));
    return true;
}

bool
akin_json_number(const struct akin_json *json, double *out)
{
    if (!json_is_number(inside(json)))
        return false;
    *out = json_number_value(inside(json));
    return true;
}

bool
akin_json_true(const struct akin_json *json)
{
    return json_is_true(inside(json));
}

const char *
akin_json_text(const struct akin_json *object, const char *key)
{
    return akin_json_string(akin_json_get(object, key));
}

bool
akin_json_equal(const struct akin_json *a, const struct akin_json *b)
{
    return a == b || json_equal(inside(a), inside(b));
}

bool
akin_json_next(const struct akin_json *object, void **it, const char **key,
               struct akin_json **value)
{
    json_t *json = inside(object);

    *it =
        *it == NULL ? json_object_iter(json) : json_object_iter_next(json, *it);
    if (*it == NULL)
        return false;
    *key = json_object_iter_key(*it);
    *value = outside(json_object_iter_value(*it));
    return true;
}

struct akin_json *
akin_json_object(void)
{
    return certain(json_object());
}

struct akin_json *
akin_json_array(void)
{
    return certain(json_array());
}

struct akin_json *
akin_json_new_text(struct akin_span text)
{
    struct akin_buf clean = {0};
    struct akin_json *json;

    if (akin_utf8_valid(text))
        return certain(json_stringn_nocheck(
            text.len == 0 ? "" : (const char *)text.data, text.len));
    akin_utf8_clean(text, &clean);
    json = certain(json_stringn_nocheck(akin_buf_text(&clean), clean.len));
    akin_buf_free(&clean);
    return json;
}

struct akin_json *
akin_json_new_string(const char *text)
{
    return akin_json_new_text(akin_span_str(text));
}

struct akin_json *
akin_json_new_int(int64_t value)
{
    return certain(json_integer(value));
}

struct akin_json *
akin_json_new_real(double value)
{
    return certain(isfinite(value) ? json_real(writable(value)) : json_null());
}

struct akin_json *
akin_json_new_bool(bool value)
{
    return certain(json_boolean(value));
}

struct akin_json *
akin_json_new_null(void)
{
    return certain(json_null());
}

void
akin_json_set(struct akin_json *object, const char *key,
              struct akin_json *value)
{
    struct akin_buf clean = {0};

    if (value == NULL)
        return;
    if (!akin_utf8_valid(akin_span_str(key))) {
        akin_utf8_clean(akin_span_str(key), &clean);
        key = akin_buf_text(&clean);
    }
    if (json_object_set_new_nocheck(inside(object), key, inside(value)) != 0)
        (void)certain(NULL);
    akin_buf_free(&clean);
}

void
akin_json_append(struct akin_json *array, struct akin_json *value)
{
    if (value != NULL &&
        json_array_append_new(inside(array), inside(value)) != 0)
        (void)certain(NULL);
}

void
akin_json_unset(struct akin_json *object, const char *key)
{
    (void)json_object_del(inside(object), key);
}

void
akin_json_set_text(struct akin_json *object, const char *key, const char *text)
{
    if (text != NULL)
        akin_json_set(object, key, akin_json_new_string(text));
}

void
akin_json_set_int(struct akin_json *object, const char *key, int64_t value)
{
    akin_json_set(object, key, akin_json_new_int(value));
}

void
akin_json_set_real(struct akin_json *object, const char *key, double value)
{
    akin_json_set(object, key, akin_json_new_real(value));
}

void
akin_json_set_bool(struct akin_json *object, const char *key, bool value)
{
    akin_json_set(object, key, akin_json_new_bool(value));
}

static int
append(const char *data, size_t size, void *ctx)
{
    akin_buf_put(ctx, data, size);
    return 0;
}

void
akin_json_write(const struct akin_json *json, enum akin_json_style style,
                struct akin_buf *out)
{
    /* Nine digits bring a float back exactly; doubles keep 15. */
    size_t flags = JSON_ENCODE_ANY | JSON_REAL_PRECISION(15);

    if (style == AKIN_JSON_PRETTY)
        flags |= JSON_INDENT(2);
    else
        flags |= JSON_COMPACT;
    if (style == AKIN_JSON_SORTED)
        flags |= JSON_SORT_KEYS;
    if (json_dump_callback(inside(json), append, out, flags) != 0)
        (void)certain(NULL);
}
