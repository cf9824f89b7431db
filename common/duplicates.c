/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/duplicates.h"

#include <assert.h>
#include <stdlib.h>

struct akin_duplicates {
    size_t n;
    uint32_t parent[]; /* the root is the smallest member */
};

enum akin_status
akin_duplicates_new(size_t n, struct akin_duplicates **out,
                    struct akin_error *err)
{
    struct akin_duplicates *sets = NULL;
    size_t bytes = 0;

    if (n < AKIN_DUPLICATES_NONE &&
        akin_size_mul(n, sizeof(sets->parent[0]), &bytes) &&
        akin_size_add(bytes, sizeof(*sets), &bytes))
        sets = malloc(bytes);
    if (sets == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for %zu sets", n);
    sets->n = n;
    for (size_t i = 0; i < n; i++)
        sets->parent[i] = (uint32_t)i;
    *out = sets;
    return AKIN_OK;
}

void
akin_duplicates_free(struct akin_duplicates *sets)
{
    free(sets);
}

uint32_t
akin_duplicates_first(struct akin_duplicates *sets, uint32_t x)
{
    uint32_t *parent = sets->parent;

    assert(x < sets->n);
    while (parent[x] != x) {
        parent[x] = parent[parent[x]];
        x = parent[x];
    }
    return x;
}

void
akin_duplicates_join(struct akin_duplicates *sets, uint32_t a, uint32_t b)
{
    a = akin_duplicates_first(sets, a);
    b = akin_duplicates_first(sets, b);
    if (a < b)
        sets->parent[b] = a;
    else
        sets->parent[a] = b;
}

uint32_t
akin_duplicates_number(struct akin_duplicates *sets, bool alone,
                       uint32_t *group)
{
    uint32_t n = 0;

    /* First: does the root have others? A root is met before its members. */
    for (size_t i = 0; i < sets->n; i++)
        group[i] = AKIN_DUPLICATES_NONE;
    for (size_t i = 0; i < sets->n; i++) {
        uint32_t root = akin_duplicates_first(sets, (uint32_t)i);

        if (root != i || alone)
            group[root] = 0;
    }
    for (size_t i = 0; i < sets->n; i++) {
        uint32_t root = akin_duplicates_first(sets, (uint32_t)i);

        if (root != i)
            group[i] = group[root];
        else if (group[i] != AKIN_DUPLICATES_NONE)
            group[i] = n++;
    }
    return n;
}
