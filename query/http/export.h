/* SPDX-License-Identifier: Apache-2.0 */
/*
 * export.h - all that a search finds, as one file.
 */
#ifndef AKIN_HTTP_EXPORT_H
#define AKIN_HTTP_EXPORT_H

#include "http_internal.h"

enum akin_http_form {
    AKIN_HTTP_FORM_JSON,  /* a page of hits */
    AKIN_HTTP_FORM_CSV,   /* RFC 4180, a line for each dataset */
    AKIN_HTTP_FORM_JSONL, /* the same as JSON */
    AKIN_HTTP_N_FORMS
};

/* What the parameter format says, or else Accept. When it takes none of them,
 * the answer is made (406). EINVAL: there is no such format. */
enum akin_status akin_export_form(struct akin_http_call *call,
                                  enum akin_http_form *out,
                                  struct akin_error *err) AKIN_MUST_USE;

/* Asks page after page. ELIMIT: more than http.export_rows are found. */
enum akin_status akin_export_all(struct akin_http_call *call,
                                 enum akin_http_form form,
                                 struct akin_error *err) AKIN_MUST_USE;

#endif
