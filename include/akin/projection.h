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
#include "akin/feature.h"

#define AKIN_DIM 64 /* floats of a descriptor made here */

struct akin_projection; /* opaque */

#define AKIN_PROJECTION_ID 41 /* "nw64-" + 32 hex digits, room for the 0 */

/* "nw64-<hash of its numbers>"; valid until free. */
const char *akin_projection_id(const struct akin_projection *projection);

/* The one that ships with akin, for stores too small to train their own. */
enum akin_status akin_projection_builtin(struct akin_projection **out,
                                         struct akin_error *err) AKIN_MUST_USE;
void akin_projection_free(struct akin_projection *projection);

/* features: n x AKIN_N_FEATURES; out: n x AKIN_DIM, each of unit length (a
 * vector that projects to nothing becomes the first axis). */
void akin_projection_apply(const struct akin_projection *projection,
                           const float *features, size_t n, float *out);

/* Training in two passes of any number of calls each; nothing but sums of
 * 175 x 175 doubles is kept, so memory does not grow with the corpus. */
struct akin_projection_trainer; /* opaque */
enum akin_status
akin_projection_trainer_new(struct akin_projection_trainer **out,
                            struct akin_error *err) AKIN_MUST_USE;
/* Tiles of the corpus. weight lets a dataset count once however many tiles it
 * has (1 / its tiles). */
void akin_projection_trainer_add(struct akin_projection_trainer *trainer,
                                 const float *features, size_t n,
                                 double weight);
/* One tile and its disturbed copies: n_copies x AKIN_N_FEATURES. */
void akin_projection_trainer_disturbed(struct akin_projection_trainer *trainer,
                                       const float *original,
                                       const float *copies, size_t n_copies);
/* EAGAIN: too little was added for a stable result (fewer than 512 tiles or 256
 * disturbed copies); use the built-in one then. */
enum akin_status
akin_projection_trainer_finish(struct akin_projection_trainer *trainer,
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
