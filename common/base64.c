/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base64.c - RFC 4648 section 4, declared in akin/bytes.h.
 */
#include "akin/bytes.h"

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
akin_base64_encode(struct akin_span in, struct akin_buf *out)
{
    for (size_t i = 0; i < in.len; i += 3) {
        size_t left = in.len - i;
        uint32_t v = (uint32_t)in.data[i] << 16;
        char four[4];

        if (left > 1)
            v |= (uint32_t)in.data[i + 1] << 8;
        if (left > 2)
            v |= in.data[i + 2];
        four[0] = alphabet[v >> 18];
        four[1] = alphabet[v >> 12 & 63];
        four[2] = '=';
        four[3] = '=';
        if (left > 1)
            four[2] = alphabet[v >> 6 & 63];
        if (left > 2)
            four[3] = alphabet[v & 63];
        akin_buf_put(out, four, 4);
    }
}

/* 0..63, or 64 for white space, 65 for padding, 66 for anything else. */
static unsigned
sextet(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26u;
    if (c >= '0' && c <= '9')
        return c - '0' + 52u;
    if (c == '+' || c == '/')
        return c == '+' ? 62 : 63;
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t')
        return 64;
    return c == '=' ? 65 : 66;
}

/* Whole groups of four letters and nothing else, from `at` on: three bytes of
 * each go to `to`. Gives the letters taken. */
static size_t
decode_groups(struct akin_span in, size_t at, const uint8_t *table, uint8_t *to)
{
    size_t i = at;

    for (; in.len - i >= 4; i += 4) {
        uint32_t a = table[in.data[i]], b = table[in.data[i + 1]];
        uint32_t c = table[in.data[i + 2]], d = table[in.data[i + 3]];
        uint32_t v = a << 18 | b << 12 | c << 6 | d;

        if ((a | b | c | d) >= 64)
            break;
        *to++ = (uint8_t)(v >> 16);
        *to++ = (uint8_t)(v >> 8 & 0xff);
        *to++ = (uint8_t)(v & 0xff);
    }
    return i - at;
}

/* What is left over when the text ends: n_bits bits of v, n_pad signs '='. */
static enum akin_status
finish(uint32_t v, unsigned n_bits, unsigned n_pad, struct akin_error *err)
{
    bool full = (n_bits == 0 && n_pad == 0) || (n_bits == 4 && n_pad == 2) ||
                (n_bits == 2 && n_pad == 1);

    if (!full || (v & ((1u << n_bits) - 1)) != 0)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "base64: the text ends in the middle of a group");
    return AKIN_OK;
}

/* Writes behind out->len and counts in *n_bytes; room was made. */
static enum akin_status
decode(struct akin_span in, struct akin_buf *out, size_t *n_bytes,
       struct akin_error *err)
{
    unsigned n_bits = 0, n_pad = 0;
    uint8_t table[256];
    uint32_t v = 0;

    for (unsigned c = 0; c < 256; c++)
        table[c] = (uint8_t)sextet((uint8_t)c);
    for (size_t i = 0; i < in.len; i++) {
        unsigned s;

        if (n_bits == 0 && n_pad == 0) {
            size_t n =
                decode_groups(in, i, table, out->data + out->len + *n_bytes);

            i += n;
            *n_bytes += n / 4 * 3;
            if (i == in.len)
                break;
        }
        s = table[in.data[i]];
        if (s == 64)
            continue;
        if (s == 65)
            n_pad++;
        if (s == 66 || n_pad > 2 || (s < 64 && n_pad > 0))
            return AKIN_FAIL(err, AKIN_EFORMAT,
                             "base64: byte %zu (0x%02x) does not belong", i,
                             in.data[i]);
        if (s == 65)
            continue;
        v = (v << 6 | s) & 0xffff;
        n_bits += 6;
        if (n_bits >= 8) {
            n_bits -= 8;
            out->data[out->len + (*n_bytes)++] = (uint8_t)(v >> n_bits & 0xff);
        }
    }
    return finish(v, n_bits, n_pad, err);
}

enum akin_status
akin_base64_decode(struct akin_span in, struct akin_buf *out,
                   struct akin_error *err)
{
    enum akin_status st = akin_buf_reserve(out, in.len / 4 * 3 + 3, err);
    size_t n_bytes = 0;

    if (st != AKIN_OK)
        return st;
    st = decode(in, out, &n_bytes, err);
    if (st == AKIN_OK)
        out->len += n_bytes;
    out->data[out->len] = 0;
    return st;
}
