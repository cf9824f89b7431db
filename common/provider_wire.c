/* SPDX-License-Identifier: Apache-2.0 */
#include "provider_wire.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static const uint8_t magic[4] = {'A', 'K', 'D', 'P'};

static void
put_head(uint8_t *p, enum akin__provider_kind kind, uint32_t number)
{
    memcpy(p, magic, sizeof(magic));
    akin_put_le16(p + 4, AKIN__PROVIDER_VERSION);
    akin_put_le16(p + 6, (uint16_t)kind);
    akin_put_le32(p + 8, number);
}

/* 0: there is no such shape. */
static size_t
shape_bytes(size_t n, size_t edge, size_t channels)
{
    if (n == 0 || n > AKIN__PROVIDER_TILES || edge == 0 ||
        edge > AKIN__PROVIDER_EDGE || (channels != 1 && channels != 3))
        return 0;
    return n * edge * edge * channels; /* at most 3 << 30 */
}

enum akin_status
akin__provider_put_request(uint32_t number,
                           const struct akin_provider_tiles *tiles,
                           struct akin_buf *out, struct akin_error *err)
{
    uint8_t head[AKIN__PROVIDER_HEAD] = {0};
    enum akin_status st;
    size_t bytes = 0;

    akin_buf_clear(out);
    put_head(head, AKIN__PROVIDER_HELLO, number);
    if (tiles != NULL) {
        bytes = shape_bytes(tiles->n, tiles->edge, tiles->channels);
        if (bytes == 0)
            return AKIN_FAIL(err, AKIN_ELIMIT,
                             "%zu tiles of %" PRIu32 " px cannot be asked for "
                             "at once",
                             tiles->n, tiles->edge);
        put_head(head, AKIN__PROVIDER_DESCRIBE, number);
        akin_put_le32(head + 12, (uint32_t)tiles->n);
        akin_put_le32(head + 16, tiles->edge);
        akin_put_le32(head + 20, tiles->channels);
    }
    st = akin_buf_append(out, head, sizeof(head), err);
    if (st == AKIN_OK && tiles != NULL)
        st = akin_buf_append(out, tiles->px, bytes, err);
    return st;
}

static enum akin_status
check_start(struct akin_span message, struct akin_error *err)
{
    const uint8_t *p = message.data;

    if (message.len < AKIN__PROVIDER_HEAD ||
        memcmp(p, magic, sizeof(magic)) != 0)
        return AKIN_FAIL(err, AKIN_EIO,
                         "the message does not start with a head of "
                         "\"AKDP\"");
    if (akin_le16(p + 4) != AKIN__PROVIDER_VERSION)
        return AKIN_FAIL(err, AKIN_EIO,
                         "the message has version %u; this akin speaks %d",
                         akin_le16(p + 4), AKIN__PROVIDER_VERSION);
    return AKIN_OK;
}

enum akin_status
akin__provider_get_request(struct akin_span message,
                           struct akin__provider_request *out,
                           struct akin_error *err)
{
    enum akin_status st = check_start(message, err);
    const uint8_t *p = message.data;
    size_t bytes = 0;

    if (st != AKIN_OK)
        return st;
    *out = (struct akin__provider_request){
        .kind = (enum akin__provider_kind)akin_le16(p + 6),
        .number = akin_le32(p + 8),
        .tiles = {.px = p + AKIN__PROVIDER_HEAD,
                  .n = akin_le32(p + 12),
                  .edge = akin_le32(p + 16),
                  .channels = akin_le32(p + 20)}};
    if (out->kind == AKIN__PROVIDER_DESCRIBE)
        bytes = shape_bytes(out->tiles.n, out->tiles.edge, out->tiles.channels);
    else if (out->kind != AKIN__PROVIDER_HELLO)
        return AKIN_FAIL(err, AKIN_EIO, "a request of kind %u",
                         akin_le16(p + 6));
    if ((out->kind == AKIN__PROVIDER_DESCRIBE && bytes == 0) ||
        message.len != AKIN__PROVIDER_HEAD + bytes)
        return AKIN_FAIL(err, AKIN_EIO,
                         "a request of %zu bytes does not hold the tiles that "
                         "it counts",
                         message.len);
    return AKIN_OK;
}

size_t
akin__provider_reply_max(size_t n)
{
    return AKIN__PROVIDER_HEAD + AKIN__PROVIDER_REASON +
           n * AKIN_FEATURES_MAX * sizeof(float);
}

