/* SPDX-License-Identifier: Apache-2.0 */
/* normalize_internal.h - what the normalize_*.c files share. */
#ifndef AKIN_NORMALIZE_INTERNAL_H
#define AKIN_NORMALIZE_INTERNAL_H

#include "akin/normalize.h"

/* Appends one code point as UTF-8; code < 0x110000. */
void akin__put_code(struct akin_buf *out, uint32_t code);

/* Where needle starts in text, without regard to ASCII case; or NULL. */
const char *akin__find_nocase(const char *text, const char *needle);

/* The text between white space at both ends: sets *text and gives its length.
 */
size_t akin__trim(const char **text);

#endif
