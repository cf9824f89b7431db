/* SPDX-License-Identifier: Apache-2.0 */
#include "ingest.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "akin/file.h"

#define KNOWN_MAX 8 /* images with the same bytes that are looked at */

struct akin_ingester {
    struct akin_store *store;
    const struct akin_config *config;
    struct akin_describer *describer;
};

enum akin_status
akin_ingester_new(struct akin_store *store, const struct akin_config *config,
                  struct akin_ingester **out, struct akin_error *err)
{
    struct akin_ingester *ingester = akin_new(1, sizeof(*ingester));
    enum akin_status st = akin_describer_new(config, akin_store_features(store),
                                             &ingester->describer, err);

    if (st != AKIN_OK) {
        free(ingester);
        return st;
    }
    ingester->store = store;
    ingester->config = config;
    *out = ingester;
    return AKIN_OK;
}

void
akin_ingester_free(struct akin_ingester *ingester)
{
    if (ingester == NULL)
        return;
    akin_describer_free(ingester->describer);
    free(ingester);
}

void
akin_ingested_free(struct akin_ingested *ingested)
{
    if (ingested == NULL)
        return;
    free(ingested->path);
    akin_image_record_free(&ingested->record);
    akin_described_free(&ingested->described);
    free(ingested);
}

static uint64_t
hash_number(const struct akin_hash *hash)
{
    return akin_le64(hash->bytes);
}

bool
akin_ingest_disturbs(const struct akin_hash *hash, uint64_t position)
{
    uint64_t threshold = UINT64_MAX;

    for (uint64_t reach = AKIN_DISTURB_ALL;
         reach < position && reach <= UINT64_MAX / 2; reach *= 2)
        threshold /= 2;
    return hash_number(hash) <= threshold;
}

/* The tiles and features of a stored image into out->described. */
static enum akin_status
load_described(struct akin_txn *txn, const struct akin_image_record *record,
               struct akin_described *out, struct akin_error *err)
{
    size_t n = record->n_tiles;
    enum akin_status st;

    out->info = record->info;
    out->n_tiles = n;
    out->tiles = calloc(n > 0 ? n : 1, sizeof(*out->tiles));
    out->n_features = akin_txn_features(txn)->n;
    out->features = calloc(n > 0 ? n : 1, out->n_features * sizeof(float));
    if (out->tiles == NULL || out->features == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for %zu tiles", n);
    st = akin_image_tiles(txn, record->number, out->tiles, n, err);
    if (st == AKIN_OK)
        st = akin_image_features(txn, record->number, out->features, n, err);
    if (st == AKIN_OK)
        st = akin_image_disturbed(txn, record->number, &out->disturbed_tile,
                                  &out->disturbed, &out->n_disturbed, err);
    return st == AKIN_ENOTFOUND ? AKIN_OK : st; /* no disturbed copies */
}

static void
drop_disturbed(struct akin_described *described)
{
    free(described->disturbed_tile);
    free(described->disturbed);
    described->disturbed_tile = NULL;
    described->disturbed = NULL;
    described->n_disturbed = 0;
}

/* Takes what image `number` has, when it is what describing would give: with
 * disturbed copies where they are wanted. True: taken. */
static bool
take_known(struct akin_txn *txn, uint32_t number, bool wants_disturbed,
           struct akin_ingested *in)
{
    struct akin_image_record known = {0};
    struct akin_described described = {0};
    bool is_taken = false;

    if (akin_image_get(txn, number, &known, NULL) == AKIN_OK &&
        load_described(txn, &known, &described, NULL) == AKIN_OK &&
        (!wants_disturbed || described.n_disturbed > 0)) {
        if (!wants_disturbed)
            drop_disturbed(&described);
        in->described = described;
        described = (struct akin_described){0};
        is_taken = true;
    }
    akin_described_free(&described);
    akin_image_record_free(&known);
    return is_taken;
}

/* An image of this dataset whose file is no longer where it was: the file was
 * moved, and this is it. */
static uint32_t
find_moved(struct akin_txn *txn, const uint32_t *numbers, size_t n,
           uint32_t dataset)
{
    uint32_t moved = 0;

    for (size_t i = 0; moved == 0 && i < n; i++) {
        struct akin_image_record known = {0};

        if (akin_image_get(txn, numbers[i], &known, NULL) == AKIN_OK &&
            known.dataset == dataset && known.path != NULL &&
            !akin_file_exists(known.path))
            moved = numbers[i];
        akin_image_record_free(&known);
    }
    return moved;
}

/* What the store knows of these bytes. */
static enum akin_status
look_up(struct akin_ingester *ingester, bool wants_disturbed,
        struct akin_ingested *in)
{
    struct akin_txn *txn = NULL;
    struct akin_source_state state = {0};
    uint32_t numbers[KNOWN_MAX];
    size_t n = 0;
    enum akin_status st;

