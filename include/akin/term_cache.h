/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/term_cache.h - the terms of a store, loaded once for each change of
 * them.
 *
 * Writing datasets does not change terms, so what was loaded is kept while the
 * store's own number of terms (akin_terms_change) stays the same.
 *
 * Threads: any. What acquire gives stays as it is until it is released, also
 * when the store's terms change meanwhile.
 */
#ifndef AKIN_TERM_CACHE_H
#define AKIN_TERM_CACHE_H

#include "akin/term.h"

struct akin_term_cache; /* opaque */
struct akin_term_cache *akin_term_cache_new(void);
/* All that was acquired must have been released. NULL is fine. */
void akin_term_cache_free(struct akin_term_cache *cache);

/* The terms as txn sees them. */
enum akin_status akin_term_cache_acquire(struct akin_term_cache *cache,
                                         struct akin_txn *txn,
                                         const struct akin_terms **out,
                                         struct akin_error *err) AKIN_MUST_USE;
/* NULL is fine. */
void akin_term_cache_release(struct akin_term_cache *cache,
                             const struct akin_terms *terms);

#endif
