/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facets.h - the method `facets`, and facets in the answers of others.
 *
 *   "facets": ["organism", "year"]   which ones
 *   "facet_size": 10                 values of each, at each level of a tree
 *   "exclude_own": true              a facet is counted without the conditions
 *                                    on its own field, for choosing several
 *
 * Threads: no shared state.
 */
#ifndef AKIN_QUERY_FACETS_H
#define AKIN_QUERY_FACETS_H

#include "service_internal.h"

#define AKIN_FACETS_SIZE 10 /* values of a facet unless asked */

/* What was asked for; all borrowed from the parameters. */
struct akin_facet_wish {
    const struct akin_json *names; /* NULL: none */
    int64_t size;
    bool exclude_own;
};
enum akin_status akin_facet_wish_read(const struct akin_json *params,
                                      struct akin_facet_wish *out,
                                      struct akin_error *err) AKIN_MUST_USE;

/* {"organism":[...],...} over the datasets that pass the filter (NULL: all) and
 * are in `among` (NULL: all). Owned by the caller. EINVAL: no such facet. */
enum akin_status akin_facet_wish_count(const struct akin_facet_wish *wish,
                                       const struct akin_catalog *catalog,
                                       const struct akin_filter *filter,
                                       const struct akin_bitmap *among,
                                       struct akin_json **out,
                                       struct akin_error *err) AKIN_MUST_USE;

akin_method_fn akin_facets_answer;

#endif
