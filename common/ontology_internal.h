/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ontology_internal.h - the two readers, and how both build a term.
 */
#ifndef AKIN_ONTOLOGY_INTERNAL_H
#define AKIN_ONTOLOGY_INTERNAL_H

#include "akin/ontology.h"

/* Both append to the array. */
enum akin_status akin__ontology_read_obo(struct akin_span text,
                                         struct akin_json *terms,
                                         struct akin_error *err) AKIN_MUST_USE;
enum akin_status akin__ontology_read_owl(struct akin_span text,
                                         struct akin_json *terms,
                                         struct akin_error *err) AKIN_MUST_USE;

/* "FBbi:00000246" of any spelling, also of local ids with letters ("obo:
 * FBbi_root_00000000"), which the archives do not use but ontologies do.
 * Appends. */
bool akin__ontology_curie(const char *text, struct akin_buf *curie);

/* A new term of this CURIE: "id" and "ontology". */
struct akin_json *akin__ontology_term(const char *curie);

/* Add to a term what it does not have yet. ELIMIT: more than LINKS_MAX. */
enum akin_status akin__ontology_synonym(struct akin_json *term,
                                        const char *text, const char *kind,
                                        struct akin_error *err) AKIN_MUST_USE;
enum akin_status akin__ontology_parent(struct akin_json *term,
                                       const char *curie, const char *kind,
                                       struct akin_error *err) AKIN_MUST_USE;
/* list: "replaced_by" or, weaker, "consider". */
enum akin_status akin__ontology_instead(struct akin_json *term,
                                        const char *list, const char *curie,
                                        struct akin_error *err) AKIN_MUST_USE;
/* A name or synonym: not longer than TEXT_MAX. */
enum akin_status
akin__ontology_check_text(const char *text,
                          struct akin_error *err) AKIN_MUST_USE;

#endif
