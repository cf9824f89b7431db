/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sample.h - a planned collection: every tile that was selected, what became of
 * it, and what the collection is made of after each step.
 *
 * For writers this is read-only. The samples to be written are
 *
 *   for (i = 0; i < c->n_kept; i++)
 *       const struct akin_collect_sample *s = &c->sample[c->kept[i]];
 *
 * in the order of splits and, within a split, one that looks random and
 * follows from the seed: the number i is the sample's name. Where a sample's
 * pixels are, akin_collection_place tells. What was dropped are the samples
 * with another fate than AKIN_FATE_KEPT; `other` names the one for whose sake.
 *
 * Threads: immutable once made.
 */
#ifndef AKIN_COLLECT_SAMPLE_H
#define AKIN_COLLECT_SAMPLE_H

#include "akin/config.h"
#include "akin/image_record.h"
#include "akin/json.h"
#include "akin/tile.h"

#define AKIN_COLLECT_NONE UINT32_MAX /* of cluster, group, other */

enum akin_fate {
    AKIN_FATE_KEPT,
    AKIN_FATE_UNREADABLE,     /* the image's file is gone or has changed */
    AKIN_FATE_UNINFORMATIVE,  /* hardly anything to see */
    AKIN_FATE_NEAR_EXCLUDED,  /* like a tile of exclude_near */
    AKIN_FATE_COPY,           /* of another tile of the same dataset */
    AKIN_FATE_COPY_ELSEWHERE, /* of a tile of another dataset */
    AKIN_FATE_CAP,            /* its dataset or image has enough */
    AKIN_FATE_QUOTA,          /* a facet's value has enough */
    AKIN_FATE_NOT_DRAWN,      /* the target was reached without it */
    AKIN_N_FATES
};
/* "kept", "uninformative", ...: as in JSON; and a sentence for people. */
const char *akin_fate_name(enum akin_fate fate);
const char *akin_fate_sentence(enum akin_fate fate);

/* One selected tile. */
struct akin_collect_sample {
    uint64_t row;     /* in the generation */
    uint64_t hash;    /* akin/phash.h; 0 when pixels were not read */
    uint32_t dataset; /* index into collection->dataset */
    uint32_t image;   /* number in the store */
    uint32_t tile;    /* of the image: index into akin_image_tiles */
    uint32_t cluster; /* of the top level: 0..n_clusters-1; or NONE */
    uint32_t
        group; /* duplicate group 0..n_groups-1, of at least two; or NONE */
    uint32_t other;   /* sample that stands for this one; or NONE */
    float similarity; /* to `like`; 0 without */
    float detail;     /* part of the area with structure; -1: not measured */
    uint8_t fate;     /* enum akin_fate */
    uint8_t split;    /* index into collection->split; kept ones only */
};

/* A dataset that satisfied text and filter, with its record. */
struct akin_collection_dataset {
    uint32_t number, version;
    const char *id; /* of the record */
    const struct akin_json *record;
    uint32_t n_images;
    uint64_t n_tiles;             /* in the generation */
    struct akin_hash images_hash; /* over its images' hashes, by number */
    uint64_t n_selected, n_kept;
    const char *left_out;    /* NULL, or a sentence: licence, exclude */
    char *left_out_text;     /* private */
    struct akin_json *owned; /* private */
};

/* After which step something was counted. */
enum akin_step {
    AKIN_STEP_SELECTED,
    AKIN_STEP_INFORMATIVE,
    AKIN_STEP_DISTINCT,
    AKIN_STEP_BALANCED,
    AKIN_N_STEPS
};
const char *akin_step_name(enum akin_step step);

/* How samples spread over the values of something. */
struct akin_spread_value {
    const char *value; /* CURIE, licence, id, "cluster 3" */
    const char *label; /* for people */
    uint64_t count[AKIN_N_STEPS];
    uint64_t *split; /* of the kept ones: n_splits */
};
struct akin_spread {
    const char *name; /* organism, imaging_method, category, license, dataset,
                         cluster */
    struct akin_spread_value *value; /* by falling count of AKIN_STEP_SELECTED;
                                        clusters by number */
    size_t n;
    double entropy[AKIN_N_STEPS];  /* bits */
    double evenness[AKIN_N_STEPS]; /* entropy / log2(values that occur), 0..1;
                                      1 for a single value */
};

struct akin_collection_split {
    const char *name;
    double wanted;    /* share */
    uint64_t n;       /* samples */
    uint64_t n_units; /* studies, plates or images that must stay together */
};

struct akin_collection {
    /* where it came from */
    struct akin_store *store;  /* borrowed */
    struct akin_config config; /* limits for decoding */
    char store_uuid[40];       /* as the manifest has it */
    uint32_t generation;
    const char *descriptor;
    uint64_t n_unpublished; /* tiles added after the generation: not seen */
    const struct akin_collect_options *options; /* a copy of the options */
    /* what it holds */
    struct akin_collection_dataset *dataset; /* by number */
    size_t n_datasets;
    struct akin_collect_sample *sample; /* by row */
    size_t n_samples;
    uint32_t *kept; /* indexes into sample; in the order of writing */
    size_t n_kept;
    struct akin_collection_split *split; /* at least one */
    size_t n_splits;
    uint32_t n_clusters, n_groups;
    uint64_t n_fate[AKIN_N_FATES];
    /* what it is made of */
    uint64_t n_step[AKIN_N_STEPS];        /* samples */
    uint64_t n_step_images[AKIN_N_STEPS]; /* images that they are from */
    uint64_t n_step_datasets[AKIN_N_STEPS];
    struct akin_spread *spread;
    size_t n_spreads;
    struct akin_json *notes; /* texts: what a person should know */
    double seconds[4];       /* select, clean, balance, split */
    void *private_parts;
};
void akin_collection_free(struct akin_collection *collection);

/* The image and the tile of a sample, read in txn. *image is owned by the
 * caller (akin_image_record_free); either may be NULL. Asking for samples in
 * the order of the table reads nothing twice but the record. ESTALE: removed
 * since. */
enum akin_status akin_collection_place(const struct akin_collection *collection,
                                       struct akin_txn *txn,
                                       const struct akin_collect_sample *sample,
                                       struct akin_image_record *image,
                                       struct akin_tile *tile,
                                       struct akin_error *err) AKIN_MUST_USE;

/* Name of a plate, volume or folder within a dataset that a sample's image
 * belongs to: of the image's metadata ("plate", "volume"), else the folders of
 * its name below "images/"; "" for none. Appends. */
void akin_collect_unit_name(const struct akin_image_record *image,
                            struct akin_buf *out);

#endif
