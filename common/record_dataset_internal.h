/* SPDX-License-Identifier: Apache-2.0 */
/* record_dataset_internal.h - one record written by people, in work. */
#ifndef AKIN_RECORD_DATASET_INTERNAL_H
#define AKIN_RECORD_DATASET_INTERNAL_H

#include "record_internal.h"

struct akin__job {
    struct akin_json *record;
    struct akin_record_report *report;
};

/* Puts a value as found under key, the schema's name of the field. */
typedef void akin__put_fn(struct akin__job *job, const char *key,
                          const struct akin_json *value);

akin__put_fn akin__put_authors;
akin__put_fn akin__put_publications;
akin__put_fn akin__put_funders;
akin__put_fn akin__put_rembi;
akin__put_fn akin__put_mifa;
akin__put_fn akin__put_annotation_type;

/* The texts of a member of `from` (a text, objects with a "name", or a list of
 * either) go to the list under key. */
void akin__copy_lines(const struct akin_json *from, const char *name,
                      struct akin_json *to, const char *key);

/* Copies those members of value that are texts and have one of the names; all
 * else goes to extra.<key>. */
void akin__put_members(struct akin__job *job, struct akin_json *to,
                       const char *const *names, size_t n, const char *key,
                       const struct akin_json *value);

#endif
