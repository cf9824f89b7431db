/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facet_file.c - the index as bytes, and back.
 *
 *   "AKFX", u32 form, u64 of the names of columns and facets
 *   set of all datasets
 *   each column: texts, labels, ids; pairs; set that has any value
 *   each facet: values;  then the texts of own fields
 *   16 bytes XXH3-128 of all before
 *
 * A number is LEB128. A set is its count and the gaps between its numbers; a
 * list of texts its count, and for each text, label (length + 1; 0: none) and
 * set; pairs their count, and for each 8 bytes of binary64 and a number.
 */
#include <stdlib.h>
#include <string.h>

#include "akin/hash.h"
#include "facet_internal.h"

#define MAGIC "AKFX"
#define FORM 1
#define HEAD ((size_t)16)
#define TAIL ((size_t)16)
#define VALUE_BYTES ((size_t)4) /* the least that a text takes */
#define PAIR_BYTES ((size_t)9)

/* Changes when columns or facets are others. */
static uint64_t
names_key(const struct akin_facets *facets)
{
    struct akin_buf text = {0};
    uint64_t key;

    for (size_t i = 0; i < facets->n_columns; i++)
        akin_buf_printf(&text, "%s %d %s\n", facets->column[i].field->name,
                        (int)facets->column[i].field->kind,
                        facets->column[i].field->path);
    for (size_t i = 0; i < facets->n_facets; i++)
        akin_buf_printf(&text, "%s %d %s\n", facets->facet[i].def->name,
                        (int)facets->facet[i].def->kind,
                        facets->facet[i].def->path);
    key = akin_le64(akin_hash_of(akin_buf_span(&text)).bytes);
    akin_buf_free(&text);
    return key;
}

/* --- writing --- */

static void
put_number(struct akin_buf *out, uint64_t number)
{
    uint8_t bytes[10];
    size_t n = 0;

    do {
        bytes[n] = (uint8_t)(number & 0x7f);
        number >>= 7;
        bytes[n] |= number > 0 ? 0x80 : 0;
        n++;
    } while (number > 0);
    akin_buf_put(out, bytes, n);
}

struct writing {
    struct akin_buf *out;
    uint64_t next; /* the smallest number that may follow */
};

static bool
put_gap(uint32_t number, void *ctx)
{
    struct writing *writing = ctx;

    put_number(writing->out, number - writing->next);
    writing->next = (uint64_t)number + 1;
    return true;
}

static void
put_set(struct akin_buf *out, const struct akin__set *set)
{
    struct writing writing = {out, 0};

    put_number(out, akin__set_count(set));
    akin__set_each(set, put_gap, &writing);
}

static void
put_bitmap(struct akin_buf *out, struct akin_bitmap *bitmap)
{
    struct akin__set set = {.many = bitmap};

    put_set(out, &set);
}

static void
put_dict(struct akin_buf *out, const struct akin__dict *dict)
{
    size_t n = 0;

    for (size_t i = 0; i < dict->n; i++)
        n += akin__set_count(&dict->value[i].set) > 0;
    put_number(out, n);
    for (size_t i = 0; i < dict->n; i++) {
        const struct akin__value *value = &dict->value[i];
        size_t len = strlen(value->text);

        if (akin__set_count(&value->set) == 0)
            continue;
        put_number(out, len);
        akin_buf_put(out, value->text, len);
        len = value->label != NULL ? strlen(value->label) : 0;
        put_number(out, value->label != NULL ? len + 1 : 0);
        akin_buf_put(out, value->label, len);
        put_set(out, &value->set);
    }
}

static void
put_column(struct akin_buf *out, const struct akin__column *column)
{
    put_dict(out, &column->texts);
    put_dict(out, &column->labels);
    put_dict(out, &column->ids);
    put_number(out, column->n_pairs);
    for (size_t i = 0; i < column->n_pairs; i++) {
        uint8_t bytes[8];
        uint64_t bits;

        memcpy(&bits, &column->pair[i].value, sizeof(bits));
        akin_put_le64(bytes, bits);
        akin_buf_put(out, bytes, sizeof(bytes));
        put_number(out, column->pair[i].dataset);
    }
    put_bitmap(out, column->has);
}

