/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report_html.h - pieces of the report: escaped text, bars, small pictures.
 *
 * Threads: no shared state.
 */
#ifndef AKIN_COLLECT_REPORT_HTML_H
#define AKIN_COLLECT_REPORT_HTML_H

#include "akin/config.h"
#include "akin/decode.h"

/* Everything up to <main>, with the style. title is escaped. All append. */
void akin__html_begin(const char *title, struct akin_buf *out);
void akin__html_end(struct akin_buf *out);

/* A row of a table of bars: label, and for each of n values a bar of its share
 * of `most` with the number. */
void akin__html_bars(const char *label, const uint64_t *value, size_t n,
                     uint64_t most, struct akin_buf *out);

#define AKIN__THUMB_PX 72

/* <img> of a picture at hand, or of the bytes of an image file, at most
 * AKIN__THUMB_PX wide and high, as a JPEG within the page. title is escaped.
 * false, with nothing appended, when it cannot be made. */
bool akin__html_plane(const struct akin_plane *plane, const char *title,
                      struct akin_buf *out);
bool akin__html_picture(struct akin_span bytes,
                        const struct akin_config *limits, const char *title,
                        struct akin_buf *out);

#endif
