/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/projection.h - features to descriptor: a centred linear map, then unit
 * length.
 *
 * Trained by nuisance whitening: the leading generalised eigenvectors of
 * (T, S), T the covariance of all features, S the covariance of disturbed
 * copies around their own tile (within-class covariance normalisation; Fisher,
 * Annals of Eugenics 1936; Hatch et al., Interspeech 2006). Vectors made by
 * projections of different ids must never be compared.
 *
 * Threads: immutable once made; any number may apply it.
 */
#ifndef AKIN_PROJECTION_H
#define AKIN_PROJECTION_H

#include "akin/bytes.h"
#include "akin/feature_set.h"

#define AKIN_DIM 64 /* floats of a descriptor made here */

struct akin_projection; /* opaque */

#define AKIN_PROJECTION_ID 41 /* "nw64-" + 32 hex digits, room for the 0 */

/* "nw64-<hash of its numbers>"; valid until free. */
const char *akin_projection_id(const struct akin_projection *projection);

/* The one that ships with akin, for stores too small to train their own. */
enum akin_status akin_projection_builtin(struct akin_projection **out,
                                         struct akin_error *err) AKIN_MUST_USE;
void akin_projection_free(struct akin_projection *projection);

/* For features of a provider before there is anything to learn from: up to
 * AKIN_DIM numbers as they are, behind them zeros; of more, sums with signs
 * that look random and always are the same, which keep angles roughly
 * (Achlioptas, Journal of Computer and System Sciences 66, 2003). */
enum akin_status akin_projection_plain(const struct akin_feature_set *set,
                                       struct akin_projection **out,
                                       struct akin_error *err) AKIN_MUST_USE;

/* Whose features it projects; valid until free. */
const struct akin_feature_set *
akin_projection_features(const struct akin_projection *projection);

/* features: n x the set's numbers; out: n x AKIN_DIM, each of unit length (a
 * vector that projects to nothing becomes the first axis). */
void akin_projection_apply(const struct akin_projection *projection,
                           const float *features, size_t n, float *out);

/* Training in two passes of any number of calls each; nothing but two sums of
 * n x n doubles, n the set's numbers, is kept, so memory does not grow with the
 * corpus. */
struct akin_projection_trainer; /* opaque */
enum akin_status
akin_projection_trainer_new(const struct akin_feature_set *set,
                            struct akin_projection_trainer **out,
                            struct akin_error *err) AKIN_MUST_USE;
/* Tiles of the corpus. weight lets a dataset count once however many tiles it
 * has (1 / its tiles). */
void akin_projection_trainer_add(struct akin_projection_trainer *trainer,
                                 const float *features, size_t n,
                                 double weight);
/* One tile and its disturbed copies: n_copies rows. */
void akin_projection_trainer_disturbed(struct akin_projection_trainer *trainer,
                                       const float *original,
                                       const float *copies, size_t n_copies);
/* EAGAIN: too little was added for a stable result (fewer tiles than 512 or
 * than a tile has numbers, or 256 disturbed copies); use the built-in one then,
 * or akin_projection_trainer_plain. */
enum akin_status
akin_projection_trainer_finish(struct akin_projection_trainer *trainer,
                               struct akin_projection **out,
                               struct akin_error *err) AKIN_MUST_USE;
/* For a provider's features, from too little for the above: as
 * akin_projection_plain, but more than AKIN_DIM numbers lose only the
 * directions that the tiles added use least (principal components, not
 * centred). */
enum akin_status
akin_projection_trainer_plain(struct akin_projection_trainer *trainer,
                              struct akin_projection **out,
                              struct akin_error *err) AKIN_MUST_USE;
void akin_projection_trainer_free(struct akin_projection_trainer *trainer);

/* The file form (versioned, checked by hash). EFORMAT / ESTALE name what does
 * not fit. */
void akin_projection_write(const struct akin_projection *projection,
                           struct akin_buf *out);
enum akin_status akin_projection_read(struct akin_span bytes,
                                      struct akin_projection **out,
                                      struct akin_error *err) AKIN_MUST_USE;

#endif
