/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crate.h - a dataset record as others write it: an entry of GIDE search, and
 * an RO-Crate.
 *
 * Both say the same: schema.org's words for a dataset, with its authors,
 * publisher, samples, methods, terms, publications and sizes. An entry holds
 * them where they are mentioned (keys id and type); a crate lists them side by
 * side and refers to them (RO-Crate 1.2, detached, GIDE profile 0.2:
 * https://w3id.org/ro/crate/1.2).
 *
 * Threads: no shared state.
 */
#ifndef AKIN_HTTP_CRATE_H
#define AKIN_HTTP_CRATE_H

#include "akin/json.h"

/* Owned by the caller. Every member that the entries of GIDE search must have
 * is there, empty when nothing is known. */
struct akin_json *akin_crate_entry(const struct akin_json *record);

/* The same as an RO-Crate metadata document. */
struct akin_json *akin_crate_make(const struct akin_json *record);

/* Appends the address of an ontology term, and of a licence. */
void akin_crate_term_url(const char *curie, struct akin_buf *out);
void akin_crate_licence_url(const char *spdx, struct akin_buf *out);

#endif
