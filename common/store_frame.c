/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "akin/hash.h"
#include "store_internal.h"

#define VERSION 1

void
akin__frame_begin(struct akin_buf *out, enum akin__frame_kind kind,
                  uint32_t number)
{
    const uint8_t head[4] = {(uint8_t)kind, VERSION, 0, 0};

    akin_buf_clear(out);
    akin_buf_put(out, head, sizeof(head));
    akin__frame_u32(out, number);
}

void
akin__frame_u32(struct akin_buf *out, uint32_t value)
{
    uint8_t bytes[4];

    akin_put_le32(bytes, value);
    akin_buf_put(out, bytes, sizeof(bytes));
}

void
akin__frame_u64(struct akin_buf *out, uint64_t value)
{
    uint8_t bytes[8];

    akin_put_le64(bytes, value);
    akin_buf_put(out, bytes, sizeof(bytes));
}

void
akin__frame_real(struct akin_buf *out, double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof(bits));
    akin__frame_u64(out, bits);
}

void
akin__frame_text(struct akin_buf *out, struct akin_span text)
{
    akin__frame_u32(out, (uint32_t)text.len);
    if (text.len > 0)
        akin_buf_put(out, text.data, text.len);
}

void
akin__frame_end(struct akin_buf *out)
{
    struct akin_hash hash = akin_hash_of(akin_buf_span(out));

    akin_buf_put(out, hash.bytes, AKIN__FRAME_TAIL);
}

enum akin_status
akin__frame_open(struct akin_span value, enum akin__frame_kind kind,
                 uint32_t number, struct akin__reader *out,
                 struct akin_error *err)
{
    const size_t around = AKIN__FRAME_HEAD + AKIN__FRAME_TAIL;
    struct akin_hash hash;
    size_t body;

    if (value.len < around)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "a stored value is cut off after %zu bytes",
                         value.len);
    body = value.len - AKIN__FRAME_TAIL;
    hash = akin_hash_of(akin_span_of(value.data, body));
    if (memcmp(hash.bytes, value.data + body, AKIN__FRAME_TAIL) != 0)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "a stored value is damaged: its check sum is wrong");
    if (value.data[0] != (uint8_t)kind || akin_le32(value.data + 4) != number)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "a stored value is not where it belongs");
    if (value.data[1] != VERSION)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "a stored value has form %u; this program knows "
                         "form %d",
                         value.data[1], VERSION);
    out->at = value.data + AKIN__FRAME_HEAD;
    out->left = value.len - around;
    out->is_broken = false;
    return AKIN_OK;
}

struct akin_span
akin__read_bytes(struct akin__reader *reader, size_t n)
{
    struct akin_span out = {NULL, 0};

    if (reader->is_broken || n > reader->left) {
        reader->is_broken = true;
        return out;
    }
    out = akin_span_of(reader->at, n);
    reader->at += n;
    reader->left -= n;
    return out;
}

uint32_t
akin__read_u32(struct akin__reader *reader)
{
    struct akin_span bytes = akin__read_bytes(reader, 4);

    return bytes.len == 4 ? akin_le32(bytes.data) : 0;
}

uint64_t
akin__read_u64(struct akin__reader *reader)
{
    struct akin_span bytes = akin__read_bytes(reader, 8);

    return bytes.len == 8 ? akin_le64(bytes.data) : 0;
}

double
akin__read_real(struct akin__reader *reader)
{
    uint64_t bits = akin__read_u64(reader);
    double value;

    memcpy(&value, &bits, sizeof(value));
    return value;
}

struct akin_span
akin__read_text(struct akin__reader *reader)
{
    return akin__read_bytes(reader, akin__read_u32(reader));
}

bool
akin__read_done(const struct akin__reader *reader)
{
    return !reader->is_broken && reader->left == 0;
}
