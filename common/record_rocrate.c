/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RO-Crate (https://w3id.org/ro/crate) in the GIDE profile, as the BioImage
 * Archive, IDR and SSBD publish it. The context is not fetched: keys are taken
 * by their names, and prefixes are expanded by the table of normalize.h.
 */
#include "record_internal.h"

#include <stdlib.h>
#include <string.h>

#include "record_rocrate_internal.h"

/* ---- nodes ---- */

static int
by_id(const void *a, const void *b)
{
    return strcmp(((const struct akin__crate_entry *)a)->id,
                  ((const struct akin__crate_entry *)b)->id);
}

static struct akin_json *
find_exact(const struct akin__crate *crate, const char *id)
{
    struct akin__crate_entry key = {id, NULL}, *found;

    if (crate->n == 0)
        return NULL;
    found = bsearch(&key, crate->entry, crate->n, sizeof(key), by_id);
    return found == NULL ? NULL : found->node;
}

struct akin_json *
akin__crate_find(const struct akin__crate *crate, const char *id)
{
    struct akin_json *node = find_exact(crate, id);
    size_t len = strlen(id);
    struct akin_buf other = {0};

    if (node != NULL || len == 0)
        return node;
    if (id[len - 1] == '/')
        akin_buf_put(&other, id, len - 1);
    else
        akin_buf_printf(&other, "%s/", id);
    node = find_exact(crate, akin_buf_text(&other));
    if (node == NULL && strncmp(id, "./", 2) == 0)
        node = find_exact(crate, id + 2);
    if (node == NULL) {
        akin_buf_clear(&other);
        akin_buf_printf(&other, "./%s", id);
        node = find_exact(crate, akin_buf_text(&other));
    }
    akin_buf_free(&other);
    return node;
}

/* The part of a name behind its prefix or address. */
static const char *
local_name(const char *name)
{
    const char *local = name;

    for (const char *p = name; *p != '\0'; p++)
        if (*p == ':' || *p == '/' || *p == '#')
            local = p + 1;
    return local;
}

struct akin_json *
akin__crate_get(const struct akin_json *node, const char *name)
{
    struct akin_json *value = akin_json_get(node, name);
    const char *key;
    void *it = NULL;

    if (value != NULL)
        return value;
    while (akin_json_next(node, &it, &key, &value))
        if (strcmp(local_name(key), name) == 0)
            return value;
    return NULL;
}

bool
akin__crate_is(const struct akin_json *node, const char *type)
{
    const struct akin_json *types = akin_json_get(node, "@type"), *one;

    for (size_t i = 0; (one = akin__value_at(types, i)) != NULL; i++)
        if (akin_json_string(one) != NULL &&
            strcmp(local_name(akin_json_string(one)), type) == 0)
            return true;
    return false;
}

const struct akin_json *
akin__crate_node(const struct akin__crate *crate, const struct akin_json *value,
                 const char **id)
{
    const struct akin_json *node = NULL;

    *id = akin_json_text(value, "@id");
    if (*id != NULL)
        node = akin__crate_find(crate, *id);
    /* an inline node has more than its id */
    if (node == NULL && akin_json_count(value) > (*id != NULL ? 1 : 0) &&
        akin_json_type(value) == AKIN_JSON_OBJECT)
        node = value;
    return node;
}

const char *
akin__crate_text(const struct akin_json *node, const char *name)
{
    const struct akin_json *value =
        akin__value_at(akin__crate_get(node, name), 0);

    if (akin_json_string(value) != NULL)
        return akin_json_string(value);
    if (akin_json_text(value, "@value") != NULL)
        return akin_json_text(value, "@value");
    return akin_json_text(value, "@id");
}

void
akin__crate_dangling(struct akin__crate *crate, const char *property,
                     const char *id)
{
    akin_record_note(crate->report, "warning", "reference_missing", property,
                     "the crate has no node \"%s\"", id);
}

static enum akin_status
index_nodes(struct akin__crate *crate, const struct akin_json *graph,
            struct akin_error *err)
{
    size_t count = akin_json_count(graph);

    if (akin_json_type(graph) != AKIN_JSON_ARRAY)
        return AKIN_FAIL(err, AKIN_EFORMAT, "\"@graph\" is not an array");
    if (count > AKIN__CRATE_NODES_MAX)
        return AKIN_FAIL(err, AKIN_ELIMIT, "%zu nodes, more than %d", count,
                         AKIN__CRATE_NODES_MAX);
    crate->entry = akin_new(count, sizeof(*crate->entry));
    for (size_t i = 0; i < count; i++) {
        struct akin_json *node = akin_json_at(graph, i);
        const char *id = akin_json_text(node, "@id");

        if (id != NULL)
            crate->entry[crate->n++] = (struct akin__crate_entry){id, node};
    }
    qsort(crate->entry, crate->n, sizeof(*crate->entry), by_id);
    return AKIN_OK;
}

/* ---- the root ---- */

/* What the metadata descriptor is about: the one CreativeWork with "about"
 * (its own id differs between archives). */
static struct akin_json *
root_of_descriptor(const struct akin__crate *crate,
                   const struct akin_json *graph)
{
    struct akin_json *first = NULL;

    for (size_t i = 0; i < akin_json_count(graph); i++) {
        const struct akin_json *node = akin_json_at(graph, i);
        const char *about = akin__crate_text(node, "about");
        struct akin_json *root;

        if (!akin__crate_is(node, "CreativeWork") || about == NULL)
            continue;
        root = akin__crate_find(crate, about);
        if (root == NULL)
            continue;
        if (akin__crate_is(root, "Dataset"))
            return root;
        first = first == NULL ? root : first;
    }
    return first;
}

static struct akin_json *
only_dataset(const struct akin_json *graph)
{
    struct akin_json *found = NULL;

    for (size_t i = 0; i < akin_json_count(graph); i++) {
        struct akin_json *node = akin_json_at(graph, i);

        if (!akin__crate_is(node, "Dataset"))
            continue;
        if (found != NULL)
            return NULL;
        found = node;
    }
    return found;
}

static struct akin_json *
find_root(struct akin__crate *crate, const struct akin_json *graph)
{
    struct akin_json *root = root_of_descriptor(crate, graph);

    if (root != NULL)
        return root;
    root = akin__crate_find(crate, "./");
    if (root == NULL || !akin__crate_is(root, "Dataset"))
        root = only_dataset(graph);
    if (root != NULL)
        akin_record_note(crate->report, "warning", "root_guessed", "/",
                         "no metadata descriptor with \"about\"; the only "
                         "Dataset is taken for the study");
    return root;
}

/* A crate that lists other crates: its parts are Datasets and it says nothing
 * of a study itself. */
static bool
is_collection(const struct akin__crate *crate, const struct akin_json *root)
{
    const struct akin_json *parts = akin__crate_get(root, "hasPart"), *one;
    const char *id;

    if (akin__crate_get(root, "license") != NULL ||
        akin__crate_get(root, "publisher") != NULL ||
        akin__crate_get(root, "about") != NULL ||
        akin__crate_get(root, "author") != NULL)
        return false;
    for (size_t i = 0; (one = akin__value_at(parts, i)) != NULL; i++)
        if (akin__crate_is(akin__crate_node(crate, one, &id), "Dataset"))
            return true;
    return false;
}

/* ---- plain properties ---- */

static void
read_publisher(struct akin__crate *crate, const struct akin_json *root)
{
    const struct akin_json *value =
        akin__value_at(akin__crate_get(root, "publisher"), 0);
    struct akin_json *to;
    const char *id = NULL, *url;
    const struct akin_json *node;

    if (value == NULL)
        return;
    node = akin__crate_node(crate, value, &id);
    to = akin__sub_object(crate->record, "publisher");
    (void)akin__set_line(to, "name",
                         akin_json_string(value) != NULL
                             ? akin_json_string(value)
                             : akin__crate_text(node, "name"));
    url = akin__crate_text(node, "url");
    if (url == NULL)
        url = id;
    if (url != NULL && strstr(url, "://") != NULL) {
        size_t len = strlen(url); /* ".../database/" is ".../database" */
        char *bare = akin_strndup(url, len - (url[len - 1] == '/'));

        (void)akin__set_line(to, "url", bare);
        free(bare);
    }
    if (node == NULL && id != NULL)
        akin__crate_dangling(crate, "/publisher", id);
}

/* A text, or a PropertyValue here or elsewhere in the crate, or an address. */
static const char *
identifier_of(const struct akin__crate *crate, const struct akin_json *root)
{
    const struct akin_json *value =
        akin__value_at(akin__crate_get(root, "identifier"), 0);
    const char *id = NULL, *text;

    if (akin_json_string(value) != NULL)
        return akin_json_string(value);
    text = akin__crate_text(akin__crate_node(crate, value, &id), "value");
    return text != NULL ? text : id;
}

static void
read_identity(struct akin__crate *crate, const struct akin_json *root)
{
    const char *id = akin_json_text(root, "@id");
    const char *identifier = identifier_of(crate, root);
    struct akin_json *to = akin__sub_object(crate->record, "identifier");
    struct akin_buf doi = {0};

    if ((identifier != NULL && akin_doi_normalize(identifier, &doi)) ||
        (id != NULL && akin_doi_normalize(id, &doi)))
        akin_json_set_text(to, "doi", akin_buf_text(&doi));
    akin_buf_free(&doi);
    if (id != NULL && strstr(id, "://") != NULL) {
        (void)akin__set_line(to, "url", id);
        (void)akin__set_line(crate->record, "uri", id);
    }
    (void)akin__set_line(to, "accession", identifier);
    /* The address may carry a version, the identifier does not. */
    if (!akin__set_line(crate->record, "id", identifier) && id != NULL &&
        strcmp(id, "./") != 0)
        (void)akin__set_line(crate->record, "id", id);
}

static void
read_thumbnails(struct akin__crate *crate, const struct akin_json *root)
{
    const struct akin_json *all = akin__crate_get(root, "thumbnailUrl"), *one;

    if (all == NULL)
        all = akin__crate_get(root, "thumbnail");
    for (size_t i = 0; (one = akin__value_at(all, i)) != NULL; i++) {
        const char *url = akin_json_string(one);

        if (url == NULL)
            url = akin__crate_text(one, "url");
        if (url == NULL)
            url = akin_json_text(one, "@id");
        if (url != NULL && strstr(url, "://") != NULL)
            akin__add_line(crate->record, "thumbnails", url);
    }
}

/* Which of "bytes" and "files" a QuantitativeValue counts. */
static const char *
unit_of(const struct akin_json *node)
{
    const char *code = akin__crate_text(node, "unitCode");
    const char *text = akin__crate_text(node, "unitText");
    struct akin_buf curie = {0};
    const char *unit = NULL;

    if (code != NULL && akin_curie_normalize(code, NULL, &curie)) {
        if (strcmp(akin_buf_text(&curie), "UO:0000233") == 0)
            unit = "bytes";
        else if (strcmp(akin_buf_text(&curie), "UO:0000189") == 0)
            unit = "files";
    }
    akin_buf_free(&curie);
    if (unit == NULL && text != NULL && akin_name_equal(text, "bytes"))
        unit = "bytes";
    if (unit == NULL && text != NULL &&
        (akin_name_equal(text, "file count") || akin_name_equal(text, "files")))
        unit = "files";
    return unit;
}

/* The type of the node is not looked at: it is misspelled in most crates. */
static void
read_size(struct akin__crate *crate, const struct akin_json *root)
{
    const struct akin_json *all = akin__crate_get(root, "size"), *one;

    for (size_t i = 0; (one = akin__value_at(all, i)) != NULL; i++) {
        const char *id = NULL;
        const struct akin_json *node = akin__crate_node(crate, one, &id);
        const char *unit = unit_of(node);

        if (node == NULL && id != NULL)
            akin__crate_dangling(crate, "/size", id);
        else if (unit != NULL)
            akin__set_size(crate->record, unit, akin__crate_get(node, "value"),
                           crate->report);
        else
            akin_record_note(crate->report, "info", "size_unit", "/size",
                             "a size has neither bytes nor files as its unit");
    }
}

/* What no reader below takes goes to "extra" as it is. */
static void
read_others(struct akin__crate *crate, const struct akin_json *root)
{
    static const char *const taken[] = {
        "name",       "description", "license",  "datePublished",
        "identifier", "publisher",   "keywords", "thumbnailUrl",
        "thumbnail",  "size",        "author",   "citation",
        "seeAlso",    "funder",      "about",    "measurementMethod",
        "conformsTo", "hasPart",     "@id",      "@type",
        "@context",   "creator",     "url"};
    struct akin_json *value;
    const char *key;
    void *it = NULL;

    while (akin_json_next(root, &it, &key, &value)) {
        bool known = false;

        for (size_t i = 0; i < AKIN_COUNT(taken) && !known; i++)
            known = strcmp(local_name(key), taken[i]) == 0 ||
                    strcmp(key, taken[i]) == 0;
        if (!known)
            akin__add_extra(crate->record, key, akin_json_copy(value));
    }
}

static void
read_study(struct akin__crate *crate, const struct akin_json *root)
{
    (void)akin__set_line(crate->record, "title",
                         akin__crate_text(root, "name"));
    (void)akin__set_paragraphs(crate->record, "description",
                               akin__crate_text(root, "description"));
    read_identity(crate, root);
    read_publisher(crate, root);
    akin__set_license(crate->record, akin__crate_text(root, "license"),
                      crate->report);
    akin__set_date(crate->record, akin__crate_text(root, "datePublished"),
                   crate->report);
    akin__add_keywords(crate->record, akin__crate_get(root, "keywords"));
    akin__crate_people(crate, root);
    akin__crate_papers(crate, root);
    akin__crate_biology(crate, root);
    akin__crate_methods(crate, root);
    read_thumbnails(crate, root);
    read_size(crate, root);
    read_others(crate, root);
}

static enum akin_status
read_crate(struct akin__crate *crate, const struct akin_json *graph,
           const char *name, struct akin_json *records, struct akin_error *err)
{
    struct akin_json *root = find_root(crate, graph);

    if (root == NULL)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "no root: there is no CreativeWork whose \"about\" "
                         "names a node of the crate, and not exactly one "
                         "Dataset");
    if (is_collection(crate, root)) {
        akin_record_note(crate->report, "info", "collection", "/",
                         "%s lists other crates and is no study itself", name);
        return AKIN_OK;
    }
    crate->record = akin__record_new("ro-crate", "rocrate/1", name);
    read_study(crate, root);
    akin__record_finish(crate->record, records, crate->report);
    return AKIN_OK;
}

enum akin_status
akin__record_rocrate(const struct akin_json *json, const char *name,
                     struct akin_json *records,
                     struct akin_record_report *report, struct akin_error *err)
{
    struct akin__crate crate = {.report = report};
    const struct akin_json *graph = akin_json_get(json, "@graph");
    enum akin_status st = index_nodes(&crate, graph, err);

    if (st == AKIN_OK)
        st = read_crate(&crate, graph, name, records, err);
    free(crate.entry);
    return st;
}
