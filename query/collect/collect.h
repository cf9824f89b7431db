/* SPDX-License-Identifier: Apache-2.0 */
/*
 * collect.h - a training collection from a query: what was asked for, as plain
 * data, and the planning of it.
 *
 *   select -> clean -> balance -> split        (akin_collect_plan, here)
 *   -> write                                   (write_*.h, from the plan)
 *
 * Planning reads the store and, for cleaning, the image files, and writes
 * nothing. The same options on the same store and files give the same plan,
 * whatever the number of threads. What it makes is struct akin_collection
 * (sample.h), which writers only read.
 *
 * Threads: one collection is made by one thread (which starts others); once
 * made it is immutable.
 */
#ifndef AKIN_COLLECT_H
#define AKIN_COLLECT_H

#include "akin/config.h"
#include "akin/json.h"
#include "akin/store.h"

#include "sample.h"

#define AKIN_COLLECT_LIST_MAX 1000 /* entries of any list of the options */
#define AKIN_COLLECT_TARGET_MAX 100000000

enum akin_collect_unit {
    AKIN_COLLECT_TILES, /* stored tiles, of all pyramid levels */
    AKIN_COLLECT_PLANES /* whole planes: their coarsest tile stands for them */
};

enum akin_collect_licences {
    AKIN_COLLECT_LICENCES_OPEN, /* akin_licence_kind: CC0, CC BY, MIT, ... */
    AKIN_COLLECT_LICENCES_ANY,
    AKIN_COLLECT_LICENCES_LIST /* SPDX ids in licences */
};

/* What must not be divided by a split. */
enum akin_collect_split_by {
    AKIN_COLLECT_BY_STUDY, /* all of a dataset */
    AKIN_COLLECT_BY_GROUP, /* of a dataset: plate, volume or folder */
    AKIN_COLLECT_BY_IMAGE
};

/* How samples are written: for the writers; planning does not look at it. */
enum akin_collect_format {
    AKIN_COLLECT_SHARDS = 1, /* WebDataset tar shards */
    AKIN_COLLECT_FOLDER = 2  /* image folder with metadata.jsonl */
};
struct akin_collect_output {
    unsigned formats;     /* akin_collect_format, or-ed; 3 unless told */
    uint32_t bits;        /* 8: normalised to 8 bit; 0: as the file has them */
    uint32_t edge_px;     /* fixed size; 0: as it is */
    uint64_t shard_bytes; /* a shard ends when it is longer; 1e9 */
};

/* name=number, as in --quota organism=5000 and --split train=.8 */
struct akin_collect_pair {
    char *name;
    double value;
};
struct akin_collect_pairs {
    struct akin_collect_pair *pair;
    size_t n;
};
struct akin_collect_texts {
    char **text;
    size_t n;
};

/* The recipe. All texts are owned; start with akin_collect_options_init, free
 * with akin_collect_options_free. */
struct akin_collect_options {
    /* 1 select */
    char *text;                       /* words; NULL: none */
    char *where;                      /* filter; NULL: none */
    struct akin_collect_texts like;   /* paths of images, or dataset ids */
    struct akin_collect_texts unlike; /* the same */
    double threshold;                 /* least similarity to `like`; .5 */
    uint64_t nearest; /* of what passes, the most similar; 0: all */
    enum akin_collect_licences licence_policy;
    struct akin_collect_texts licences;     /* SPDX ids */
    struct akin_collect_texts exclude;      /* dataset ids */
    struct akin_collect_texts exclude_near; /* and what is like their tiles */
    enum akin_collect_unit unit;
    /* 2 clean */
    bool use_pixels;   /* read the image files; without, no uninformative tile
                          and no duplicate within a study is found */
    double min_detail; /* least part of the area with structure, 0..1 */
    uint64_t hash_distance; /* bits: at most so many differ in duplicates */
    double same_similarity; /* across studies, of descriptors alone */
    double near_similarity; /* with hashes that agree, everywhere */
    /* 3 balance */
    uint64_t target;                  /* samples; 0: all that are clean */
    struct akin_collect_pairs quotas; /* most samples of a value of a facet */
    struct akin_collect_pairs caps;   /* "dataset", "image": most of each */
    /* 4 split */
    struct akin_collect_pairs split; /* shares, which add up to 1 */
    enum akin_collect_split_by split_by;
    /* all */
    uint64_t seed;
    struct akin_collect_output output;
};
void akin_collect_options_init(struct akin_collect_options *options);
void akin_collect_options_free(struct akin_collect_options *options);

/* The options as a JSON object, every one of them; and back. The same names are
 * the parameters of the service method, and what recipe.json holds as
 * "options". Members that are absent keep their default. EINVAL names the
 * member and the rule. *out is untouched on failure; else it is initialised
 * here. */
struct akin_json *
akin_collect_options_json(const struct akin_collect_options *options);
enum akin_status
akin_collect_options_read(const struct akin_json *json,
                          struct akin_collect_options *out,
                          struct akin_error *err) AKIN_MUST_USE;

/* Called between and during the steps with 0..1; gives false to stop the
 * planning (AKIN_ECLOSED). */
typedef bool akin_collect_progress_fn(void *ctx, const char *step,
                                      double fraction);

struct akin_session; /* service.h */

struct akin_collect_run {
    const struct akin_collect_options *options;
    size_t threads;                     /* 0: all processors */
    akin_collect_progress_fn *progress; /* may be NULL */
    void *ctx;
    const char *marks_path; /* file where what was read of pixels is kept, so
                               that a stopped run goes on; NULL: none */
};

/* Makes the plan. *out is freed with akin_collection_free.
 *
 * ENOTFOUND: nothing published yet, an id or image that is not there; EINVAL:
 * the options (with the member's name); ELIMIT: more tiles than memory. A
 * selection that ends with no sample is no failure: the counts say where they
 * went. */
enum akin_status akin_collect_plan(struct akin_session *session,
                                   const struct akin_collect_run *run,
                                   struct akin_collection **out,
                                   struct akin_error *err) AKIN_MUST_USE;

/* What the plan was made from, for recipe.json: store uuid, generation,
 * descriptor, and of each dataset with samples id, version, images and tiles
 * and a hash over its images' hashes. Owned by the caller. */
struct akin_json *
akin_collection_inputs(const struct akin_collection *collection);

/* Sentences (an array of texts, owned by the caller) that say how the inputs of
 * a recipe differ from those of a collection; empty: the same. */
struct akin_json *
akin_collect_changes(const struct akin_json *recipe_inputs,
                     const struct akin_collection *collection);

/* Counts, composition, datasets left out and why: the answer of the method
 * `collect`. Owned by the caller. */
struct akin_json *
akin_collection_json(const struct akin_collection *collection);

#endif
