/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/ontology.h - ontology files -> terms.
 *
 * Reads OWL in RDF/XML and OBO 1.4, and keeps of them what term.h knows:
 * labels, synonyms, is_a and part_of, what is deprecated and what replaces it.
 * Logical definitions, imports and all other relations are left out. Nothing is
 * fetched from a network.
 *
 * Threads: no shared state.
 */
#ifndef AKIN_ONTOLOGY_H
#define AKIN_ONTOLOGY_H

#include "akin/json.h"

#define AKIN_ONTOLOGY_BYTES_MAX (512u << 20) /* of a file */
#define AKIN_ONTOLOGY_TERMS_MAX 200000       /* in a file */
#define AKIN_ONTOLOGY_TEXT_MAX 4096          /* bytes of a name or synonym */
#define AKIN_ONTOLOGY_LINKS_MAX 4096         /* synonyms, parents of one term */

/* An array of terms as in term.h, in the order of the file; which of the two
 * formats it is, its content says. A term whose id is no CURIE is left out: no
 * record can name it. EFORMAT: neither of the formats, or broken, with the
 * line; ELIMIT: more than the limits above. */
enum akin_status akin_ontology_read_file(const char *path,
                                         struct akin_json **terms,
                                         struct akin_error *err) AKIN_MUST_USE;
/* The same of bytes in memory. */
enum akin_status akin_ontology_read(struct akin_span text,
                                    struct akin_json **terms,
                                    struct akin_error *err) AKIN_MUST_USE;

#endif
