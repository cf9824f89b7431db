/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sheet.h - an answer as one picture: a card for each hit, with the image that
 * was asked with beside the stored one, and the regions that match marked in
 * the same colour and with the same number on both.
 *
 * Pictures are read from where the answer says they are; where that is not a
 * file of this machine, the card says so instead.
 *
 * Threads: no shared state.
 */
#ifndef AKIN_CLI_SHEET_H
#define AKIN_CLI_SHEET_H

#include "akin/image.h"
#include "akin/json.h"

#define AKIN_SHEET_HITS 12 /* cards, at most */
#define AKIN_SHEET_EVIDENCE                                                    \
    4 /* pairs to ask for, so that there is something                          \
       */

/* Draws an answer of `similar`. path: the files asked with, in the order of the
 * examples (NULL for what is no file); title: one line. *out is owned by the
 * caller (akin_plane_free). */
enum akin_status akin_sheet_draw(const struct akin_json *answer,
                                 const char *const *path, size_t n_paths,
                                 const char *title, struct akin_plane *out,
                                 struct akin_error *err) AKIN_MUST_USE;

#endif
