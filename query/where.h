/* SPDX-License-Identifier: Apache-2.0 */
/*
 * where.h - the parameter "where": a filter as text or as an object.
 *
 * Threads: no shared state.
 */
#ifndef AKIN_QUERY_WHERE_H
#define AKIN_QUERY_WHERE_H

#include "akin/catalog.h"
#include "akin/filter.h"

/* *out stays as it is when there is none; free with akin_filter_free. */
enum akin_status akin_where_read(const struct akin_json *where,
                                 struct akin_filter **out,
                                 struct akin_error *err) AKIN_MUST_USE;

/* Finds the terms that a filter's values mean, with what is below them. NULL
 * is fine. out (NULL: nobody asks) gets "hints" for terms that are not known
 * but near to one that is. */
enum akin_status akin_where_resolve(struct akin_filter *filter,
                                    const struct akin_catalog *catalog,
                                    struct akin_json *out,
                                    struct akin_error *err) AKIN_MUST_USE;

#endif
