/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write_manifest.h - what the descriptions of a collection share: its name, its
 * words, its day, its files.
 *
 * Threads: plain data.
 */
#ifndef AKIN_COLLECT_WRITE_MANIFEST_H
#define AKIN_COLLECT_WRITE_MANIFEST_H

#include "collect.h"
#include "write_files.h"

struct akin__manifest {
    const struct akin_collection *c;
    const struct akin__files *files; /* written so far */
    const char *created;             /* YYYY-MM-DD */
    char name[32];                   /* "akin-0123456789ab" */
    char recipe_sha256[AKIN_SHA256_TEXT];
    struct akin_buf title, description;
};
/* recipe: options and inputs, the same text for the same plan. */
void akin__manifest_init(struct akin__manifest *manifest,
                         const struct akin_collection *c,
                         const struct akin__files *files, const char *created,
                         const char *recipe);
void akin__manifest_free(struct akin__manifest *manifest);

/* The dataset's page, else "urn:akin:ID" with what a URN does not take as
 * %XX. Appends. */
void akin__dataset_iri(const struct akin_collection_dataset *d,
                       struct akin_buf *out);

/* Terms of a field ("organism", ...) over all datasets with samples, each once,
 * as {"id","label"}; owned by the caller. */
struct akin_json *akin__terms_of(const struct akin_collection *c,
                                 const char *field);

/* The manifests, as text. Append. */
void akin__croissant_write(const struct akin__manifest *manifest,
                           struct akin_buf *out);
void akin__crate_write(const struct akin__manifest *manifest,
                       struct akin_buf *out);
void akin__card_write(const struct akin__manifest *manifest,
                      struct akin_buf *out);
void akin__recipe_write(const struct akin__manifest *manifest,
                        struct akin_buf *out);

#endif
