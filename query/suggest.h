/* SPDX-License-Identifier: Apache-2.0 */
/*
 * suggest.h - the method `suggest`: how could this beginning go on?
 *
 *   {"text":"mus","max":10} -> {"suggestions":[{"field","value","label",
 *   "count"}]}: terms by label or synonym ("match" says which), accessions,
 * authors, keywords and words of titles, each with the number of datasets.
 */
#ifndef AKIN_QUERY_SUGGEST_H
#define AKIN_QUERY_SUGGEST_H

#include "service_internal.h"

#define AKIN_SUGGEST_MAX 10     /* unless asked */
#define AKIN_SUGGEST_LIMIT 1000 /* most that may be asked for */
#define AKIN_SUGGEST_BYTES 256  /* of the beginning */

akin_method_fn akin_suggest_answer;

#endif
