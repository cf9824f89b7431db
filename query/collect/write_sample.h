/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write_sample.h - what is told of each sample: harmonised metadata of its
 * dataset, and where its picture comes from.
 *
 * MIFA's modules without annotations: a model that learns without labels needs
 * to know the study, the specimen and the imaging, not the masks.
 *
 * Threads: one.
 */
#ifndef AKIN_COLLECT_WRITE_SAMPLE_H
#define AKIN_COLLECT_WRITE_SAMPLE_H

#include "write_pixels.h"

#define AKIN__KEY_TEXT 16

/* The name of sample i: nine digits, "000000012". */
void akin__sample_key(size_t i, char out[AKIN__KEY_TEXT]);

struct akin__teller; /* opaque: the part of each dataset, made once */
struct akin__teller *akin__teller_new(const struct akin_collection *collection);
void akin__teller_free(struct akin__teller *teller); /* NULL is fine */

/* The members of sample i of collection->kept as an object, owned by the
 * caller: key, split, width, height, bits, normalisation, pixel_um, channel,
 * dataset, version, title, image, tile, organism, imaging_method, ...,
 * license, credit, source, cluster. Reads the store in txn. */
enum akin_status akin__teller_tell(struct akin__teller *teller,
                                   struct akin_txn *txn, size_t i,
                                   const struct akin__picture *picture,
                                   struct akin_json **out,
                                   struct akin_error *err) AKIN_MUST_USE;

/* "A. Author, B. Author et al.: Title. Publisher, ID (doi:...)". Appends. */
void akin__credit_line(const struct akin_json *record, struct akin_buf *out);

#endif
