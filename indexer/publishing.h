/* SPDX-License-Identifier: Apache-2.0 */
/*
 * publishing.h - when a new generation is worth its making, and making it.
 *
 * What came after the current generation (the tail) is searched one by one,
 * what was removed from it is masked: both cost time in each query. A publish
 * is due when there are datasets and no usable generation, when the tail has
 * more tiles than publish.tail_tiles or than a quarter of the generation, when
 * a quarter of the generation's images are gone, or when more records than
 * publish.tail_datasets changed: who starts to search reads those one by one.
 *
 * Threads: belongs to the thread that writes the store.
 */
#ifndef AKIN_INDEXER_PUBLISHING_H
#define AKIN_INDEXER_PUBLISHING_H

#include "akin/config.h"
#include "akin/generation.h"
#include "progress.h"

/* The store in numbers. */
struct akin_counts {
    struct akin_feature_set features;
    uint64_t datasets, images, tiles;
    uint64_t quarantined;
    uint32_t generation; /* 0: none was published, or it cannot be used */
    uint64_t generation_tiles, generation_images;
    uint64_t tail_tiles;    /* added after the generation */
    uint64_t lost_images;   /* of the generation, removed since */
    uint64_t tail_datasets; /* records not in the generation as they are */
    bool is_stale;          /* there is a generation, but it cannot be used */
    char projection[64];    /* id of the generation's projection; "" */
    struct akin_error trouble; /* why it cannot be used */
};
enum akin_status akin_count(struct akin_store *store, struct akin_counts *out,
                            struct akin_error *err) AKIN_MUST_USE;

/* The rule above. */
bool akin_publishing_is_due(const struct akin_counts *counts,
                            const struct akin_config *config);

/* Publishes, showing the steps, and prints one line about it to standard
 * output unless is_quiet. */
enum akin_status akin_publishing_run(struct akin_store *store,
                                     const struct akin_config *config,
                                     struct akin_progress *progress,
                                     bool is_quiet,
                                     struct akin_error *err) AKIN_MUST_USE;

#endif
