/* SPDX-License-Identifier: Apache-2.0 */
/*
 * terms.h - the method `terms`: one ontology term, or completions.
 *
 *   {"id": CURIE, IRI or name}       -> {"term": term as in akin/term.h with
 *                                        "ancestors" and "children"}
 *   {"text": beginning, "max": 1..}  -> {"terms": [{"id","label","match"}]}
 */
#ifndef AKIN_QUERY_TERMS_H
#define AKIN_QUERY_TERMS_H

#include "service_internal.h"

#define AKIN_TERMS_MAX 20       /* completions unless asked */
#define AKIN_TERMS_MAX_MAX 1000 /* most that may be asked for */

akin_method_fn akin_terms_answer;

#endif
