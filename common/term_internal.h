/* SPDX-License-Identifier: Apache-2.0 */
/*
 * term_internal.h - the graph of terms in memory.
 *
 * Invariants: terms are sorted by id (byte order), so that a walk over a bitmap
 * gives sorted ids; names are sorted by their folded text, then by kind; every
 * parent is a term (one that no source describes is a stub, without label).
 */
#ifndef AKIN_TERM_INTERNAL_H
#define AKIN_TERM_INTERNAL_H

#include "akin/term.h"

/* What a name is to its term, best first. */
enum akin__name_kind {
    AKIN__NAME_LABEL,
    AKIN__NAME_EXACT,
    AKIN__NAME_PART, /* of a label: what is before or in its parentheses */
    AKIN__NAME_NARROW,
    AKIN__NAME_RELATED,
    AKIN__NAME_BROAD
};

struct akin__name {
    size_t folded;    /* offset in akin_terms.folded */
    const char *text; /* as written; borrowed from a term, or from parts */
    uint32_t term;
    enum akin__name_kind kind;
};

struct akin__edge {
    uint32_t term;
    bool is_part; /* part_of; else is_a */
};

struct akin__term {
    const char *id; /* borrowed from json */
    struct akin_json *json;
    size_t first_parent, first_child; /* n: up to the next term's */
    uint32_t instead; /* replacement of a deprecated term, or itself */
    bool is_stub, is_deprecated;
};

struct akin_terms {
    struct akin__term *term; /* n + 1; the last closes the edges */
    size_t n, n_stubs;
    struct akin__edge *parent, *child;
    struct akin__name *name;
    size_t n_names, room_names;
    struct akin_buf folded;  /* texts, each with its final 0 */
    struct akin_json *parts; /* texts of names that are parts of labels */
};

/* term_build.c: makes the graph of an array of terms; those with the same id
 * are merged, the later one's label first. The array stays the caller's, its
 * elements may be changed. Elements without an id are left out. */
struct akin_terms *akin__terms_build(const struct akin_json *array);

/* term.c: index of a CURIE; terms->n when there is none. */
size_t akin__terms_find(const struct akin_terms *terms, const char *curie);

/* term_names.c: fills and sorts the names of a graph whose terms are there. */
void akin__terms_index_names(struct akin_terms *terms);
/* Appends the text as names are compared: lower case, without blanks, hyphens,
 * underscores and full stops. */
void akin__name_fold(const char *text, struct akin_buf *out);
/* Is this text, folded, the label or a synonym (in this word or in another
 * grammatical number) of the term? */
bool akin__terms_is_name(const struct akin_terms *terms, size_t term,
                         const char *text);
/* The best name that is this text (in any number), for a field that prefers an
 * ontology; NULL: none. Deprecated terms last. */
const struct akin__name *akin__terms_find_name(const struct akin_terms *terms,
                                               const char *text,
                                               const char *prefix);

/* The supplement, embedded by CMake: bytes of supplement.obo. */
extern const unsigned char akin__supplement[];
extern const size_t akin__supplement_len;

/* term_store.c: keys of the tables TERMS (CURIE, 0, source) and TERM_NAMES
 * (folded name, 0, CURIE). */
#define AKIN__TERMS_CHANGE "terms-change" /* counter of the manifest */
/* The terms of the store without the supplement. */
enum akin_status akin__terms_load_stored(struct akin_txn *txn,
                                         struct akin_terms **out,
                                         struct akin_error *err) AKIN_MUST_USE;
/* Replaces *key. A name too long for a key is cut. */
void akin__terms_name_key(const struct akin_terms *terms,
                          const struct akin__name *name, struct akin_buf *key);

#endif
