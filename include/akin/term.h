/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/term.h - ontology terms: names, synonyms, parents, and what is below.
 *
 * A term set is an immutable graph in memory, made of the supplement that ships
 * with akin and of what `akin-index ontology` loaded into the store on top of
 * it. Terms are known by CURIE ("NCBITaxon:10090"); every spelling of an id is
 * normalised first (normalize.h). Works without a network.
 *
 * Threads: immutable once made; any number may read.
 */
#ifndef AKIN_TERM_H
#define AKIN_TERM_H

#include "akin/json.h"
#include "akin/store.h"

struct akin_terms; /* opaque */

enum akin_synonym {
    AKIN_SYNONYM_EXACT,
    AKIN_SYNONYM_NARROW,
    AKIN_SYNONYM_BROAD,
    AKIN_SYNONYM_RELATED
};

/* A term as JSON, which is also how it is stored and loaded:
 *   {"id":"FBbi:00000246","label":"fluorescence microscopy",
 *    "synonyms":[{"text":"...","kind":"exact"}],
 *    "parents":[{"id":"FBbi:...","kind":"is_a"}],
 *    "deprecated":true,"replaced_by":["FBbi:..."],"ontology":"fbbi","rank":"..."}
 */

/* The supplement alone (txn NULL), or with the terms of a store on top: a term
 * loaded later adds labels, synonyms and parents to one known before. */
enum akin_status akin_terms_load(struct akin_txn *txn, struct akin_terms **out,
                                 struct akin_error *err) AKIN_MUST_USE;
void akin_terms_free(struct akin_terms *terms); /* NULL is fine */
size_t akin_terms_count(const struct akin_terms *terms);

/* Stores terms (an array as above) under a source name, replacing what this
 * source loaded before. EINVAL: a term without id, with the place. */
enum akin_status akin_terms_put(struct akin_txn *txn, const char *source,
                                const struct akin_json *terms,
                                struct akin_error *err) AKIN_MUST_USE;

#define AKIN_TERMS_SOURCE_MAX 200 /* bytes of a source name */
/* A number that grows with every put: when it is unchanged, so are the store's
 * terms, whatever else was written. 0: nothing was put yet. */
enum akin_status akin_terms_change(struct akin_txn *txn, uint64_t *out,
                                   struct akin_error *err) AKIN_MUST_USE;

/* The same for what is kept on disk beyond a run of the program: another number
 * also when the supplement is another. */
enum akin_status akin_terms_key(struct akin_txn *txn, uint64_t *out,
                                struct akin_error *err) AKIN_MUST_USE;

/* A term by CURIE: its label (NULL: unknown term or no label); borrowed. */
const char *akin_terms_label(const struct akin_terms *terms, const char *curie);
bool akin_terms_known(const struct akin_terms *terms, const char *curie);
/* The term as JSON (above) with "ancestors" and "children"; owned. ENOTFOUND
 * names the nearest label. */
enum akin_status akin_terms_describe(const struct akin_terms *terms,
                                     const char *curie, struct akin_json **out,
                                     struct akin_error *err) AKIN_MUST_USE;

/* What a person wrote -> the term meant: CURIE or IRI in any spelling, label,
 * synonym (exact before narrow before related before broad), plural or
 * singular, without regard to case, hyphens and blanks; a deprecated term gives
 * its replacement. prefix: NULL or the ontology that the field prefers
 * ("NCBITaxon", "FBbi"). The answer is borrowed. ENOTFOUND: "did you mean ...?"
 */
enum akin_status akin_terms_resolve(const struct akin_terms *terms,
                                    const char *text, const char *prefix,
                                    const char **curie,
                                    struct akin_error *err) AKIN_MUST_USE;

/* The same without the search for what is near: NULL when no term is called
 * so. For many texts, most of which may be no terms. */
const char *akin_terms_find(const struct akin_terms *terms, const char *text,
                            const char *prefix);

/* Array of CURIEs, sorted by byte order, without repeats: the term itself and
 * everything below it (is_a and part_of), or everything above it. A CURIE that
 * is not known gives an array of itself alone. Owned by the caller. */
struct akin_json *akin_terms_descendants(const struct akin_terms *terms,
                                         const char *curie);
struct akin_json *akin_terms_ancestors(const struct akin_terms *terms,
                                       const char *curie);
/* The direct parents by is_a, borrowed CURIEs: up to max; gives back how many.
 * For facet trees. */
size_t akin_terms_parents(const struct akin_terms *terms, const char *curie,
                          const char **parents, size_t max);

/* Completes a beginning: up to max terms whose label, a synonym or a word of
 * them starts with text, best first (label before synonym, short before long).
 * Array of {"id","label","match"}; owned by the caller. */
struct akin_json *akin_terms_complete(const struct akin_terms *terms,
                                      const char *text, size_t max);

/* Contradictions between an id and the label that came with it: "" when there
 * is none, else a sentence in *out (cleared first). */
void akin_terms_check_label(const struct akin_terms *terms, const char *curie,
                            const char *label, struct akin_buf *out);

#endif
