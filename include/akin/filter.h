/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/filter.h - which datasets satisfy a condition.
 *
 *   organism:NCBITaxon:10090 AND NOT license:CC-BY-NC-4.0
 *   pixel_size_um:0.1..0.5   year:2020..   has:thumbnail   title:"cell cycle"
 *   annotation_type:(segmentation_mask OR counts)   author:0000-0002-1825-0097
 *
 * The same in JSON: {"and":[{"field":"organism","is":"NCBITaxon:10090"},...]}.
 * `field:value` matches the value and, for ontology terms, its descendants;
 * `field:=value` the exact value only. Errors point at the character.
 *
 * Threads: a filter is immutable once parsed and, where it is, resolved.
 */
#ifndef AKIN_FILTER_H
#define AKIN_FILTER_H

#include "akin/json.h"
#include "akin/term.h"

struct akin_filter; /* opaque: a parsed condition */

#define AKIN_FILTER_DEPTH 64        /* nesting */
#define AKIN_FILTER_NODES 1024      /* conditions in one filter */
#define AKIN_FILTER_MEMBERS 1000000 /* terms in all conditions of one */

/* EFORMAT: position and what was expected; EINVAL: an unknown field, with the
 * nearest known one. Free with akin_filter_free. */
enum akin_status akin_filter_parse(const char *text, struct akin_filter **out,
                                   struct akin_error *err) AKIN_MUST_USE;
enum akin_status akin_filter_from_json(const struct akin_json *json,
                                       struct akin_filter **out,
                                       struct akin_error *err) AKIN_MUST_USE;
void akin_filter_free(struct akin_filter *filter); /* NULL is fine */

/* Finds the terms that the conditions on organism, imaging_method,
 * biological_entity and cell_line mean ("rodents", "light sheet"), and what
 * counts as them: descendants for `field:value`, the term alone for
 * `field:=value`. A value that no term is called stays a label to be compared
 * as text, since records may carry labels that no ontology has; hints (an
 * array, or NULL) then gets {"field","value","text"} with "did you mean ...?"
 * where there is something near. Without this call, terms match by their own
 * CURIE or label only. Calling again replaces what an earlier call found.
 * ELIMIT: more than AKIN_FILTER_MEMBERS terms count. */
enum akin_status akin_filter_resolve(struct akin_filter *filter,
                                     const struct akin_terms *terms,
                                     struct akin_json *hints,
                                     struct akin_error *err) AKIN_MUST_USE;

/* Canonical text: parses back to an equal filter. */
void akin_filter_text(const struct akin_filter *filter, struct akin_buf *out);

/* Does a canonical dataset record pass? Values are compared without regard to
 * case; terms by CURIE or label. */
bool akin_filter_matches(const struct akin_filter *filter,
                         const struct akin_json *record);

#endif
