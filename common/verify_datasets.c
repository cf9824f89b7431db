/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_datasets.c - datasets, their ids, old versions and tombstones.
 */
#include <stdlib.h>
#include <string.h>

#include "verify_internal.h"

/* The number of a dataset by its id: 0 when the id is not among the living. */
static uint32_t
number_of(struct akin__verify *v, const char *id)
{
    struct akin_error err = {0};
    uint32_t number = 0;
    enum akin_status st = akin__dataset_number(v->txn, id, &number, &err);

    if (st != AKIN_OK && st != AKIN_ENOTFOUND)
        akin__verify_note(v, "%s", err.text);
    return st == AKIN_OK ? number : 0;
}

/* The number in the tombstone of an id; 0: none, or one that cannot be read
 * (which is noted when the tombstones are walked). */
static uint32_t
grave_number(struct akin__verify *v, const char *id)
{
    struct akin_json *grave = NULL;
    uint32_t number = 0;

    if (akin__dataset_grave(v->txn, id, &grave, &number, NULL) != AKIN_OK)
        return 0;
    akin_json_free(grave);
    return number;
}

/* Old versions must be 1, 2, ... n without a gap. */
static void
check_versions(struct akin__verify *v, uint32_t number, uint32_t n)
{
    struct akin__key prefix = akin__key_number(number);
    struct akin_cursor cur = {0};
    uint32_t found = 0;
    bool has_gap = false;

    while (akin_cursor_next(v->txn, AKIN_TABLE_VERSIONS,
                            akin__key_span(&prefix), &cur, NULL) == AKIN_OK) {
        found++;
        has_gap =
            has_gap || cur.key.len != 8 || akin_be32(cur.key.data + 4) != found;
    }
    akin_cursor_end(&cur);
    if (has_gap || found != n)
        akin__verify_note(v,
                          "dataset %u should have the old versions 1 to %u, "
                          "and has %u%s",
                          number, n, found, has_gap ? " with a gap" : "");
}

static void
see_dataset(struct akin__verify *v, struct akin_span key,
            struct akin_span value)
{
    struct akin_dataset dataset = {0};
    struct akin_error err = {0};
    uint32_t number;
    const char *id;

    if (key.len != 4) {
        akin__verify_note(v, "datasets: a key has %zu bytes", key.len);
        return;
    }
    number = akin_be32(key.data);
    if (number == 0 || number > akin__verify_counter(v, AKIN__LAST_DATASET))
        akin__verify_note(v, "dataset %u has a number that was never given",
                          number);
    if (akin__dataset_decode(value, number, &dataset, &err) != AKIN_OK) {
        akin__verify_note(v, "%s", err.text);
        return;
    }
    id = akin_json_text(dataset.record, "id");
    if (number_of(v, id) != number)
        akin__verify_note(v, "dataset %u: its id %s leads to %u", number, id,
                          number_of(v, id));
    if (grave_number(v, id) != 0)
        akin__verify_note(v, "dataset %s is there and has a tombstone", id);
    if (dataset.version == 0)
        akin__verify_note(v, "dataset %s has version 0", id);
    else
        check_versions(v, number, dataset.version - 1);
    akin__verify_authors(v, number, dataset.record);
    akin_dataset_free(&dataset);
}

static void
see_id(struct akin__verify *v, struct akin_span key, struct akin_span value)
{
    struct akin_dataset dataset = {0};
    const char *id;
    uint32_t number;

    if (value.len != 4) {
        akin__verify_note(v, "the id %.*s has a damaged number", (int)key.len,
                          (const char *)key.data);
        return;
    }
    number = akin_le32(value.data);
    if (!akin__verify_has_number(v, AKIN_TABLE_DATASETS, number)) {
        akin__verify_note(v,
                          "the id %.*s leads to dataset %u, which is not "
                          "there",
                          (int)key.len, (const char *)key.data, number);
        return;
    }
    if (akin_dataset_get(v->txn, number, &dataset, NULL) != AKIN_OK)
        return; /* noted at the dataset */
    id = akin_json_text(dataset.record, "id");
    if (!akin_span_equal(key, akin_span_str(id)))
        akin__verify_note(v, "the id %.*s leads to dataset %u, whose id is %s",
                          (int)key.len, (const char *)key.data, number, id);
    akin_dataset_free(&dataset);
}

static void
see_version(struct akin__verify *v, struct akin_span key,
            struct akin_span value)
{
    struct akin_dataset old = {0};
    struct akin_error err = {0};
    uint32_t number, version;

    if (key.len != 8) {
        akin__verify_note(v, "versions: a key has %zu bytes", key.len);
        return;
    }
    number = akin_be32(key.data);
    version = akin_be32(key.data + 4);
    if (akin__dataset_decode(value, number, &old, &err) != AKIN_OK) {
        akin__verify_note(v, "version %u: %s", version, err.text);
        return;
    }
    if (old.version != version)
        akin__verify_note(v, "dataset %u: version %u is kept as %u", number,
                          old.version, version);
    if (!akin__verify_has_number(v, AKIN_TABLE_DATASETS, number) &&
        grave_number(v, akin_json_text(old.record, "id")) != number)
        akin__verify_note(v,
                          "version %u of dataset %u, which neither is there "
                          "nor has a tombstone",
                          version, number);
    akin_dataset_free(&old);
}

static void
see_grave(struct akin__verify *v, struct akin_span key, struct akin_span value)
{
    char *id = akin_strndup((const char *)key.data, key.len);
    struct akin_json *grave = NULL;
    struct akin_error err = {0};
    uint32_t number = 0, last = 0;
    const char *named;

    (void)value;
    if (akin__dataset_grave(v->txn, id, &grave, &number, &err) != AKIN_OK) {
        akin__verify_note(v, "%s", err.text);
        free(id);
        return;
    }
    named = akin_json_text(grave, "id");
    if (named == NULL || strcmp(named, id) != 0)
        akin__verify_note(v, "the tombstone of %s names another dataset", id);
    if (number > akin__verify_counter(v, AKIN__LAST_DATASET))
        akin__verify_note(v,
                          "the tombstone of %s has a number that was never "
                          "given",
                          id);
    if (akin__verify_has_number(v, AKIN_TABLE_DATASETS, number))
        akin__verify_note(v,
                          "the tombstone of %s has the number %u of a "
                          "dataset that is there",
                          id, number);
    else if (akin__dataset_last_version(v->txn, number, &last, NULL) ==
                 AKIN_OK &&
             last == 0)
        akin__verify_note(v,
                          "the tombstone of %s: its last version was not "
                          "kept",
                          id);
    else
        check_versions(v, number, last);
    akin_json_free(grave);
    free(id);
}

void
akin__verify_datasets(struct akin__verify *v)
{
    struct akin_span all = {NULL, 0};

    akin__verify_walk(v, AKIN_TABLE_DATASETS, all, see_dataset);
    akin__verify_walk(v, AKIN_TABLE_DATASET_IDS, all, see_id);
    akin__verify_walk(v, AKIN_TABLE_VERSIONS, all, see_version);
    akin__verify_walk(v, AKIN_TABLE_TOMBSTONES, all, see_grave);
}
