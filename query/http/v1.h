/* SPDX-License-Identifier: Apache-2.0 */
/*
 * v1.h - the routes below /v1 that ask the service: its methods, its
 * parameters, its results (query/INTERFACE.md), as HTTP likes them.
 */
#ifndef AKIN_HTTP_V1_H
#define AKIN_HTTP_V1_H

#include "http_internal.h"

akin_http_route_fn akin_v1_similar, akin_v1_similar_get, akin_v1_search,
    akin_v1_facets, akin_v1_suggest, akin_v1_terms, akin_v1_dataset,
    akin_v1_history, akin_v1_person, akin_v1_status;

#endif