void
akin_facets_write(const struct akin_facets *facets, struct akin_buf *out)
{
    size_t start = out->len;
    struct akin_hash hash;
    uint8_t head[HEAD] = MAGIC;

    akin_put_le32(head + 4, FORM);
    akin_put_le64(head + 8, names_key(facets));
    akin_buf_put(out, head, sizeof(head));
    put_bitmap(out, facets->all);
    for (size_t i = 0; i < facets->n_columns; i++)
        put_column(out, &facets->column[i]);
    for (size_t i = 0; i < facets->n_facets; i++)
        put_dict(out, &facets->facet[i].values);
    put_dict(out, &facets->extra);
    hash = akin_hash_of(akin_span_of(out->data + start, out->len - start));
    akin_buf_put(out, hash.bytes, TAIL);
}

/* --- reading --- */

struct reading {
    const uint8_t *at, *end;
    const struct akin_bitmap *all, *without;
    uint32_t *numbers; /* scratch */
    size_t cap;
    bool is_bad;
};

static size_t
left(const struct reading *reading)
{
    return (size_t)(reading->end - reading->at);
}

static uint64_t
get_number(struct reading *reading)
{
    uint64_t number = 0;

    for (unsigned shift = 0; shift < 63 && reading->at < reading->end;
         shift += 7) {
        uint8_t byte = *reading->at++;

        number |= (uint64_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0)
            return number;
    }
    reading->is_bad = true;
    return 0;
}

/* A count of things that take at least `each` bytes. */
static size_t
get_count(struct reading *reading, size_t each)
{
    uint64_t n = get_number(reading);

    if (n > left(reading) / each)
        reading->is_bad = true;
    return reading->is_bad ? 0 : (size_t)n;
}

/* Text of the given length; NULL: there is none such. */
static char *
get_text(struct reading *reading, uint64_t len)
{
    char *text;

    if (len > left(reading) || memchr(reading->at, 0, (size_t)len) != NULL) {
        reading->is_bad = true;
        return NULL;
    }
    text = akin_strndup((const char *)reading->at, (size_t)len);
    reading->at += len;
    return text;
}

/* The numbers of a set into the scratch; gives how many. */
static size_t
get_numbers(struct reading *reading)
{
    size_t n = get_count(reading, 1);
    uint64_t next = 0;

    if (n > reading->cap) {
        free(reading->numbers);
        reading->cap = n;
        reading->numbers = akin_new(n, sizeof(*reading->numbers));
    }
    for (size_t i = 0; i < n; i++) {
        uint64_t number = next + get_number(reading);

        if (number > UINT32_MAX || number < next)
            reading->is_bad = true;
        if (reading->is_bad)
            return 0;
        reading->numbers[i] = (uint32_t)number;
        next = number + 1;
    }
    return n;
}

static bool
is_wanted(struct reading *reading, uint32_t number)
{
    if (!akin_bitmap_has(reading->all, number))
        reading->is_bad = true;
    return reading->without == NULL ||
           !akin_bitmap_has(reading->without, number);
}

static struct akin_bitmap *
get_bitmap(struct reading *reading)
{
    size_t n = get_numbers(reading);
    struct akin_bitmap *bitmap = akin_bitmap_of(reading->numbers, n);

    if (reading->all != NULL &&
        akin_bitmap_and_count(bitmap, reading->all) != n)
        reading->is_bad = true;
    if (reading->without != NULL && reading->all != NULL)
        akin_bitmap_andnot(bitmap, reading->without);
    return bitmap;
}

static struct akin__set
get_set(struct reading *reading)
{
    const uint8_t *start = reading->at;
    struct akin__set set = {0};

    if (get_number(reading) != 1) {
        reading->at = start;
        set.many = get_bitmap(reading);
        return set;
    }
    reading->at = start;
    if (get_numbers(reading) == 1 && is_wanted(reading, reading->numbers[0]))
        akin__set_add(&set, reading->numbers[0]);
    return set;
}

