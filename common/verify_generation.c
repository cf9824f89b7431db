/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_generation.c - the current generation against itself and the tables.
 */
#include <inttypes.h>

#include "akin/generation.h"
#include "verify_internal.h"

/* Images that were removed later stay in their generation (masked); those that
 * are still there must be the same ones. */
static void
check_image(struct akin__verify *v, const struct akin_generation *gen,
            const struct akin_generation_image *image)
{
    struct akin_image_brief stored;
    enum akin_status st = akin_image_brief(v->txn, image->image, &stored, NULL);

    if (image->image > gen->last_image)
        akin__verify_note(v,
                          "generation %u has image %u, above its last one, "
                          "%u",
                          gen->number, image->image, gen->last_image);
    if (st != AKIN_OK)
        return;
    if (stored.dataset != image->dataset || stored.n_tiles != image->n_tiles)
        akin__verify_note(v,
                          "generation %u: image %u has %u tiles and dataset "
                          "%u; stored are %u and %u",
                          gen->number, image->image, image->n_tiles,
                          image->dataset, stored.n_tiles, stored.dataset);
}

static void
check_images(struct akin__verify *v, const struct akin_generation *gen)
{
    if (gen->last_image > akin__verify_counter(v, AKIN__LAST_IMAGE))
        akin__verify_note(v,
                          "generation %u ends at image %u, which was never "
                          "given",
                          gen->number, gen->last_image);
    for (size_t i = 0; i < gen->n_images; i++)
        check_image(v, gen, &gen->images[i]);
}

void
akin__verify_generation(struct akin_store *store, struct akin__verify *v)
{
    struct akin_generation *gen = NULL;
    struct akin_error err = {0};
    uint64_t current = 0;
    enum akin_status st = akin_txn_read(store, &v->txn, &err);

    if (st == AKIN_OK) {
        current = akin__verify_counter(v, AKIN_MANIFEST_CURRENT);
        akin_txn_end(v->txn);
        v->txn = NULL;
        if (current == 0)
            return; /* nothing has been published */
        st = akin_generation_open(store, &gen, &err);
    }
    if (st == AKIN_OK)
        st = akin_generation_verify(gen, &err);
    if (st != AKIN_OK)
        akin__verify_note(v, "generation %" PRIu64 ": %s", current, err.text);
    if (st == AKIN_OK && akin_txn_read(store, &v->txn, &err) == AKIN_OK) {
        check_images(v, gen);
        akin_txn_end(v->txn);
        v->txn = NULL;
    }
    akin_generation_close(gen);
}
