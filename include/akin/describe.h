/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/describe.h - an image, from bytes to the features of its tiles.
 *
 * decode -> planes -> pyramid -> tiles -> features: the one path that both the
 * indexer and a query take, so that both see an image with the same eyes.
 *
 * Threads: a describer (scratch memory) belongs to one thread.
 */
#ifndef AKIN_DESCRIBE_H
#define AKIN_DESCRIBE_H

#include "akin/decode.h"
#include "akin/feature.h"
#include "akin/feature_set.h"
#include "akin/tile.h"

struct akin_describer; /* opaque */
/* set: whose features; those of a provider are asked for at
 * descriptor.endpoint, when there are tiles. */
enum akin_status akin_describer_new(const struct akin_config *config,
                                    const struct akin_feature_set *set,
                                    struct akin_describer **out,
                                    struct akin_error *err) AKIN_MUST_USE;
void akin_describer_free(struct akin_describer *describer);

/* The last akin_describe failed, and the image is not to blame but the external
 * descriptor: the same call may work when that is mended. */
bool akin_describer_is_halted(const struct akin_describer *describer);

/* Start from {0}; free with akin_described_free. */
struct akin_described {
    struct akin_image_info info;
    struct akin_tile *tiles; /* n_tiles */
    float *features;         /* n_tiles x n_features */
    size_t n_features;       /* of the set that describes */
    size_t n_tiles;
    /* Disturbed copies of some tiles, when asked for: copy i belongs to tile
     * disturbed_tile[i]. */
    uint32_t *disturbed_tile; /* n_disturbed */
    float *disturbed;         /* n_disturbed x n_features */
    size_t n_disturbed;
};
void akin_described_free(struct akin_described *described);

struct akin_describe_options {
    size_t max_tiles;     /* 0: tile.max_per_image */
    size_t disturb_tiles; /* tiles to make disturbed copies of; 0: none */
    uint64_t seed;        /* of the disturbances: the content hash's bits */
    struct akin_tile_rect region; /* level-0 px; w 0: the whole plane */
};

/* Describes an opened image. The error says which plane, or what the external
 * descriptor did (akin/provider.h). */
enum akin_status akin_describe(struct akin_describer *describer,
                               struct akin_decoder *decoder,
                               const struct akin_describe_options *options,
                               struct akin_described *out,
                               struct akin_error *err) AKIN_MUST_USE;

#endif
