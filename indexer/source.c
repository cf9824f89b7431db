/* SPDX-License-Identifier: Apache-2.0 */
#include "source.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "source_internal.h"

void *
akin__source_grown(void *array, size_t n, size_t *cap, size_t size)
{
    void *more;

    if (n < *cap)
        return array;
    *cap = *cap == 0 ? 16 : *cap * 2;
    more = akin_new(*cap, size);
    if (n > 0 && array != NULL)
        memcpy(more, array, n * size);
    free(array);
    return more;
}

static bool
is_same_names(const struct akin_names *a, const struct akin_names *b)
{
    for (size_t i = 0; a->n == b->n && i < a->n; i++)
        if (strcmp(a->name[i], b->name[i]) != 0)
            return false;
    return a->n == b->n;
}

void
akin__source_begin(struct akin_source *source, char *root,
                   struct akin_names *metadata)
{
    struct akin_source_group *last =
        source->n_groups > 0 ? &source->group[source->n_groups - 1] : NULL;

    /* `add a.png b.png`: two images of one folder, one group. */
    if (last != NULL && strcmp(last->root, root) == 0 &&
        is_same_names(&last->metadata, metadata)) {
        free(root);
        akin_names_free(metadata);
        return;
    }
    source->group =
        akin__source_grown(source->group, source->n_groups, &source->cap_groups,
                           sizeof(*source->group));
    source->group[source->n_groups++] = (struct akin_source_group){
        .root = root, .metadata = *metadata, .first = source->n_files};
    *metadata = (struct akin_names){0};
}

void
akin__source_end(struct akin_source *source)
{
    struct akin_source_group *last = &source->group[source->n_groups - 1];

    if (last->n > 0 || last->metadata.n > 0)
        return;
    free(last->root);
    source->n_groups--;
}

void
akin__source_add(struct akin_source *source, const char *name)
{
    source->name_at =
        akin__source_grown(source->name_at, source->n_files, &source->cap_files,
                           sizeof(*source->name_at));
    source->name_at[source->n_files++] = source->names.len;
    akin_buf_put(&source->names, name, strlen(name) + 1);
    source->group[source->n_groups - 1].n++;
}

void
akin__source_trouble(struct akin_source *source, const char *path,
                     const char *reason)
{
    source->trouble =
        akin__source_grown(source->trouble, source->n_trouble,
                           &source->cap_trouble, sizeof(*source->trouble));
    source->trouble[source->n_trouble++] = (struct akin_source_trouble){
        .path = akin_strdup(path), .reason = akin_strdup(reason)};
}

static int
by_base(const void *a, const void *b)
{
    const struct akin_source_group *x = *(struct akin_source_group *const *)a;
    const struct akin_source_group *y = *(struct akin_source_group *const *)b;
    int order = strcmp(akin_path_base(x->root), akin_path_base(y->root));

    return order != 0 ? order : strcmp(x->root, y->root);
}

static bool
is_same_base(const struct akin_source_group *a,
             const struct akin_source_group *b)
{
    return strcmp(akin_path_base(a->root), akin_path_base(b->root)) == 0;
}

/* Marks groups without metadata whose folders have one name: both would get
 * the same id, and two different things would become one. */
static void
mark_shared_names(struct akin_source *source)
{
    struct akin_source_group **order =
        akin_new(source->n_groups + 1, sizeof(struct akin_source_group *));
    size_t n = 0, end;

    for (size_t i = 0; i < source->n_groups; i++)
        if (source->group[i].metadata.n == 0)
            order[n++] = &source->group[i];
    if (n > 1)
        qsort(order, n, sizeof(struct akin_source_group *), by_base);
    for (size_t begin = 0; begin < n; begin = end) {
        for (end = begin + 1; end < n && is_same_base(order[begin], order[end]);
             end++)
            continue;
        if (strcmp(order[begin]->root, order[end - 1]->root) != 0)
            for (size_t i = begin; i < end; i++)
                order[i]->shares_its_name = true;
    }
    free(order);
}

enum akin_status
akin_source_list(const char *const *paths, size_t n_paths,
                 const char *leave_out, struct akin_source *out,
                 struct akin_error *err)
{
    struct akin_source source = {0};
    struct akin__walk *walk = akin__walk_new(&source, leave_out);
    enum akin_status st = AKIN_OK;

    source.roots = akin_new(n_paths + 1, sizeof(*source.roots));
    /* All are looked for before any is walked: a mistyped PATH costs nothing.
     */
    for (size_t i = 0; st == AKIN_OK && i < n_paths; i++) {
        st = akin_path_real(paths[i], &source.roots[i], err);
        source.n_roots += st == AKIN_OK ? 1 : 0;
    }
    for (size_t i = 0; st == AKIN_OK && i < n_paths; i++)
        st = akin__walk_path(walk, source.roots[i], err);
    akin__walk_free(walk);
    if (st == AKIN_OK) {
        mark_shared_names(&source);
        *out = source;
    } else {
        akin_source_free(&source);
    }
    return st;
}

void
akin_source_free(struct akin_source *source)
{
    for (size_t i = 0; i < source->n_groups; i++) {
        free(source->group[i].root);
        akin_names_free(&source->group[i].metadata);
    }
    for (size_t i = 0; i < source->n_trouble; i++) {
        free(source->trouble[i].path);
        free(source->trouble[i].reason);
    }
    for (size_t i = 0; i < source->n_roots; i++)
        free(source->roots[i]);
    free(source->group);
    free(source->trouble);
    free(source->roots);
    free(source->name_at);
    akin_buf_free(&source->names);
    *source = (struct akin_source){0};
}

const char *
akin_source_name(const struct akin_source *source, size_t i_file)
{
    assert(i_file < source->n_files);
    return (const char *)source->names.data + source->name_at[i_file];
}

const struct akin_source_group *
akin_source_group_of(const struct akin_source *source, size_t i_file)
{
    size_t low = 0, high = source->n_groups;

    assert(i_file < source->n_files);
    /* The last group that begins at or before the file and is not empty. */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (source->group[middle].first <= i_file)
            low = middle;
        else
            high = middle;
    }
    while (source->group[low].n == 0)
        low--;
    return &source->group[low];
}

char *
akin_source_path(const struct akin_source *source, size_t i_file)
{
    return akin_path_join(akin_source_group_of(source, i_file)->root,
                          akin_source_name(source, i_file));
}

char *
akin_source_folder_id(const struct akin_source *source, size_t i_group)
{
    const struct akin_source_group *group = &source->group[i_group];
    const char *base = akin_path_base(group->root);
    struct akin_buf id = {0};
    char *above;

    if (!group->shares_its_name || base == group->root)
        return akin_strdup(base);
    above = akin_strndup(group->root, (size_t)(base - group->root) - 1);
    akin_buf_printf(&id, "%s-%s", akin_path_base(above), base);
    free(above);
    return (char *)akin_buf_take(&id);
}