    if ((st = akin_txn_read(ingester->store, &txn, &in->error)) != AKIN_OK)
        return st;
    st = akin_source_get(txn, in->path, &state, &in->error);
    if (st == AKIN_OK && state.image != 0 &&
        state.dataset == in->state.dataset &&
        memcmp(&state.hash, &in->state.hash, sizeof(state.hash)) == 0)
        in->kind = AKIN_INGEST_TOUCHED;
    if (st == AKIN_ENOTFOUND)
        st = AKIN_OK;
    if (st == AKIN_OK && in->kind != AKIN_INGEST_TOUCHED)
        st = akin_image_by_hash(txn, &in->state.hash, numbers, KNOWN_MAX, &n,
                                &in->error);
    for (size_t i = 0; st == AKIN_OK && !in->is_known && i < n; i++)
        in->is_known = take_known(txn, numbers[i], wants_disturbed, in);
    if (st == AKIN_OK && state.image == 0)
        in->moved_from = find_moved(txn, numbers, n, in->state.dataset);
    akin_txn_end(txn);
    return st;
}

static enum akin_status
describe(struct akin_ingester *ingester, bool wants_disturbed,
         struct akin_ingested *in)
{
    struct akin_describe_options options = {
        .disturb_tiles = wants_disturbed ? AKIN_DISTURB_TILES : 0,
        .seed = hash_number(&in->state.hash)};
    struct akin_decoder *decoder = NULL;
    enum akin_status st;

    st = akin_decode_open(in->path, ingester->config, &decoder, &in->error);
    if (st == AKIN_OK)
        st = akin_describe(ingester->describer, decoder, &options,
                           &in->described, &in->error);
    if (st != AKIN_OK && akin_describer_is_halted(ingester->describer))
        in->kind = AKIN_INGEST_HALTED;
    akin_decode_close(decoder);
    return st;
}

/* Size and time, within the limits. */
static enum akin_status
look_at_file(const struct akin_config *config, struct akin_ingested *in)
{
    struct akin_file_stat sb;
    enum akin_status st = akin_file_stat(in->path, &sb, &in->error);

    if (st != AKIN_OK)
        return st;
    if (!sb.is_regular)
        return AKIN_FAIL(&in->error, AKIN_EINVAL, "is not a regular file");
    if (sb.size_bytes > config->image_max_file_bytes)
        return AKIN_FAIL(&in->error, AKIN_ELIMIT,
                         "%" PRIu64 " bytes, more than image.max_file_bytes "
                         "allows (%" PRIu64 ")",
                         sb.size_bytes, config->image_max_file_bytes);
    in->state.size_bytes = sb.size_bytes;
    in->state.mtime_ns = sb.mtime_ns;
    return akin_hash_file(in->path, &in->state.hash, &in->error);
}

/* What was hashed and what was decoded must be the same bytes. */
static enum akin_status
check_unchanged(struct akin_ingested *in)
{
    struct akin_file_stat sb;
    enum akin_status st = akin_file_stat(in->path, &sb, &in->error);

    if (st == AKIN_OK && (sb.size_bytes != in->state.size_bytes ||
                          sb.mtime_ns != in->state.mtime_ns))
        return AKIN_FAIL(&in->error, AKIN_EAGAIN,
                         "changed while it was read; run the command again");
    return st;
}

static enum akin_status
ingest(struct akin_ingester *ingester, uint64_t position,
       struct akin_ingested *in)
{
    bool wants_disturbed;
    enum akin_status st;

    if ((st = look_at_file(ingester->config, in)) != AKIN_OK)
        return st;
    wants_disturbed = akin_ingest_disturbs(&in->state.hash, position);
    if ((st = look_up(ingester, wants_disturbed, in)) != AKIN_OK)
        return st;
    if (in->kind == AKIN_INGEST_TOUCHED)
        return AKIN_OK;
    if (!in->is_known &&
        (st = describe(ingester, wants_disturbed, in)) != AKIN_OK)
        return st;
    return check_unchanged(in);
}

struct akin_ingested *
akin_ingest(struct akin_ingester *ingester, const char *path, const char *name,
            uint32_t dataset, uint64_t position)
{
    struct akin_ingested *in = akin_new(1, sizeof(*in));

    in->kind = AKIN_INGEST_DESCRIBED;
    in->path = akin_strdup(path);
    in->state.dataset = dataset;
    if (ingest(ingester, position, in) != AKIN_OK) {
        if (in->kind != AKIN_INGEST_HALTED)
            in->kind = AKIN_INGEST_BAD;
        akin_described_free(&in->described);
        in->described = (struct akin_described){0};
        return in;
    }
    in->record.dataset = dataset;
    in->record.path = akin_strdup(path);
    in->record.name = akin_strdup(name);
    in->record.hash = in->state.hash;
    in->record.size_bytes = in->state.size_bytes;
    in->record.info = in->described.info;
    in->record.n_tiles = (uint32_t)in->described.n_tiles;
    return in;
}
