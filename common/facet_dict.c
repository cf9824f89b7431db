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
slot_of(const struct akin__dict *dict, const char *text)
{
    size_t i = (size_t)hash_of(text, dict->is_exact) & (dict->n_slots - 1);

    while (dict->slot[i] != 0 &&
           !is_text(dict, &dict->value[dict->slot[i] - 1], text))
        i = (i + 1) & (dict->n_slots - 1);
    return i;
}

uint32_t
akin__dict_find(const struct akin__dict *dict, const char *text)
{
    uint32_t found = 0;

    if (dict->n_slots > 0)
        found = dict->slot[slot_of(dict, text)];
    return found == 0 ? AKIN__NO_VALUE : found - 1;
}

static void
grow_slots(struct akin__dict *dict)
{
    dict->n_slots = dict->n_slots == 0 ? SLOTS_MIN : 2 * dict->n_slots;
    free(dict->slot);
    dict->slot = akin_new(dict->n_slots, sizeof(*dict->slot));
    for (size_t i = 0; i < dict->n; i++)
        dict->slot[slot_of(dict, dict->value[i].text)] = (uint32_t)i + 1;
}

uint32_t
akin__dict_put(struct akin__dict *dict, const char *text)
{
    size_t slot;

    if (2 * dict->n >= dict->n_slots)
        grow_slots(dict);
    slot = slot_of(dict, text);
    if (dict->slot[slot] == 0) {
        dict->value =
            akin__grown(dict->value, dict->n, &dict->cap, sizeof(*dict->value));
        dict->value[dict->n] =
            (struct akin__value){akin_strdup(text), NULL, akin_bitmap_new()};
        dict->slot[slot] = (uint32_t)++dict->n;
    }
    return dict->slot[slot] - 1;
}

void
akin__dict_add(struct akin__dict *dict, const char *text, uint32_t dataset)
{
    uint32_t value = akin__dict_put(dict, text); /* may move dict->value */

    akin_bitmap_add(dict->value[value].set, dataset);
}

void
akin__dict_free(struct akin__dict *dict)
{
    for (size_t i = 0; i < dict->n; i++) {
        free(dict->value[i].text);
        free(dict->value[i].label);
        akin_bitmap_free(dict->value[i].set);
    }
    free(dict->value);
    free(dict->slot);
    *dict = (struct akin__dict){0};
}
