/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store_manifest.c - the manifest's entries, and keys made of texts and
 * numbers. Nothing here knows LMDB.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "akin/feature.h"
#include "akin/hash.h"
#include "store_internal.h"

enum akin_status
akin_manifest_get(struct akin_txn *txn, const char *name,
                  struct akin_span *value, struct akin_error *err)
{
    return akin_txn_get(txn, AKIN_TABLE_MANIFEST, akin_span_str(name), value,
                        err);
}

enum akin_status
akin_manifest_put(struct akin_txn *txn, const char *name,
                  struct akin_span value, struct akin_error *err)
{
    return akin_txn_put(txn, AKIN_TABLE_MANIFEST, akin_span_str(name), value,
                        err);
}

/* Decimal digits and nothing else; false when it is no uint64_t. */
static bool
parse_number(struct akin_span text, uint64_t *out)
{
    uint64_t value = 0;

    if (text.len == 0)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        uint64_t digit = (uint64_t)text.data[i] - '0';

        if (digit > 9 || value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *out = value;
    return true;
}

enum akin_status
akin_manifest_number(struct akin_txn *txn, const char *name, uint64_t *out,
                     struct akin_error *err)
{
    struct akin_span text;
    enum akin_status st = akin_manifest_get(txn, name, &text, err);

    if (st == AKIN_ENOTFOUND) {
        *out = 0;
        return AKIN_OK;
    }
    if (st == AKIN_OK && !parse_number(text, out))
        st = AKIN_FAIL(err, AKIN_EFORMAT,
                       "the store's manifest: %s is not a number", name);
    return st;
}

enum akin_status
akin_manifest_set_number(struct akin_txn *txn, const char *name, uint64_t value,
                         struct akin_error *err)
{
    char text[24];

    (void)snprintf(text, sizeof(text), "%" PRIu64, value);
    return akin_manifest_put(txn, name, akin_span_str(text), err);
}

enum akin_status
akin_manifest_next(struct akin_txn *txn, const char *name, uint64_t *out,
                   struct akin_error *err)
{
    uint64_t last = 0;
    enum akin_status st = akin_manifest_number(txn, name, &last, err);

    if (st == AKIN_OK && last == UINT64_MAX)
        st = AKIN_FAIL(err, AKIN_ELIMIT, "the counter %s is used up", name);
    if (st == AKIN_OK)
        st = akin_manifest_set_number(txn, name, last + 1, err);
    if (st == AKIN_OK)
        *out = last + 1;
    return st;
}

static bool
random_bytes(uint8_t *out, size_t n)
{
    int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    size_t got = 0;

    if (fd < 0)
        return false;
    while (got < n) {
        ssize_t more = read(fd, out + got, n - got);

        if (more <= 0)
            break;
        got += (size_t)more;
    }
    (void)close(fd);
    return got == n;
}

/* A random UUID (RFC 4122 section 4.4), so that two stores can be told apart
 * when their folders are moved about. */
static void
make_uuid(char out[37])
{
    uint8_t b[16];

    if (!random_bytes(b, sizeof(b))) {
        /* No random device: time and process tell stores apart well enough,
         * since nothing secret hangs on this name. */
        struct timespec now = {0};
        uint64_t seed;

        (void)clock_gettime(CLOCK_REALTIME, &now);
        seed = akin_hash_mix((uint64_t)now.tv_sec, (uint64_t)now.tv_nsec);
        akin_put_le64(b, akin_hash_mix(seed, (uint64_t)getpid()));
        akin_put_le64(b + 8, akin_hash_mix(seed, 1 + (uint64_t)getpid()));
    }
    b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
    b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
    (void)snprintf(out, 37,
                   "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
                   "%02x%02x%02x%02x%02x%02x",
                   b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9],
                   b[10], b[11], b[12], b[13], b[14], b[15]);
}

enum akin_status
akin__manifest_create(struct akin_txn *txn, const struct akin_feature_set *set,
                      struct akin_error *err)
{
    enum akin_status st;
    char uuid[37];

