/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/html.h - text as HTML shows it, between tags and in quoted attributes.
 *
 * Threads: no shared state.
 */
#ifndef AKIN_HTML_H
#define AKIN_HTML_H

#include "akin/bytes.h"

/* Append the text with &, <, > and " as references. NULL: nothing. */
void akin_html_text(const char *text, struct akin_buf *out);
void akin_html_span(struct akin_span text, struct akin_buf *out);

#endif
