/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/catalog.h - the datasets of a store by filter, facet and word, as of one
 * moment.
 *
 * A catalog is made from all records, with or without images, is immutable and
 * counted: requests under way keep theirs while the next one is made. The first
 * one comes from the files that publishing leaves in the generation; making the
 * next one reads only what changed.
 *
 * Threads: acquire and release from any thread; a catalog may be read by many.
 */
#ifndef AKIN_CATALOG_H
#define AKIN_CATALOG_H

#include "akin/facet.h"
#include "akin/term_cache.h"
#include "akin/text.h"

/* Tells the folder (free()) with the files of a catalog. ENOTFOUND: there is
 * none. */
typedef enum akin_status akin_catalog_base_fn(void *ctx, char **dir,
                                              struct akin_error *err);

struct akin_catalogs; /* opaque: the source of catalogs of one store */
/* terms: where terms come from, borrowed. base: NULL, or asked once for what
 * the first catalog is made from; what cannot be used is logged and not. */
struct akin_catalogs *akin_catalogs_new(struct akin_term_cache *terms,
                                        akin_catalog_base_fn *base, void *ctx);
/* After the last catalog was released. */
void akin_catalogs_free(struct akin_catalogs *source); /* NULL is fine */

struct akin_catalog; /* opaque */

/* The catalog of a state of the store.
 *
 * change  akin_store_change, asked for before txn began: what txn sees is at
 *         least as new. An older one gets a catalog at least as new. */
enum akin_status akin_catalog_acquire(struct akin_catalogs *source,
                                      struct akin_txn *txn, uint64_t change,
                                      struct akin_catalog **out,
                                      struct akin_error *err) AKIN_MUST_USE;
void akin_catalog_release(struct akin_catalog *catalog); /* NULL is fine */

/* Its parts, borrowed. */
const struct akin_facets *
akin_catalog_facets(const struct akin_catalog *catalog);
struct akin_text *akin_catalog_text(const struct akin_catalog *catalog);
const struct akin_terms *akin_catalog_terms(const struct akin_catalog *catalog);

#define AKIN_CATALOG_FACETS "facets.bin"
#define AKIN_CATALOG_TEXT "text.sqlite"
/* Writes these two files into a folder. is_exact: the catalog is what the store
 * held at the `change` that it was acquired for, and not newer; a reader then
 * knows without looking whether the store changed since. */
enum akin_status akin_catalog_write(const struct akin_catalog *catalog,
                                    bool is_exact, const char *dir,
                                    struct akin_error *err) AKIN_MUST_USE;

/* How many datasets of the store are in none of a folder's files, or have
 * another record there, or are there no more: what who begins with these files
 * has to read. All, when they cannot be used. Reads no record. */
enum akin_status akin_catalog_behind(struct akin_txn *txn, const char *dir,
                                     uint64_t *out,
                                     struct akin_error *err) AKIN_MUST_USE;

/* The words of a record for the text index, with the labels and synonyms of
 * its terms and of what lies above them. terms may be NULL. Start *out from
 * {0}. */
void akin_catalog_doc(const struct akin_json *record, uint32_t number,
                      const struct akin_terms *terms,
                      struct akin_text_doc *out);

#endif
