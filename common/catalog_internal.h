/* SPDX-License-Identifier: Apache-2.0 */
/*
 * catalog_internal.h - what making, keeping and reading a catalog share.
 */
#ifndef AKIN_CATALOG_INTERNAL_H
#define AKIN_CATALOG_INTERNAL_H

#include "akin/catalog.h"

/* Of what state of a dataset its part of the catalog was made. */
struct akin__entry {
    uint32_t number;
    uint64_t record_key; /* changes with each version of the record */
    uint64_t images_key; /* of the numbers of its images */
};

struct akin_catalog {
    unsigned refs; /* under the source's lock */
    struct akin_catalogs *source;
    uint64_t change;     /* of the store; 0: not known */
    uint64_t terms_key;  /* akin_terms_key */
    uint64_t last_image; /* largest number ever given */
    uint64_t n_images;
    const struct akin_terms *terms; /* held in the source's cache */
    struct akin_facets *facets;
    struct akin_text *text;
    struct akin__entry *entry; /* ascending numbers */
    size_t n_entries, cap_entries;
};

/* Adds an entry behind the others. */
struct akin__entry *akin__catalog_add(struct akin_catalog *catalog,
                                      uint32_t number);
/* The entry of a dataset, or NULL; catalog may be NULL. */
const struct akin__entry *
akin__catalog_entry(const struct akin_catalog *catalog, uint32_t number);

/* catalog_scan.c: which datasets there are, and in what state. before: a
 * catalog that spares reading what did not change, or NULL. */
enum akin_status akin__catalog_counters(struct akin_txn *txn,
                                        uint64_t *last_image,
                                        uint64_t *n_images,
                                        uint64_t *n_datasets,
                                        struct akin_error *err) AKIN_MUST_USE;
enum akin_status akin__catalog_scan(struct akin_txn *txn,
                                    const struct akin_catalog *before,
                                    struct akin_catalog *catalog,
                                    struct akin_error *err) AKIN_MUST_USE;
/* Reads a dataset into the facets and, where text is given, the words. */
enum akin_status akin__catalog_read(struct akin_txn *txn, uint32_t number,
                                    struct akin_catalog *catalog,
                                    struct akin_error *err) AKIN_MUST_USE;

/* catalog_file.c: fills a catalog that has terms and terms_key from the files
 * in a folder; parse: from the bytes of facets.bin, without the words. ESTALE:
 * made with other terms. EFORMAT. */
enum akin_status akin__catalog_parse(struct akin_catalog *catalog,
                                     struct akin_span bytes,
                                     struct akin_error *err) AKIN_MUST_USE;
/* Only what parse learns of the datasets, not their facets. */
enum akin_status
akin__catalog_load_entries(struct akin_catalog *catalog, const char *dir,
                           struct akin_error *err) AKIN_MUST_USE;
enum akin_status akin__catalog_load(struct akin_catalog *catalog,
                                    const char *dir,
                                    struct akin_error *err) AKIN_MUST_USE;

#endif