static void
get_dict(struct reading *reading, struct akin__dict *dict)
{
    size_t n = get_count(reading, VALUE_BYTES - 1);

    akin__dict_reserve(dict, n);
    for (size_t i = 0; i < n && !reading->is_bad; i++) {
        char *text = get_text(reading, get_number(reading)), *label = NULL;
        uint64_t len = get_number(reading);
        struct akin__set set;

        if (len > 0)
            label = get_text(reading, len - 1);
        set = get_set(reading);
        if (text != NULL && akin__set_count(&set) > 0) {
            struct akin__value *value =
                &dict->value[akin__dict_put(dict, text)];

            akin__set_or(&value->set, &set);
            free(value->label);
            value->label = label;
            label = NULL;
        }
        akin__set_free(&set);
        free(label);
        free(text);
    }
}

static void
get_pairs(struct reading *reading, struct akin__column *column)
{
    size_t n = get_count(reading, PAIR_BYTES);

    column->cap_pairs = n;
    column->pair = akin_new(n + 1, sizeof(*column->pair));
    for (size_t i = 0; i < n && !reading->is_bad; i++) {
        uint64_t bits, number;
        double value;

        if (left(reading) < PAIR_BYTES) {
            reading->is_bad = true;
            return;
        }
        bits = akin_le64(reading->at);
        reading->at += sizeof(bits);
        memcpy(&value, &bits, sizeof(value));
        number = get_number(reading);
        if (value != value || number > UINT32_MAX)
            reading->is_bad = true;
        else if (is_wanted(reading, (uint32_t)number))
            column->pair[column->n_pairs++] =
                (struct akin__pair){value, (uint32_t)number};
    }
}

static void
get_column(struct reading *reading, struct akin__column *column)
{
    get_dict(reading, &column->texts);
    get_dict(reading, &column->labels);
    get_dict(reading, &column->ids);
    get_pairs(reading, column);
    akin_bitmap_free(column->has);
    column->has = get_bitmap(reading);
}

static void
get_all(struct reading *reading, struct akin_facets *facets)
{
    struct akin_bitmap *all = get_bitmap(reading);

    reading->all = all;
    akin_bitmap_or(facets->all, all);
    if (reading->without != NULL)
        akin_bitmap_andnot(facets->all, reading->without);
    for (size_t i = 0; i < facets->n_columns && !reading->is_bad; i++)
        get_column(reading, &facets->column[i]);
    for (size_t i = 0; i < facets->n_facets && !reading->is_bad; i++)
        get_dict(reading, &facets->facet[i].values);
    if (!reading->is_bad)
        get_dict(reading, &facets->extra);
    reading->is_bad = reading->is_bad || reading->at != reading->end;
    free(reading->numbers);
    akin_bitmap_free(all);
}

enum akin_status
akin_facets_read(struct akin_span bytes, const struct akin_terms *terms,
                 const struct akin_bitmap *without, struct akin_facets **out,
                 struct akin_error *err)
{
    struct reading reading = {.without = without};
    struct akin_facets *facets;
    struct akin_hash hash;

    if (bytes.len < HEAD + TAIL || memcmp(bytes.data, MAGIC, 4) != 0 ||
        akin_le32(bytes.data + 4) != FORM)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "these %zu bytes are not a facet index", bytes.len);
    bytes.len -= TAIL;
    hash = akin_hash_of(bytes);
    if (memcmp(hash.bytes, bytes.data + bytes.len, TAIL) != 0)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "a facet index was changed or cut off");
    facets = akin_facets_new(terms);
    reading.at = bytes.data + HEAD;
    reading.end = bytes.data + bytes.len;
    reading.is_bad = akin_le64(bytes.data + 8) != names_key(facets);
    if (!reading.is_bad)
        get_all(&reading, facets);
    if (reading.is_bad) {
        akin_facets_free(facets);
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "a facet index does not hold what this program keeps");
    }
    *out = facets;
    return AKIN_OK;
}
