/* SPDX-License-Identifier: Apache-2.0 */
/*
 * similar.h - the method `similar`: which datasets look like this image?
 *
 * describe -> project -> allowed datasets -> best tiles -> rank -> evidence.
 * INTERFACE.md lists parameters and members.
 */
#ifndef AKIN_QUERY_SIMILAR_H
#define AKIN_QUERY_SIMILAR_H

#include "service_internal.h"

#define AKIN_SIMILAR_K 10            /* hits unless asked */
#define AKIN_SIMILAR_EVIDENCE 3      /* pairs a hit unless asked */
#define AKIN_SIMILAR_EVIDENCE_MAX 64 /* most that may be asked for */
#define AKIN_SIMILAR_EXCLUDE_MAX 10000
#define AKIN_SIMILAR_COPIES_MAX 4096 /* images with the same bytes */

akin_method_fn akin_similar_answer;

#endif
