/* SPDX-License-Identifier: Apache-2.0 */
/*
 * similar_choose.c - which datasets and images may be answered.
 */
#include <stdlib.h>
#include <string.h>

#include "akin/image_record.h"

#include "similar_internal.h"

/* Position of a dataset number; false when it has no images here. */
static bool
position(const struct akin__work *work, uint32_t number, size_t *out)
{
    size_t low = 0, high = work->n_datasets;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (work->tie[mid] < number)
            low = mid + 1;
        else
            high = mid;
    }
    *out = low;
    return low < work->n_datasets && work->tie[low] == number;
}

/* An id that is not there is refused: mistyped, it would exclude nothing. One
 * that was removed is as excluded as can be. */
static enum akin_status
apply_exclude(struct akin__work *work, struct akin_txn *txn,
              const struct akin_json *exclude, struct akin_error *err)
{
    for (size_t i = 0; i < akin_json_count(exclude); i++) {
        const char *id = akin_json_string(akin_json_at(exclude, i));
        struct akin_dataset dataset = {0};
        struct akin_json *grave = NULL;
        size_t place;
        enum akin_status st = akin_dataset_find(txn, id, &dataset, err);

        if (st == AKIN_OK) {
            if (position(work, dataset.number, &place))
                work->want[place] = 0;
            akin_dataset_free(&dataset);
        } else if (st == AKIN_ENOTFOUND &&
                   akin_dataset_tombstone(txn, id, &grave, NULL) == AKIN_OK) {
            akin_json_free(grave);
        } else if (st == AKIN_ENOTFOUND) {
            return AKIN_FAIL(err, AKIN_EINVAL,
                             "exclude: there is no dataset \"%s\"", id);
        } else {
            return st;
        }
    }
    return AKIN_OK;
}

static enum akin_status
apply_filter(struct akin__work *work, struct akin_reading *reading,
             struct akin_filter *filter, struct akin_error *err)
{
    struct akin_catalog *catalog = NULL;
    struct akin_bitmap *pass;
    enum akin_status st = akin__reading_catalog(reading, &catalog, err);

    if (st != AKIN_OK)
        return st;
    pass = akin_facets_match(akin_catalog_facets(catalog), filter, NULL);
    for (size_t i = 0; i < work->n_datasets; i++)
        if (!akin_bitmap_has(pass, work->tie[i]))
            work->want[i] = 0;
    akin_bitmap_free(pass);
    return AKIN_OK;
}

/* Datasets that were asked with are themselves. */
static void
leave_out_asked(struct akin__work *work)
{
    for (size_t i = 0; i < work->question.n_examples; i++) {
        const struct akin_example *example = &work->question.example[i];
        size_t place;

        if (example->form == AKIN_EXAMPLE_DATASET &&
            position(work, example->dataset, &place))
            work->want[place] = 0;
    }
}

enum akin_status
akin__choose_datasets(struct akin__work *work, struct akin_reading *reading,
                      const struct akin__wish *wish, struct akin_error *err)
{
    enum akin_status st = AKIN_OK;

    if (wish->filter == NULL && wish->exclude == NULL && !wish->exclude_self)
        return AKIN_OK;
    st = akin__room_for(&work->want, work->n_datasets, 1, 1, err);
    if (st != AKIN_OK)
        return st;
    memset(work->want, 1, work->n_datasets);
    if (wish->exclude_self)
        leave_out_asked(work);
    if (wish->exclude != NULL)
        st = apply_exclude(work, reading->txn, wish->exclude, err);
    if (st == AKIN_OK && wish->filter != NULL)
        st = apply_filter(work, reading, wish->filter, err);
    return st;
}

enum akin_status
akin__choose_images(struct akin__work *work, struct akin_txn *txn,
                    const struct akin__wish *wish, struct akin_error *err)
{
    enum akin_status st;

    if (!wish->exclude_self)
        return AKIN_OK;
    st = akin__room_for(&work->skip, AKIN_SIMILAR_COPIES_MAX, 1,
                        sizeof(uint32_t), err);
    for (size_t i = 0; st == AKIN_OK && i < work->question.n_examples; i++) {
        const struct akin_example *example = &work->question.example[i];
        size_t n = 0;

        if (!example->has_hash)
            continue;
        st =
            akin_image_by_hash(txn, &example->hash, work->skip + work->n_skip,
                               AKIN_SIMILAR_COPIES_MAX - work->n_skip, &n, err);
        work->n_skip += n;
    }
    return st;
}
