/* SPDX-License-Identifier: Apache-2.0 */
/*
 * multipart.h - the parts of a multipart/form-data body (RFC 7578).
 *
 * Threads: no shared state.
 */
#ifndef AKIN_HTTP_MULTIPART_H
#define AKIN_HTTP_MULTIPART_H

#include "akin/bytes.h"

#define AKIN_MULTIPART_MAX 64 /* parts */
#define AKIN_MULTIPART_NAME 128

struct akin_multipart_part {
    char name[AKIN_MULTIPART_NAME]; /* of the form field */
    bool is_file;                   /* it has a file name */
    struct akin_span data;          /* borrowed from the body */
};

struct akin_multipart {
    struct akin_multipart_part part[AKIN_MULTIPART_MAX];
    size_t n;
};

/* content_type: of the request, with its boundary. EFORMAT: no boundary, no
 * part, a part without a name or an end; ELIMIT: too many parts. */
enum akin_status akin_multipart_parse(const char *content_type,
                                      struct akin_span body,
                                      struct akin_multipart *out,
                                      struct akin_error *err) AKIN_MUST_USE;

#endif
