/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file_list_attributes.c - from what is said of each file to what can be
 * filtered and counted.
 */
#include "akin/file_list.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_LEN ((size_t)64)

/* What people write of files for what the filter language has a field for. */
static const struct {
    const char *said, *meant;
    bool is_number;
} names[] = {
    {"species", "organism", false},
    {"taxon", "organism", false},
    {"organism_name", "organism", false},
    {"characteristics_organism", "organism", false},
    {"method", "imaging_method", false},
    {"imaging_methods", "imaging_method", false},
    {"characteristics_cell_line", "cell_line", false},
    {"cellline", "cell_line", false},
    {"file_format", "format", false},
    {"image_format", "format", false},
    {"bits", "bit_depth", true},
    {"bit_depth", "bit_depth", true},
    {"channels", "channels", true},
    {"number_of_channels", "channels", true},
    {"width", "width", true},
    {"size_x", "width", true},
    {"height", "height", true},
    {"size_y", "height", true},
    {"depth", "depth", true},
    {"size_z", "depth", true},
    {"timepoints", "timepoints", true},
    {"size_t", "timepoints", true},
    {"pixel_size_um", "pixel_size_um", true},
};

/* "Characteristics [Organism]" is characteristics_organism. */
static void
make_plain(const char *name, char out[NAME_MAX_LEN])
{
    size_t n = 0;

    for (; *name != '\0' && n + 2 < NAME_MAX_LEN; name++) {
        char c = akin_lower(*name);
        bool is_kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                       (unsigned char)c >= 0x80;

        if (is_kept)
            out[n++] = c;
        else if (n > 0 && out[n - 1] != '_')
            out[n++] = '_';
    }
    while (n > 0 && out[n - 1] == '_')
        n--;
    out[n] = '\0';
}

struct gathering {
    struct akin_json *seen; /* attribute -> {value: true}; null: left out */
    struct akin_json *out;
};

static bool
to_number(const struct akin_json *value, double *number)
{
    const char *text = akin_json_string(value);
    char *end = NULL;

    if (text == NULL)
        return akin_json_number(value, number);
    *number = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*number);
}

/* The value as it is compared; NULL: nothing that can be. */
static struct akin_json *
value_of(const struct akin_json *value, bool is_number)
{
    const char *text = akin_json_string(value);
    double number;

    if (is_number)
        return to_number(value, &number) ? akin_json_new_real(number) : NULL;
    return text != NULL && text[0] != '\0' ? akin_json_new_string(text) : NULL;
}

static void
leave_out(struct gathering *g, const char *name)
{
    akin_json_set(g->seen, name, akin_json_new_null());
    akin_json_unset(g->out, name);
}

static void
take_value(struct gathering *g, const char *name, bool is_number,
           const struct akin_json *value)
{
    struct akin_json *seen = akin_json_get(g->seen, name);
    struct akin_json *kept = value_of(value, is_number);
    struct akin_buf key = {0};

    if (kept == NULL)
        return;
    if (seen == NULL && akin_json_count(g->seen) < AKIN_FILE_ATTRIBUTES_MAX) {
        seen = akin_json_object();
        akin_json_set(g->seen, name, seen);
        akin_json_set(g->out, name, akin_json_array());
    }
    if (akin_json_type(seen) == AKIN_JSON_OBJECT) {
        akin_json_write(kept, AKIN_JSON_COMPACT, &key);
        if (akin_json_get(seen, akin_buf_text(&key)) == NULL) {
            if (key.len > AKIN_FILE_VALUE_MAX ||
                akin_json_count(seen) == AKIN_FILE_VALUES_MAX) {
                leave_out(g, name);
            } else {
                akin_json_set_bool(seen, akin_buf_text(&key), true);
                akin_json_append(akin_json_get(g->out, name),
                                 akin_json_share(kept));
            }
        }
    }
    akin_buf_free(&key);
    akin_json_free(kept);
}

static void
take_attribute(struct gathering *g, const char *said,
               const struct akin_json *value)
{
    char plain[NAME_MAX_LEN];
    const char *name = plain;
    bool is_number = false;
    double number;

    make_plain(said, plain);
    if (plain[0] == '\0')
        return;
    for (size_t i = 0; i < AKIN_COUNT(names); i++)
        if (strcmp(names[i].said, plain) == 0) {
            name = names[i].meant;
            is_number = names[i].is_number;
        }
    if (akin_json_type(value) != AKIN_JSON_ARRAY) {
        /* IDR's "Channels" tells what they show, not how many they are. */
        if (strcmp(name, "channels") == 0 && !to_number(value, &number)) {
            name = "channel";
            is_number = false;
        }
        take_value(g, name, is_number, value);
        return;
    }
    for (size_t i = 0; i < akin_json_count(value); i++)
        take_value(g, name, is_number, akin_json_at(value, i));
}

struct akin_json *
akin_file_attributes(const struct akin_json *files)
{
    struct gathering g = {.seen = akin_json_object(),
                          .out = akin_json_object()};
    struct akin_json *file, *value;
    const char *path, *name;
    void *it = NULL;

    while (akin_json_next(files, &it, &path, &file)) {
        const struct akin_json *said = akin_json_get(file, "attributes");
        void *inner = NULL;

        while (akin_json_next(said, &inner, &name, &value))
            take_attribute(&g, name, value);
    }
    akin_json_free(g.seen);
    if (akin_json_count(g.out) == 0) {
        akin_json_free(g.out);
        return NULL;
    }
    return g.out;
}
