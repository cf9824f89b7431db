/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facet_internal.h - the parts of the facet index.
 *
 * Two kinds of tables, because they answer different questions: a column for
 * each field of the filter language (what a condition looks at), and a facet
 * for each thing that is counted (an author is a person there, not a text).
 */
#ifndef AKIN_FACET_INTERNAL_H
#define AKIN_FACET_INTERNAL_H

#include "akin/facet.h"
#include "filter_internal.h"

/* The datasets of a text. Most texts (titles, names, identifiers) have one:
 * those need no bitmap. Start from {0}. */
struct akin__set {
    struct akin_bitmap *many; /* NULL: only `one`, when has_one */
    uint32_t one;
    bool has_one;
};
void akin__set_add(struct akin__set *set, uint32_t number);
void akin__set_or(struct akin__set *set, const struct akin__set *other);
size_t akin__set_count(const struct akin__set *set);
size_t akin__set_and_count(const struct akin__set *set,
                           const struct akin_bitmap *datasets);
/* Adds the set to a bitmap. */
void akin__set_give(const struct akin__set *set, struct akin_bitmap *out);
void akin__set_each(const struct akin__set *set, akin_bitmap_fn *fn, void *ctx);
void akin__set_free(struct akin__set *set);

/* One distinct text and where it occurs. */
struct akin__value {
    char *text;  /* as it was first met; owned */
    char *label; /* what to show, or NULL: text; owned */
    struct akin__set set;
    uint64_t hash; /* of text */
};

/* Distinct texts, without regard to ASCII case unless is_exact. Start from {0}.
 */
struct akin__dict {
    struct akin__value *value;
    size_t n, cap;
    uint32_t *slot; /* 1 + place in value; 0: empty */
    size_t n_slots; /* a power of two */
    bool is_exact;
};
#define AKIN__NO_VALUE UINT32_MAX

/* The place of a text, or AKIN__NO_VALUE. */
uint32_t akin__dict_find(const struct akin__dict *dict, const char *text);
/* The same; made when it is not there. */
uint32_t akin__dict_put(struct akin__dict *dict, const char *text);
void akin__dict_add(struct akin__dict *dict, const char *text,
                    uint32_t dataset);
/* Room for n texts at once. */
void akin__dict_reserve(struct akin__dict *dict, size_t n);
void akin__dict_free(struct akin__dict *dict);

/* A number of a dataset. */
struct akin__pair {
    double value;
    uint32_t dataset;
};

/* What conditions on one field look at. */
struct akin__column {
    const struct akin__field *field;
    struct akin__dict texts;  /* texts; of terms the ids */
    struct akin__dict labels; /* of terms */
    struct akin__dict ids;    /* of terms, with case: for members */
    struct akin__pair *pair;  /* sorted by value, then dataset */
    size_t n_pairs, cap_pairs;
    struct akin_bitmap *has;
};

enum akin__facet_kind {
    AKIN__FACET_TEXT,
    AKIN__FACET_NUMBER,
    AKIN__FACET_TERM,
    AKIN__FACET_PERSON,
    AKIN__FACET_RANGE, /* numbers, as ranges that a filter can name */
    AKIN__FACET_WORDS  /* each word of a text; for suggestions only */
};

struct akin__facet_kind_of {
    const char *name;
    enum akin__facet_kind kind;
    const char *path;   /* as in struct akin__field */
    const char *fields; /* of the filter language: own conditions, "a b" */
};

/* A facet's values as a tree; the nodes' order is that of values first. */
struct akin__tree {
    struct akin__dict dict; /* CURIE -> set of datasets with it or below it */
    uint32_t *parent;       /* kept ancestor, or AKIN__NO_VALUE */
    uint32_t *first_child, *next; /* AKIN__NO_VALUE: none */
    uint8_t *is_kept;
};

struct akin__facet {
    const struct akin__facet_kind_of *def;
    struct akin__dict values;
    /* value places of dataset position i: of[start[i] .. start[i + 1]); made
     * from the values' sets */
    uint32_t *of;
    size_t *start;
    struct akin__tree tree; /* of terms */
};

struct akin_facets {
    const struct akin_terms *terms;
    struct akin_bitmap *all;
    uint32_t *number; /* n_datasets, ascending; made from `all` */
    size_t n_datasets;
    struct akin__column *column;
    size_t n_columns;
    struct akin__facet *facet;
    size_t n_facets;
    /* Of fields of the records' own: "extra.a.b" -> where that is, and
     * "extra.a.b\x1f" and a text -> where that is the text. */
    struct akin__dict extra;
    bool is_finished;
};

/* facet.c */
/* Calls fn for each value at the end of path, as the filter finds them. */
typedef void akin__leaf_fn(const struct akin_json *leaf, void *ctx);
void akin__facet_walk(const struct akin_json *json, const char *path,
                      akin__leaf_fn *fn, void *ctx);
/* Makes room for one more element; n and cap are in elements. */
void *akin__facet_grown(void *array, size_t n, size_t *cap, size_t size);
struct akin__facet *akin__facet_of(const struct akin_facets *facets,
                                   const char *name);
/* The position of a dataset, or of the next one, from a position on. */
size_t akin__position_of(const struct akin_facets *facets, uint32_t number,
                         size_t from);
size_t akin__facet_kinds(const struct akin__facet_kind_of **out);

/* facet_values.c: what a record adds to a facet, and to the own fields. terms
 * may be NULL. */
void akin__facet_add(struct akin__facet *facet, const struct akin_terms *terms,
                     uint32_t dataset, const struct akin_json *record,
                     const struct akin_image_info *images, size_t n_images);
#define AKIN__EXTRA_SEPARATOR "\x1f"
#define AKIN__EXTRA_MAX ((size_t)128) /* bytes of a field's name */
void akin__extra_add(struct akin__dict *extra, uint32_t dataset,
                     const struct akin_json *record);

/* The term that a value without an id means, by its label or a synonym: a CURIE
 * that lives as long as terms, or NULL. */
const char *akin__facet_term(const struct akin_terms *terms, const char *field,
                             const char *label);
/* What of an image a filter may ask for; false: not known. */
bool akin__image_number(const struct akin_image_info *image, const char *field,
                        double *to);

/* facet_tree.c */
void akin__tree_make(struct akin__facet *facet, const struct akin_terms *terms);
void akin__tree_free(struct akin__tree *tree);

#endif
