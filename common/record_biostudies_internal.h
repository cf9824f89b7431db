/* SPDX-License-Identifier: Apache-2.0 */
/* record_biostudies_internal.h - one submission in work. */
#ifndef AKIN_RECORD_BIOSTUDIES_INTERNAL_H
#define AKIN_RECORD_BIOSTUDIES_INTERNAL_H

#include "record_internal.h"

#define AKIN__SECTION_DEPTH 32

struct akin__study {
    const struct akin_json *root;    /* the section of type Study */
    struct akin_json *record;        /* being made */
    struct akin_json *organisations; /* number in the file -> name */
    struct akin_record_report *report;
};

typedef void akin__section_fn(struct akin__study *study,
                              const struct akin_json *section);

/* True when the section is of this type; case and number do not count. */
bool akin__section_is(const struct akin_json *section, const char *type);

/* The k-th attribute of this name that has a value, or NULL. */
const struct akin_json *akin__attribute_at(const struct akin_json *section,
                                           const char *name, size_t k);
/* The first one's value, or NULL. */
const char *akin__attribute(const struct akin_json *section, const char *name);

/* Read one section into the record's modules; other sections are left alone. */
akin__section_fn akin__section_rembi;
akin__section_fn akin__section_mifa;

#endif
