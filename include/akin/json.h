/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/json.h - JSON values (RFC 8259): records, messages, manifests.
 *
 * A thin room over jansson, so that limits, ownership and text rules are the
 * same everywhere. Reading is forgiving by design: the getters take NULL and
 * answer NULL (or "no"), so that a chain of gets needs one check at its end.
 * Building small values never fails; running out of memory there ends the
 * program with a line that says so. Text given to builders may be any bytes:
 * what is not UTF-8 becomes U+FFFD.
 *
 * Ownership: a new value belongs to the caller (akin_json_free); values that
 * go into an object or array belong to it from then on; got values are
 * borrowed from their container.
 * Threads: a value may be read by many threads and changed by none meanwhile.
 * akin_json_share and akin_json_free count references atomically.
 */
#ifndef AKIN_JSON_H
#define AKIN_JSON_H

#include "akin/bytes.h"

struct akin_json;

enum akin_json_type {
    AKIN_JSON_NONE, /* there is no value */
    AKIN_JSON_NULL,
    AKIN_JSON_BOOL,
    AKIN_JSON_INT,
    AKIN_JSON_REAL,
    AKIN_JSON_STRING,
    AKIN_JSON_ARRAY,
    AKIN_JSON_OBJECT
};

/* Parses one value and nothing behind it. EFORMAT names line and column;
 * duplicate keys keep the last value; a byte-order mark is skipped. Nesting is
 * bounded by AKIN_JSON_DEPTH, size by the caller (len). */
#define AKIN_JSON_DEPTH 512
enum akin_status akin_json_parse(struct akin_span text, struct akin_json **out,
                                 struct akin_error *err) AKIN_MUST_USE;
enum akin_status akin_json_read_file(const char *path, uint64_t max_bytes,
                                     struct akin_json **out,
                                     struct akin_error *err) AKIN_MUST_USE;

void akin_json_free(struct akin_json *json); /* drops one reference */
struct akin_json *akin_json_share(struct akin_json *json);      /* adds one */
struct akin_json *akin_json_copy(const struct akin_json *json); /* deep */

/* Reading */
enum akin_json_type akin_json_type(const struct akin_json *json);
struct akin_json *akin_json_get(const struct akin_json *object,
                                const char *key);
struct akin_json *akin_json_at(const struct akin_json *array, size_t i);
size_t akin_json_count(const struct akin_json *container);  /* or 0 */
const char *akin_json_string(const struct akin_json *json); /* or NULL */
bool akin_json_int(const struct akin_json *json, int64_t *out);
bool akin_json_number(const struct akin_json *json, double *out);
bool akin_json_true(const struct akin_json *json); /* is literally true */
/* akin_json_string(akin_json_get(object, key)) */
const char *akin_json_text(const struct akin_json *object, const char *key);
bool akin_json_equal(const struct akin_json *a, const struct akin_json *b);

/* Walks an object in its order: void *it = NULL; while (next(o,&it,&k,&v)) */
bool akin_json_next(const struct akin_json *object, void **it, const char **key,
                    struct akin_json **value);

/* Building */
struct akin_json *akin_json_object(void);
struct akin_json *akin_json_array(void);
struct akin_json *akin_json_new_string(const char *text);
struct akin_json *akin_json_new_text(struct akin_span text);
struct akin_json *akin_json_new_int(int64_t value);
/* NaN and infinities have no JSON form and become null. */
struct akin_json *akin_json_new_real(double value);
struct akin_json *akin_json_new_bool(bool value);
struct akin_json *akin_json_new_null(void);

/* Take the value over; setting an existing key replaces; NULL value: nothing
 * happens, so optional things can be passed straight through. */
void akin_json_set(struct akin_json *object, const char *key,
                   struct akin_json *value);
void akin_json_append(struct akin_json *array, struct akin_json *value);
void akin_json_unset(struct akin_json *object, const char *key);
/* Shorthands; text NULL: nothing happens. */
void akin_json_set_text(struct akin_json *object, const char *key,
                        const char *text);
void akin_json_set_int(struct akin_json *object, const char *key,
                       int64_t value);
void akin_json_set_real(struct akin_json *object, const char *key,
                        double value);
void akin_json_set_bool(struct akin_json *object, const char *key, bool value);

/* Writing: appends to *out. Same value, same bytes (keys in their order, or
 * sorted). */
enum akin_json_style {
    AKIN_JSON_COMPACT,
    AKIN_JSON_PRETTY, /* two spaces */
    AKIN_JSON_SORTED  /* compact, keys sorted: for hashes */
};
void akin_json_write(const struct akin_json *json, enum akin_json_style style,
                     struct akin_buf *out);

#endif
