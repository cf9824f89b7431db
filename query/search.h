/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search.h - the method `search`: which datasets satisfy this filter and speak
 * of these words?
 *
 *   text, where   either, both or none (then all datasets, by number)
 *   k or size     hits wanted; 0 for counts only
 *   offset        hits passed over; or cursor: "next" of the answer before,
 *                 which goes on at the same place also when datasets came or
 *                 went meanwhile
 *   facets, facet_size, exclude_own: see facets.h
 */
#ifndef AKIN_QUERY_SEARCH_H
#define AKIN_QUERY_SEARCH_H

#include "service_internal.h"

#define AKIN_SEARCH_K 10 /* hits unless asked */

akin_method_fn akin_search_answer;

#endif
