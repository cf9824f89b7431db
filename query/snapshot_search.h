/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot_search.h - one search under way: between snapshot_best.c, which
 * plans and scans, and snapshot_fetch.c, which fetches by IVF.
 */
#ifndef AKIN_QUERY_SNAPSHOT_SEARCH_H
#define AKIN_QUERY_SNAPSHOT_SEARCH_H

#include "snapshot_internal.h"

struct akin__search {
    /* given */
    const struct akin_snapshot *s;
    const float *queries;
    size_t n_queries;
    const uint8_t *want;
    const uint32_t *exclude; /* sorted */
    size_t n_exclude;
    float *sim;
    uint64_t *row;

    /* the base behind `want` and `exclude` */
    uint8_t *skip;       /* one bit a row; NULL: the mask's, or none */
    uint64_t *rows_left; /* of each group */
    uint8_t *want_group; /* is wanted and has rows left */
    size_t n_want_groups;
    uint64_t n_want_rows;

    /* a pass of a scan */
    float *pass_queries; /* PASS_TILES x AKIN_DIM */
    float *pass_sim;     /* PASS_TILES x pass_room */
    uint64_t *pass_row;
    size_t pass_room; /* groups, or images of a chunk */

    /* a fetch by IVF */
    uint8_t *allowed; /* one bit a row; NULL: all */
    uint64_t *hits;
    float *hit_sims;
    size_t hit_room;
    uint8_t *reached; /* of each group */
    size_t *to_scan;  /* query tiles that IVF did not serve */
    size_t n_to_scan;
};

enum akin_status akin__search_no_memory(struct akin_error *err);

/* A better row of a dataset; of equals the lower row stays. */
void akin__search_offer(struct akin__search *q, size_t query, uint32_t position,
                        float sim, uint64_t row);

/* Rows of the base that do not count, one bit a row; NULL: all count. */
const uint8_t *akin__search_skip(const struct akin__search *q);

/* Scans the wanted groups with the query tiles which[0 .. n-1], or all when
 * which is NULL. */
enum akin_status akin__search_scan_base(struct akin__search *q,
                                        const size_t *which, size_t n,
                                        struct akin_error *err);

/* Fetches for every query tile, and scans for those that fetching did not
 * serve. */
enum akin_status akin__search_fetch(struct akin__search *q,
                                    struct akin_error *err);

#endif
