/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pages.h - what is the same for everybody: the files of the web page, the
 * description of the API as JSON and to be read, and the counts.
 */
#ifndef AKIN_HTTP_PAGES_H
#define AKIN_HTTP_PAGES_H

#include "http_internal.h"

akin_http_route_fn akin_pages_file, akin_pages_openapi, akin_pages_docs,
    akin_pages_metrics;

#endif
