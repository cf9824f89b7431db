/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text_internal.h - a parsed text query, shared by its parser and the search.
 */
#ifndef AKIN_TEXT_INTERNAL_H
#define AKIN_TEXT_INTERNAL_H

#include "akin/text.h"

struct akin_text_query {
    char *match;             /* an FTS5 expression of ours */
    struct akin_json *names; /* what may be an accession: array of texts */
};

/* A name in ASCII lower case, without blanks at its ends; free(). */
char *akin__text_fold(const char *name);

#endif
