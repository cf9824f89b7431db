/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What changed between two versions of a record, place by place.
 */
#include "akin/record.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 24      /* deeper values are compared as a whole */
#define PAIRS_MAX 4000000 /* items of two lists that are compared */
#define CHANGES_MAX 2000  /* more would tell nobody more */

struct diff {
    struct akin_json *changes;
    struct akin_buf path;
    int depth;
};

static void compare(struct diff *diff, const struct akin_json *old,
                    const struct akin_json *new);

/* Values go in as copies: the records may be freed. */
static void
note(struct diff *diff, const struct akin_json *old,
     const struct akin_json *new)
{
    struct akin_json *change;

    if (akin_json_count(diff->changes) >= CHANGES_MAX)
        return;
    change = akin_json_object();
    akin_json_set_text(change, "field", akin_buf_text(&diff->path));
    if (old != NULL)
        akin_json_set(change, "old", akin_json_copy(old));
    if (new != NULL)
        akin_json_set(change, "new", akin_json_copy(new));
    akin_json_append(diff->changes, change);
}

/* Below a member or an item called so. */
static void
step(struct diff *diff, const char *name, const struct akin_json *old,
     const struct akin_json *new)
{
    size_t len = diff->path.len;

    akin_buf_printf(&diff->path, "%s%s", len > 0 ? "/" : "", name);
    diff->depth++;
    compare(diff, old, new);
    diff->depth--;
    diff->path.len = len; /* back to where we came from */
    diff->path.data[len] = '\0';
}

static void
compare_objects(struct diff *diff, const struct akin_json *old,
                const struct akin_json *new)
{
    struct akin_json *value;
    const char *key;
    void *it = NULL;

    while (akin_json_next(old, &it, &key, &value))
        step(diff, key, value, akin_json_get(new, key));
    it = NULL;
    while (akin_json_next(new, &it, &key, &value))
        if (akin_json_get(old, key) == NULL)
            step(diff, key, NULL, value);
}

/* ---- lists ---- */

/* What tells items of a list apart, or NULL. */
static const char *
name_of(const struct akin_json *item)
{
    static const char *const keys[] = {"id",    "orcid",     "name",
                                       "title", "pubmed_id", "doi",
                                       "label", "url",       "path"};
    const char *name = NULL;

    for (size_t i = 0; i < AKIN_COUNT(keys) && name == NULL; i++)
        name = akin_json_text(item, keys[i]);
    return name;
}

/* [i] true: the item of a list has its equal in the other. */
struct list {
    const struct akin_json *json;
    bool *is_matched;
    size_t n;
};

static struct list
list_of(const struct akin_json *json)
{
    size_t n = akin_json_count(json);

    return (struct list){json, akin_new(n + 1, sizeof(bool)), n};
}

static bool
is_pair(const struct akin_json *a, const struct akin_json *b, bool by_name)
{
    const char *x, *y;

    if (!by_name)
        return akin_json_equal(a, b);
    x = name_of(a);
    y = name_of(b);
    return x != NULL && y != NULL && strcmp(x, y) == 0;
}

/* Pairs items that are equal, or that have one name; gives how many. */
static size_t
match(struct diff *diff, struct list *old, struct list *new, bool by_name)
{
    size_t n = 0;

    for (size_t i = 0; i < old->n; i++)
        for (size_t k = 0; k < new->n && !old->is_matched[i]; k++) {
            const struct akin_json *a = akin_json_at(old->json, i);
            const struct akin_json *b = akin_json_at(new->json, k);

            if (new->is_matched[k] || !is_pair(a, b, by_name))
                continue;
            old->is_matched[i] = new->is_matched[k] = true;
            n++;
            if (by_name)
                step(diff, name_of(a), a, b);
        }
    return n;
}

static void
compare_lists(struct diff *diff, const struct akin_json *old_json,
              const struct akin_json *new_json)
{
    struct list old = list_of(old_json), new = list_of(new_json);
    size_t n;

    n = match(diff, &old, &new, false);
    if (n == old.n && n == new.n)
        note(diff, old_json, new_json); /* another order */
    (void)match(diff, &old, &new, true);
    for (size_t i = 0; i < old.n; i++)
        if (!old.is_matched[i])
            note(diff, akin_json_at(old.json, i), NULL);
    for (size_t i = 0; i < new.n; i++)
        if (!new.is_matched[i])
            note(diff, NULL, akin_json_at(new.json, i));
    free(old.is_matched);
    free(new.is_matched);
}

static void
compare(struct diff *diff, const struct akin_json *old,
        const struct akin_json *new)
{
    enum akin_json_type type = akin_json_type(old);
    bool is_below = type == akin_json_type(new) && diff->depth < DEPTH_MAX;

    if (old != NULL && new != NULL && akin_json_equal(old, new))
        return;
    if (is_below && type == AKIN_JSON_OBJECT)
        compare_objects(diff, old, new);
    else if (is_below && type == AKIN_JSON_ARRAY &&
             akin_json_count(old) <= PAIRS_MAX / (akin_json_count(new) + 1))
        compare_lists(diff, old, new);
    else
        note(diff, old, new);
}

struct akin_json *
akin_record_diff(const struct akin_json *old, const struct akin_json *new)
{
    struct diff diff = {.changes = akin_json_array()};

    compare(&diff, old, new);
    akin_buf_free(&diff.path);
    return diff.changes;
}