    make_uuid(uuid);
    st =
        akin_manifest_set_number(txn, AKIN__MANIFEST_SCHEMA, AKIN__SCHEMA, err);
    if (st == AKIN_OK)
        st = akin_manifest_put(txn, AKIN__MANIFEST_FEATURES,
                               akin_span_str(set->id), err);
    if (st == AKIN_OK)
        st = akin_manifest_set_number(txn, AKIN__MANIFEST_CREATED,
                                      (uint64_t)time(NULL), err);
    if (st == AKIN_OK)
        st = akin_manifest_put(txn, AKIN_MANIFEST_UUID, akin_span_str(uuid),
                               err);
    return st;
}

enum akin_status
akin__manifest_check(struct akin_txn *txn, struct akin_feature_set *out,
                     struct akin_error *err)
{
    struct akin_span features;
    uint64_t schema = 0;
    enum akin_status st;

    st = akin_manifest_number(txn, AKIN__MANIFEST_SCHEMA, &schema, err);
    if (st != AKIN_OK)
        return st;
    if (schema != AKIN__SCHEMA)
        return AKIN_FAIL(err, AKIN_ESTALE,
                         "the store has schema %" PRIu64
                         "; this program needs schema %d: index it again",
                         schema, AKIN__SCHEMA);
    st = akin_manifest_get(txn, AKIN__MANIFEST_FEATURES, &features, err);
    if (st == AKIN_ENOTFOUND)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "the store's manifest names no feature set");
    if (st != AKIN_OK)
        return st;
    if (!akin_feature_set_parse(features, out))
        return AKIN_FAIL(err, AKIN_ESTALE,
                         "the store holds features \"%.*s\"; this program "
                         "makes \"%s\": index it again",
                         (int)(features.len < 64 ? features.len : 64),
                         (const char *)features.data, AKIN_FEATURE_SET);
    return AKIN_OK;
}

void
akin_store_text_key(const char *text, struct akin_buf *out)
{
    struct akin_span span = akin_span_str(text);
    struct akin_hash hash;
    size_t head;

    if (span.len <= AKIN_KEY_MAX) {
        akin_buf_put(out, span.data, span.len);
        return;
    }
    /* The zero byte cannot be in a text, so no short text has this key. */
    hash = akin_hash_of(span);
    head = AKIN_KEY_MAX - 1 - sizeof(hash.bytes);
    akin_buf_put(out, span.data, head);
    akin_buf_put(out, "", 1);
    akin_buf_put(out, hash.bytes, sizeof(hash.bytes));
}

struct akin__key
akin__key_number(uint32_t number)
{
    struct akin__key key = {.len = 4};

    akin_put_be32(key.bytes, number);
    return key;
}

struct akin__key
akin__key_pair(uint32_t first, uint32_t second)
{
    struct akin__key key = {.len = 8};

    akin_put_be32(key.bytes, first);
    akin_put_be32(key.bytes + 4, second);
    return key;
}

struct akin_span
akin__key_span(const struct akin__key *key)
{
    return akin_span_of(key->bytes, key->len);
}

enum akin_status
akin__keys_collect(struct akin_txn *txn, enum akin_table table,
                   struct akin_span prefix, akin__wanted_fn *wanted, void *ctx,
                   struct akin_buf *keys, struct akin_error *err)
{
    struct akin_cursor cur = {0};
    enum akin_status st;

    while ((st = akin_cursor_next(txn, table, prefix, &cur, err)) == AKIN_OK) {
        uint8_t len[2];

        if (wanted != NULL && !wanted(ctx, cur.key, cur.value))
            continue;
        akin_put_le16(len, (uint16_t)cur.key.len);
        akin_buf_put(keys, len, sizeof(len));
        akin_buf_put(keys, cur.key.data, cur.key.len);
    }
    akin_cursor_end(&cur);
    return st == AKIN_ENOTFOUND ? AKIN_OK : st;
}

enum akin_status
akin__keys_delete(struct akin_txn *txn, enum akin_table table,
                  struct akin_span keys, struct akin_error *err)
{
    enum akin_status st = AKIN_OK;

    for (size_t at = 0; st == AKIN_OK && at < keys.len;) {
        size_t len = akin_le16(keys.data + at);

        st = akin_txn_del(txn, table, akin_span_of(keys.data + at + 2, len),
                          err);
        at += 2 + len;
    }
    return st;
}
