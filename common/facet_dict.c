/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facet_dict.c - distinct texts without regard to ASCII case, and their sets.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "akin/hash.h"
#include "facet_internal.h"

#define SLOTS_MIN ((size_t)32)

/* --- sets --- */

void
akin__set_add(struct akin__set *set, uint32_t number)
{
    if (set->many != NULL) {
        akin_bitmap_add(set->many, number);
    } else if (!set->has_one) {
        set->one = number;
        set->has_one = true;
    } else if (set->one != number) {
        set->many = akin_bitmap_new();
        akin_bitmap_add(set->many, set->one);
        akin_bitmap_add(set->many, number);
    }
}

void
akin__set_or(struct akin__set *set, const struct akin__set *other)
{
    if (other->many == NULL) {
        if (other->has_one)
            akin__set_add(set, other->one);
        return;
    }
    if (set->many == NULL) {
        set->many = akin_bitmap_copy(other->many);
        if (set->has_one)
            akin_bitmap_add(set->many, set->one);
        return;
    }
    akin_bitmap_or(set->many, other->many);
}

size_t
akin__set_count(const struct akin__set *set)
{
    return set->many != NULL ? akin_bitmap_count(set->many)
                             : (size_t)set->has_one;
}

size_t
akin__set_and_count(const struct akin__set *set,
                    const struct akin_bitmap *datasets)
{
    if (set->many != NULL)
        return akin_bitmap_and_count(set->many, datasets);
    return set->has_one && akin_bitmap_has(datasets, set->one);
}

void
akin__set_give(const struct akin__set *set, struct akin_bitmap *out)
{
    if (set->many != NULL)
        akin_bitmap_or(out, set->many);
    else if (set->has_one)
        akin_bitmap_add(out, set->one);
}

void
akin__set_each(const struct akin__set *set, akin_bitmap_fn *fn, void *ctx)
{
    if (set->many != NULL)
        akin_bitmap_each(set->many, fn, ctx);
    else if (set->has_one)
        (void)fn(set->one, ctx);
}

void
akin__set_free(struct akin__set *set)
{
    akin_bitmap_free(set->many);
    *set = (struct akin__set){0};
}

/* --- texts --- */

static uint64_t
hash_of(const char *text, bool is_exact)
{
    uint8_t folded[256];
    uint64_t hash = 0;
    size_t n = 0;

    for (; *text != '\0'; text++) {
        folded[n++] = (uint8_t)(is_exact ? *text : akin_lower(*text));
        if (n == sizeof(folded)) {
            struct akin_hash part = akin_hash_of(akin_span_of(folded, n));

            hash = akin_hash_mix(hash, akin_le64(part.bytes));
            n = 0;
        }
    }
    return akin_hash_mix(
        hash, akin_le64(akin_hash_of(akin_span_of(folded, n)).bytes));
}

static bool
same(const char *a, const char *b)
{
    while (*a != '\0' &&
           tolower((unsigned char)*a) == tolower((unsigned char)*b))
        a++, b++;
    return *a == '\0' && *b == '\0';
}

static bool
is_text(const struct akin__dict *dict, const struct akin__value *value,
        const char *text)
{
    return dict->is_exact ? strcmp(value->text, text) == 0
                          : same(value->text, text);
}

/* The slot that holds text, or the empty one where it belongs. */
static size_t
slot_of(const struct akin__dict *dict, const char *text, uint64_t hash)
{
    size_t i = (size_t)hash & (dict->n_slots - 1);

    while (dict->slot[i] != 0 &&
           (dict->value[dict->slot[i] - 1].hash != hash ||
            !is_text(dict, &dict->value[dict->slot[i] - 1], text)))
        i = (i + 1) & (dict->n_slots - 1);
    return i;
}

uint32_t
akin__dict_find(const struct akin__dict *dict, const char *text)
{
    uint32_t found = 0;

    if (dict->n_slots > 0)
        found = dict->slot[slot_of(dict, text, hash_of(text, dict->is_exact))];
    return found == 0 ? AKIN__NO_VALUE : found - 1;
}

static void
make_slots(struct akin__dict *dict, size_t n_slots)
{
    dict->n_slots = n_slots;
    free(dict->slot);
    dict->slot = akin_new(n_slots, sizeof(*dict->slot));
    for (size_t i = 0; i < dict->n; i++) {
        size_t slot = (size_t)dict->value[i].hash & (n_slots - 1);

        while (dict->slot[slot] != 0)
            slot = (slot + 1) & (n_slots - 1);
        dict->slot[slot] = (uint32_t)i + 1;
    }
}

void
akin__dict_reserve(struct akin__dict *dict, size_t n)
{
    size_t n_slots = SLOTS_MIN;

    while (n_slots < 2 * (n + 1))
        n_slots *= 2;
    if (n_slots > dict->n_slots)
        make_slots(dict, n_slots);
    while (dict->cap < n) {
        size_t full = dict->cap;

        dict->value = akin__facet_grown(dict->value, full, &dict->cap,
                                        sizeof(*dict->value));
    }
}

uint32_t
akin__dict_put(struct akin__dict *dict, const char *text)
{
    uint64_t hash = hash_of(text, dict->is_exact);
    size_t slot;

    if (2 * dict->n >= dict->n_slots)
        make_slots(dict, dict->n_slots == 0 ? SLOTS_MIN : 2 * dict->n_slots);
    slot = slot_of(dict, text, hash);
    if (dict->slot[slot] == 0) {
        dict->value = akin__facet_grown(dict->value, dict->n, &dict->cap,
                                        sizeof(*dict->value));
        dict->value[dict->n] =
            (struct akin__value){.text = akin_strdup(text), .hash = hash};
        dict->slot[slot] = (uint32_t)++dict->n;
    }
    return dict->slot[slot] - 1;
}

void
akin__dict_add(struct akin__dict *dict, const char *text, uint32_t dataset)
{
    uint32_t value = akin__dict_put(dict, text); /* may move dict->value */

    akin__set_add(&dict->value[value].set, dataset);
}

void
akin__dict_free(struct akin__dict *dict)
{
    for (size_t i = 0; i < dict->n; i++) {
        free(dict->value[i].text);
        free(dict->value[i].label);
        akin__set_free(&dict->value[i].set);
    }
    free(dict->value);
    free(dict->slot);
    *dict = (struct akin__dict){.is_exact = dict->is_exact};
}
