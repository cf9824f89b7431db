/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docs.h - an OpenAPI document as one page to read: plain HTML, which brings
 * everything it needs.
 *
 * Threads: no shared state.
 */
#ifndef AKIN_HTTP_DOCS_H
#define AKIN_HTTP_DOCS_H

#include "akin/json.h"

/* Appends the page. */
void akin_docs_write(const struct akin_json *api, struct akin_buf *out);

#endif
