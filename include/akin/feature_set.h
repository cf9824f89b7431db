/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/feature_set.h - which numbers describe the tiles of a store.
 *
 * Either the features that are built in (akin/feature.h), or those of an
 * external provider (akin/provider.h), which take their place: stored,
 * projected and compared in the same way. A store carries the id of its set;
 * numbers of different sets are never compared, and the refusal names both.
 *
 * Ids: "classical-1+network-1"; "external:NAME/DIM" with the name that the
 * provider announces and how many numbers a tile has.
 *
 * Threads: plain data.
 */
#ifndef AKIN_FEATURE_SET_H
#define AKIN_FEATURE_SET_H

#include "akin/bytes.h"

#define AKIN_FEATURES_MAX 2048 /* numbers of a tile, at most */
#define AKIN_EXTERNAL_MIN 8    /* numbers of a tile, of a provider */

#define AKIN_PROVIDER_NAME 65 /* 1..64 of A-Z a-z 0-9 . _ - and the 0 */
#define AKIN_FEATURE_SET_ID 80

struct akin_feature_set {
    char id[AKIN_FEATURE_SET_ID];
    size_t n;                      /* numbers of a tile */
    char name[AKIN_PROVIDER_NAME]; /* of the provider; "": built in */
};

/* The one that this program computes itself; a static object. */
const struct akin_feature_set *akin_feature_set_builtin(void);

/* EINVAL: a name or a count that breaks the rules above; name need not end in a
 * 0. */
enum akin_status
akin_feature_set_external(struct akin_span name, uint64_t dim,
                          struct akin_feature_set *out,
                          struct akin_error *err) AKIN_MUST_USE;

/* The set of an id; false: no set that this program knows. */
bool akin_feature_set_parse(struct akin_span id,
                            struct akin_feature_set *out) AKIN_MUST_USE;

/* A provider's, not our own? */
bool akin_feature_set_is_external(const struct akin_feature_set *set);
/* The same id. */
bool akin_feature_set_same(const struct akin_feature_set *a,
                           const struct akin_feature_set *b);

#endif
