/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gide.h - the search API of GIDE (https://github.com/BioImage-Archive/
 * gide-search), so that a page written for it can ask here: /search,
 * /api/entry/{id}, /health.
 *
 * What differs is listed in query/HTTP.md.
 */
#ifndef AKIN_HTTP_GIDE_H
#define AKIN_HTTP_GIDE_H

#include "http_internal.h"

akin_http_route_fn akin_gide_search, akin_gide_entry, akin_gide_health;

/* Appends a text of highlights (text.h) as HTML: everything escaped, marks as
 * <em>. */
void akin_gide_highlight(const char *text, struct akin_buf *out);

#endif
