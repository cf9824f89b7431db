/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ingest.h - one image file: is it new, and what does it look like?
 *
 * Reads the file and the store, writes nothing: the writer does (writer.h).
 * The bytes' hash decides. Known bytes are not described again: their tiles and
 * features are taken from the image that has them, so a moved or renamed file,
 * or a second copy, costs one reading.
 *
 * Which images get disturbed copies for training (akin/disturb.h): all of the
 * first AKIN_DISTURB_ALL images a store reads; from then on those whose content
 * hash, taken as a number, lies below a threshold that halves each time the
 * count of images doubles. So the sample grows with the logarithm of the
 * corpus, is spread over all of it, and depends on nothing but the order of
 * images: not on threads, and not on interruptions, since the count goes on
 * where the last committed image left it (manifest AKIN_MANIFEST_READ).
 *
 * Threads: one ingester for each thread; the store may be shared.
 */
#ifndef AKIN_INDEXER_INGEST_H
#define AKIN_INDEXER_INGEST_H

#include "akin/image_record.h"
#include "akin/source_state.h"

#define AKIN_DISTURB_ALL 64                      /* images */
#define AKIN_DISTURB_TILES 1                     /* tiles of a chosen image */
#define AKIN_MANIFEST_READ "indexer.images_read" /* images read, ever */

struct akin_ingester; /* opaque */
enum akin_status akin_ingester_new(struct akin_store *store,
                                   const struct akin_config *config,
                                   struct akin_ingester **out,
                                   struct akin_error *err) AKIN_MUST_USE;
void akin_ingester_free(struct akin_ingester *ingester);

enum akin_ingest_kind {
    AKIN_INGEST_TOUCHED,   /* the known bytes under the known path */
    AKIN_INGEST_DESCRIBED, /* record and described are filled */
    AKIN_INGEST_BAD,       /* error says why */
    AKIN_INGEST_HALTED     /* the external descriptor failed: error says how;
                              nothing is known of the file */
};

struct akin_ingested {
    enum akin_ingest_kind kind;
    char *path;                     /* absolute */
    struct akin_source_state state; /* image: left 0 */
    struct akin_image_record record;
    struct akin_described described;
    bool is_known;       /* described without decoding: bytes were known */
    uint32_t moved_from; /* image of this dataset whose file is gone, or 0 */
    struct akin_error error;
};
void akin_ingested_free(struct akin_ingested *ingested); /* NULL is fine */

/* path, name: of the file; name is its path inside the dataset. position: 1 for
 * the first image a store ever reads. Always gives an object. */
struct akin_ingested *akin_ingest(struct akin_ingester *ingester,
                                  const char *path, const char *name,
                                  uint32_t dataset, uint64_t position);

/* The rule above. */
bool akin_ingest_disturbs(const struct akin_hash *hash, uint64_t position);

#endif
