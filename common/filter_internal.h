/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter_internal.h - a parsed filter as a tree, shared by its parsers and its
 * evaluator.
 *
 * Invariants: and/or have at least one child, not has one; a condition has a
 * field; HAS has no value; RANGE has low <= high (either may be infinite).
 */
#ifndef AKIN_FILTER_INTERNAL_H
#define AKIN_FILTER_INTERNAL_H

#include "akin/filter.h"

/* How the values of a field are compared. */
enum akin__kind {
    AKIN__KIND_EXACT, /* whole text: id, license, format */
    AKIN__KIND_TEXT,  /* contained words: title, author */
    AKIN__KIND_TERM,  /* CURIE or label, with descendants */
    AKIN__KIND_NUMBER /* numbers and ranges */
};

/* One name a person can filter by. path: keys separated by '.', where arrays
 * on the way mean any of their elements; several paths separated by '|'. */
struct akin__field {
    const char *name;
    enum akin__kind kind;
    const char *path;
    const char *help;
};

/* Authors of earlier versions, where a catalog has put them into a record. */
#define AKIN__AUTHORS_BEFORE "authors_before"
/* Where a record has what file lists say of its images (file_list.h). */
#define AKIN__FILE_ATTRIBUTES "extra.file_attributes."

/* NULL when there is no such field; near then gets the nearest name or NULL.
 * Alternative spellings (licence) are found too. extra.NAME is any key of the
 * record's extra object, image.NAME any attribute of file lists, both compared
 * as text; that answer is valid until the next call in the same thread. */
const struct akin__field *akin__field_find(const char *name, const char **near);
/* All fields, for help texts and facets. */
/* The ontology that the archives use for a field, or NULL. */
const char *akin__field_ontology(const char *field);
size_t akin__fields(const struct akin__field **out);

enum akin__node_kind {
    AKIN__AND,
    AKIN__OR,
    AKIN__NOT,
    AKIN__IS,    /* value, and below it in an ontology */
    AKIN__EXACT, /* the value only */
    AKIN__RANGE,
    AKIN__HAS /* the field has any value */
};

struct akin__node {
    enum akin__node_kind kind;
    struct akin__node **child; /* owned */
    size_t n_child;
    char *field;               /* canonical name; owned; conditions only */
    enum akin__kind compare;   /* of the field */
    const char *path;          /* of the field; static, or into `field` */
    char *value;               /* as written; owned */
    char *curie;               /* value as a CURIE where it is one; owned */
    struct akin_json *members; /* CURIEs that count, sorted; or NULL */
    double low, high;          /* RANGE, inclusive */
};

struct akin_filter {
    struct akin__node *root;
};

struct akin__node *akin__node_new(enum akin__node_kind kind);
void akin__node_free(struct akin__node *node); /* NULL is fine */
void akin__node_add(struct akin__node *parent, struct akin__node *child);

/* A condition on a field, checked: EINVAL for an unknown field, a value that
 * the field cannot have, or `has` of something that is not a field. */
enum akin_status akin__node_condition(const char *field,
                                      enum akin__node_kind kind,
                                      const char *value,
                                      struct akin__node **out,
                                      struct akin_error *err) AKIN_MUST_USE;

/* What IS and EXACT say of one text; not for terms. */
bool akin__node_matches_text(const struct akin__node *node, const char *text);

/* "a..b", "a..", "..b" or a number alone. false: none of these. */
bool akin__range_parse(const char *text, double *low, double *high);

#endif
