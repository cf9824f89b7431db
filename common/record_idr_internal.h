/* SPDX-License-Identifier: Apache-2.0 */
/* record_idr_internal.h - one study.txt in work. */
#ifndef AKIN_RECORD_IDR_INTERNAL_H
#define AKIN_RECORD_IDR_INTERNAL_H

#include "record_internal.h"

struct akin__idr {
    struct akin_json *lines;  /* {"key","values":[...]} */
    size_t from, to;          /* lines of the study in work */
    struct akin_json *record; /* being made */
    struct akin_record_report *report;
};

bool akin__idr_key_is(const struct akin_json *line, const char *key);

/* The i-th value of a line (NULL is fine) that is not empty, or NULL. */
const char *akin__idr_value(const struct akin_json *line, size_t i);

/* The first line of a key among from..to-1, or NULL. */
const struct akin_json *akin__idr_line(const struct akin__idr *idr, size_t from,
                                       size_t to, const char *key);

/* Adds terms to the record and, when given, to a module's object: the k-th
 * label and the k-th id belong together. */
void akin__idr_terms(struct akin__idr *idr, const struct akin_json *labels,
                     const struct akin_json *ids, const char *key,
                     const char *prefix, struct akin_json *object);

/* Reads the blocks of screens and experiments. */
void akin__idr_screens(struct akin__idr *idr);

#endif