/* Its own words, made fit for a terminal. */
static enum akin_status
fail_refused(struct akin_span reason, struct akin_error *err)
{
    char text[AKIN__PROVIDER_REASON + 1];
    size_t n = 0;

    for (; n < reason.len && n < AKIN__PROVIDER_REASON; n++)
        text[n] = reason.data[n] >= ' ' && reason.data[n] <= '~'
                      ? (char)reason.data[n]
                      : '?';
    text[n] = '\0';
    return AKIN_FAIL(err, AKIN_EAGAIN, "it refused: %s",
                     n == 0 ? "(no reason given)" : text);
}

static enum akin_status
read_floats(const uint8_t *p, size_t n, size_t dim, float *out,
            struct akin_error *err)
{
    for (size_t i = 0; i < n * dim; i++) {
        uint32_t bits = akin_le32(p + 4 * i);
        float value;

        memcpy(&value, &bits, sizeof(value));
        if (!(fabsf(value) <= AKIN__PROVIDER_LARGEST))
            return AKIN_FAIL(err, AKIN_EIO,
                             "number %zu of tile %zu is not finite or beyond "
                             "%g",
                             i % dim, i / dim, (double)AKIN__PROVIDER_LARGEST);
        if (out != NULL)
            out[i] = value;
    }
    return AKIN_OK;
}

/* Kind and number of the reply; the text's length is within the message. */
static enum akin_status
check_head(struct akin_span message, const struct akin__provider_wanted *wanted,
           struct akin_error *err)
{
    enum akin_status st = check_start(message, err);
    const uint8_t *p = message.data;
    size_t text_len, left;

    if (st != AKIN_OK)
        return st;
    text_len = akin_le32(p + 20);
    left = message.len - AKIN__PROVIDER_HEAD;
    if (akin_le32(p + 8) != wanted->number)
        return AKIN_FAIL(err, AKIN_EIO,
                         "an answer to request %" PRIu32 " instead of "
                         "%" PRIu32,
                         akin_le32(p + 8), wanted->number);
    if (text_len > left || text_len > AKIN__PROVIDER_REASON)
        return AKIN_FAIL(err, AKIN_EIO,
                         "a text of %zu bytes in an answer of %zu", text_len,
                         message.len);
    if (akin_le16(p + 6) == AKIN__PROVIDER_REFUSED)
        return fail_refused(akin_span_of(p + AKIN__PROVIDER_HEAD, text_len),
                            err);
    if (akin_le16(p + 6) != (unsigned)wanted->kind)
        return AKIN_FAIL(err, AKIN_EIO,
                         "an answer of kind %u to a request of "
                         "kind %u",
                         akin_le16(p + 6), (unsigned)wanted->kind);
    return AKIN_OK;
}

enum akin_status
akin__provider_get_reply(struct akin_span message,
                         const struct akin__provider_wanted *wanted,
                         struct akin_feature_set *set, float *out,
                         struct akin_error *err)
{
    enum akin_status st = check_head(message, wanted, err);
    const uint8_t *p = message.data;
    struct akin_error why = {0};
    size_t name_len, floats_len;

    if (st != AKIN_OK)
        return st;
    name_len = akin_le32(p + 20);
    if (akin_feature_set_external(
            akin_span_of(p + AKIN__PROVIDER_HEAD, name_len), akin_le32(p + 16),
            set, &why) != AKIN_OK)
        return AKIN_FAIL(err, AKIN_EIO, "%s", why.text);
    if (wanted->set != NULL && !akin_feature_set_same(set, wanted->set))
        return AKIN_FAIL(err, AKIN_ESTALE,
                         "it makes features \"%s\", the store holds \"%s\"",
                         set->id, wanted->set->id);
    if (akin_le32(p + 12) != wanted->n)
        return AKIN_FAIL(err, AKIN_EIO,
                         "%" PRIu32 " tiles described instead of %zu",
                         akin_le32(p + 12), wanted->n);
    floats_len = message.len - AKIN__PROVIDER_HEAD - name_len;
    if (floats_len != wanted->n * set->n * sizeof(float))
        return AKIN_FAIL(err, AKIN_EIO,
                         "%zu bytes of numbers instead of %zu tiles x %zu "
                         "floats",
                         floats_len, wanted->n, set->n);
    return read_floats(p + AKIN__PROVIDER_HEAD + name_len, wanted->n, set->n,
                       out, err);
}
