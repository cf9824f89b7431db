/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot_internal.h - the parts of a snapshot.
 *
 * Design notes
 *
 * 1. A snapshot is made of shared, counted parts: the base (a generation and
 *    its groups), a mask (what of the base was removed), and chunks of the
 *    tail. A new snapshot after a commit shares all that did not change.
 * 2. The tail only grows: a chunk is filled from front to back by whoever holds
 *    the source's lock, and a snapshot sees a prefix of it, written before the
 *    snapshot was made. Nobody reads what is being written.
 * 3. Counts change under the source's lock only. The source itself is counted:
 *    one for its owner, one for each snapshot.
 * 4. Image numbers are given in the order of commits and never again. So what
 *    lies above the last image seen is new, and the number of images tells
 *    whether any was removed.
 * 5. Of equal similarities the lower row wins: base before tail, and in the
 *    tail the order of image numbers.
 */
#ifndef AKIN_QUERY_SNAPSHOT_INTERNAL_H
#define AKIN_QUERY_SNAPSHOT_INTERNAL_H

#include <pthread.h>

#include "akin/image_record.h"
#include "snapshot.h"

#define AKIN__NOWHERE UINT32_MAX /* of a position: none */

/* An image of the generation, to be found by its number. */
struct akin__place {
    uint32_t image;
    uint32_t entry; /* in gen->images */
};

/* One generation, or none yet: then no rows and the built-in projection. */
struct akin__base {
    unsigned refs;
    struct akin_generation *gen;     /* NULL: none */
    struct akin_projection *builtin; /* NULL: gen has its own */
    char *descriptor;
    size_t n_groups;
    uint32_t *dataset;         /* n_groups, ascending */
    uint64_t *start;           /* n_groups + 1 rows */
    struct akin__place *place; /* gen->n_images, by image number */
};

/* What is left of a base. */
struct akin__mask {
    unsigned refs;
    uint64_t key;       /* images up to last_image that the store still has */
    uint8_t *skip;      /* one bit a row; NULL: nothing was removed */
    uint64_t *rows;     /* n_groups: rows left */
    uint32_t *n_images; /* n_groups: images left */
    uint64_t n_rows;    /* left in all */
};

struct akin__tail_image {
    uint32_t image, dataset;
};

struct akin__chunk {
    unsigned refs;
    size_t room_rows, room_images;
    size_t n_images; /* filled so far; snapshots have their own count */
    float *vectors;  /* room_rows x AKIN_DIM */
    uint64_t *start; /* room_images + 1 rows, from 0 */
    struct akin__tail_image *image;
};

/* The tail as far as it is known: in the source. */
struct akin__tail {
    struct akin__chunk **chunk;
    size_t n_chunks;
    uint32_t last_image; /* the highest number in it, or of the base */
};

/* What a snapshot sees of a chunk. */
struct akin__view {
    struct akin__chunk *chunk;
    size_t n_images;
    size_t first_image; /* of all the tail's */
    uint64_t first_row; /* in the snapshot's row space */
};

struct akin_snapshots {
    pthread_mutex_t lock;
    unsigned refs;
    struct akin_store *store;
    struct akin_config config;
    struct akin_snapshot *current; /* NULL before the first acquire */
    /* what the next snapshot is made from; base NULL: look afresh */
    struct akin__base *base;
    struct akin__mask *mask;
    struct akin__tail tail;
};

struct akin_snapshot {
    unsigned refs;
    struct akin_snapshots *source;
    uint64_t change; /* of the store, read before all else */
    struct akin__base *base;
    struct akin__mask *mask;
    struct akin__view *view;
    size_t n_views;
    size_t n_tail_images; /* removed ones included */
    uint64_t n_base_rows; /* removed ones included; the tail's rows follow */
    uint32_t *dataset;    /* n_datasets, ascending */
    size_t n_datasets;
    uint32_t *base_position; /* of each group: in dataset, or AKIN__NOWHERE */
    uint32_t *tail_position; /* of each image of the tail: the same */
    struct akin_snapshot_counts counts;
};

/* snapshot_base.c */
enum akin_status akin__base_open(struct akin_store *store,
                                 const struct akin_config *config,
                                 uint32_t number, struct akin__base **out,
                                 struct akin_error *err);
void akin__base_drop(struct akin__base *base); /* NULL is fine */
const struct akin_projection *
akin__base_projection(const struct akin__base *base);
uint32_t akin__base_number(const struct akin__base *base);
uint32_t akin__base_last_image(const struct akin__base *base);
/* Entry of an image in gen->images; false when it is not there. */
bool akin__base_find(const struct akin__base *base, uint32_t image,
                     size_t *entry);
size_t akin__base_group_of(const struct akin__base *base, uint32_t dataset);
/* key: see struct akin__mask. */
enum akin_status akin__mask_make(const struct akin__base *base,
                                 struct akin_txn *txn, uint64_t key,
                                 struct akin__mask **out,
                                 struct akin_error *err);
void akin__mask_drop(struct akin__mask *mask); /* NULL is fine */
/* Sets the bits of an image's rows. */
void akin__mask_image(uint8_t *skip, const struct akin_generation_image *image);

/* snapshot_tail.c */
/* Reads and projects the images above tail->last_image. On failure, what was
 * added is whole and stays. */
enum akin_status akin__tail_extend(struct akin__tail *tail,
                                   const struct akin_projection *projection,
                                   struct akin_txn *txn,
                                   struct akin_error *err);
void akin__tail_clear(struct akin__tail *tail);
size_t akin__tail_images(const struct akin__tail *tail);
void akin__chunk_drop(struct akin__chunk *chunk);

/* snapshot_make.c: a new snapshot from the source's parts, as txn shows the
 * store. The source's lock is held. */
enum akin_status akin__snapshot_make(struct akin_snapshots *source,
                                     struct akin_txn *txn, uint64_t change,
                                     struct akin_snapshot **out,
                                     struct akin_error *err);
/* Gives its parts back; does not touch the source's count. */
void akin__snapshot_free(struct akin_snapshot *snapshot);

#endif
