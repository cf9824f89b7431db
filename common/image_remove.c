/* SPDX-License-Identifier: Apache-2.0 */
/*
 * image_remove.c - taking an image, and all that hangs on it, out of the store.
 */
#include "akin/image_record.h"
#include "store_values.h"

static const enum akin_table by_number[] = {
    AKIN_TABLE_IMAGES, AKIN_TABLE_TILES, AKIN_TABLE_FEATURES,
    AKIN_TABLE_DISTURBED, AKIN_TABLE_THUMBNAILS};

static bool
ends_with_number(void *ctx, struct akin_span key, struct akin_span value)
{
    const uint32_t *number = ctx;

    (void)value;
    return key.len >= 4 && akin_be32(key.data + key.len - 4) == *number;
}

/* For an image whose record cannot be read: who links to it is found by
 * looking at all links. Slow, but a damaged image can be got rid of. */
static enum akin_status
remove_links_by_search(struct akin_txn *txn, uint32_t number,
                       struct akin_error *err)
{
    static const enum akin_table links[] = {AKIN_TABLE_DATASET_IMAGES,
                                            AKIN_TABLE_IMAGE_HASHES};
    enum akin_status st = AKIN_OK;

    for (size_t i = 0; st == AKIN_OK && i < AKIN_COUNT(links); i++) {
        struct akin_buf keys = {0};

        st = akin__keys_collect(txn, links[i], akin_span_of(NULL, 0),
                                ends_with_number, &number, &keys, err);
        if (st == AKIN_OK)
            st = akin__keys_delete(txn, links[i], akin_buf_span(&keys), err);
        akin_buf_free(&keys);
    }
    return st;
}

static enum akin_status
remove_links(struct akin_txn *txn, const struct akin_image_record *head,
             struct akin_error *err)
{
    struct akin__key of_dataset = akin__key_pair(head->dataset, head->number);
    struct akin__key of_hash = akin__key_hash(&head->hash, head->number);
    enum akin_status st = akin_txn_del(txn, AKIN_TABLE_DATASET_IMAGES,
                                       akin__key_span(&of_dataset), err);

    if (st == AKIN_OK)
        st = akin_txn_del(txn, AKIN_TABLE_IMAGE_HASHES,
                          akin__key_span(&of_hash), err);
    return st;
}

enum akin_status
akin_image_remove(struct akin_txn *txn, uint32_t number, struct akin_error *err)
{
    struct akin__key key = akin__key_number(number);
    struct akin_image_record head = {0};
    struct akin_error why = {0};
    enum akin_status st = akin__image_head(txn, number, &head, &why);

    if (st == AKIN_OK)
        st = remove_links(txn, &head, err);
    else if (st == AKIN_ENOTFOUND || st == AKIN_EFORMAT)
        st = st == AKIN_EFORMAT ? remove_links_by_search(txn, number, err)
                                : AKIN_OK;
    else if (err != NULL)
        *err = why;
    for (size_t i = 0; st == AKIN_OK && i < AKIN_COUNT(by_number); i++)
        st = akin_txn_del(txn, by_number[i], akin__key_span(&key), err);
    return st;
}

enum akin_status
akin_image_remove_all(struct akin_txn *txn, uint32_t dataset,
                      uint64_t *n_removed, struct akin_error *err)
{
    uint32_t number = 0;
    uint64_t n = 0;
    enum akin_status st = AKIN_OK;

    if (dataset == 0)
        return AKIN_FAIL(err, AKIN_EINVAL, "no dataset has the number 0");
    while (st == AKIN_OK &&
           (st = akin_image_next(txn, dataset, &number, err)) == AKIN_OK) {
        struct akin__key link = akin__key_pair(dataset, number);

        st = akin_image_remove(txn, number, err);
        /* Gone with the image, unless there was none behind it. */
        if (st == AKIN_OK)
            st = akin_txn_del(txn, AKIN_TABLE_DATASET_IMAGES,
                              akin__key_span(&link), err);
        n++;
    }
    if (st != AKIN_ENOTFOUND)
        return st;
    if (n_removed != NULL)
        *n_removed = n;
    return AKIN_OK;
}
