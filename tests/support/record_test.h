/* SPDX-License-Identifier: Apache-2.0 */
/* record_test.h - reading metadata from texts in tests. */
#ifndef AKIN_RECORD_TEST_H
#define AKIN_RECORD_TEST_H

#include "akin_test.h"
#include "record_internal.h"

/* What was read: start from {0}, end with reading_free. */
struct reading {
    struct akin_json *records;
    struct akin_record_report report;
};

static inline void
reading_free(struct reading *reading)
{
    akin_json_free(reading->records);
    akin_record_report_free(&reading->report);
    *reading = (struct reading){0};
}

/* Reads a text that must be metadata; every record must pass the check. Gives
 * the first record, or NULL; borrowed. */
static inline const struct akin_json *
read_text(struct reading *reading, const char *name, const char *text)
{
    struct akin_error err = {0};

    reading_free(reading);
    assert_ok(akin__record_read(akin_span_str(text), name, &reading->records,
                                &reading->report, &err));
    for (size_t i = 0; i < akin_json_count(reading->records); i++)
        assert_ok(akin_record_check(akin_json_at(reading->records, i), &err));
    return akin_json_at(reading->records, 0);
}

/* How many notes with this code there are. */
static inline size_t
notes_of(const struct reading *reading, const char *code)
{
    size_t n = 0;

    for (size_t i = 0; i < akin_json_count(reading->report.notes); i++) {
        const char *found =
            akin_json_text(akin_json_at(reading->report.notes, i), "code");

        n += found != NULL && strcmp(found, code) == 0;
    }
    return n;
}

/* The value at a path of names and numbers ("authors/0/name"), or NULL. */
static inline const struct akin_json *
value_at(const struct akin_json *value, const char *path)
{
    while (*path != '\0' && value != NULL) {
        size_t n = strcspn(path, "/");
        char name[64] = {0};

        assert_true(n < sizeof(name));
        memcpy(name, path, n);
        value = akin_json_type(value) == AKIN_JSON_ARRAY
                    ? akin_json_at(value, strtoul(name, NULL, 10))
                    : akin_json_get(value, name);
        path += n + (path[n] == '/');
    }
    return value;
}

/* The value must be this text; NULL: it must not be there. */
static inline void
expect_text(const struct akin_json *value, const char *path, const char *want)
{
    const char *text = akin_json_string(value_at(value, path));

    const char *is = text == NULL ? "(none)" : text;
    const char *must = want == NULL ? "(none)" : want;

    if (strcmp(is, must) != 0)
        fail_msg("%s is \"%s\", not \"%s\"", path, is, must);
}

static inline void
expect_count(const struct akin_json *value, const char *path, size_t want)
{
    if (akin_json_count(value_at(value, path)) != want)
        fail_msg("%s has %zu, not %zu", path,
                 akin_json_count(value_at(value, path)), want);
}

#endif
