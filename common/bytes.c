/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
out_of_memory(size_t len)
{
    (void)fprintf(stderr, "akin: out of memory (%zu bytes)\n", len);
    abort();
}

struct akin_span
akin_span_of(const void *data, size_t len)
{
    return (struct akin_span){data, len};
}

struct akin_span
akin_span_str(const char *text)
{
    return akin_span_of(text, strlen(text));
}

struct akin_span
akin_buf_span(const struct akin_buf *buf)
{
    return akin_span_of(buf->data, buf->len);
}

bool
akin_span_equal(struct akin_span a, struct akin_span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

const char *
akin_buf_text(const struct akin_buf *buf)
{
    return buf->data == NULL ? "" : (const char *)buf->data;
}

/* One byte more than asked for is kept, for the final 0. */
enum akin_status
akin_buf_reserve(struct akin_buf *buf, size_t more, struct akin_error *err)
{
    size_t need, cap;
    uint8_t *data;

    if (!akin_size_add(buf->len, more, &need) || !akin_size_add(need, 1, &need))
        return AKIN_FAIL(err, AKIN_ENOMEM, "a buffer of that size cannot be");
    if (need <= buf->cap)
        return AKIN_OK;
    cap = buf->cap < 64 ? 64 : buf->cap;
    while (cap < need)
        cap = cap > SIZE_MAX / 2 ? need : cap * 2;
    data = realloc(buf->data, cap);
    if (data == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for %zu bytes", cap);
    data[buf->len] = 0;
    buf->data = data;
    buf->cap = cap;
    return AKIN_OK;
}

enum akin_status
akin_buf_append(struct akin_buf *buf, const void *data, size_t len,
                struct akin_error *err)
{
    enum akin_status st = akin_buf_reserve(buf, len, err);

    if (st != AKIN_OK)
        return st;
    if (len > 0)
        memcpy(buf->data + buf->len, data, len);
    buf->len += len;
    buf->data[buf->len] = 0;
    return AKIN_OK;
}

void
akin_buf_put(struct akin_buf *buf, const void *data, size_t len)
{
    if (akin_buf_append(buf, data, len, NULL) != AKIN_OK)
        out_of_memory(len);
}

void
akin_buf_puts(struct akin_buf *buf, const char *text)
{
    akin_buf_put(buf, text, strlen(text));
}

void
akin_buf_printf(struct akin_buf *buf, const char *fmt, ...)
{
    va_list args, again;
    int n;

    va_start(args, fmt);
    va_copy(again, args);
    n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (n > 0) {
        if (akin_buf_reserve(buf, (size_t)n, NULL) != AKIN_OK)
            out_of_memory((size_t)n);
        (void)vsnprintf((char *)buf->data + buf->len, (size_t)n + 1, fmt,
                        again);
        buf->len += (size_t)n;
    }
    va_end(again);
}

void
akin_buf_clear(struct akin_buf *buf)
{
    buf->len = 0;
    if (buf->data != NULL)
        buf->data[0] = 0;
}

void
akin_buf_free(struct akin_buf *buf)
{
    free(buf->data);
    *buf = (struct akin_buf){0};
}

uint8_t *
akin_buf_take(struct akin_buf *buf)
{
    uint8_t *data = buf->data;

    *buf = (struct akin_buf){0};
    return data;
}

char *
akin_strndup(const char *text, size_t len)
{
    size_t n = strnlen(text, len);
    char *copy = malloc(n + 1);

    if (copy == NULL)
        out_of_memory(n);
    memcpy(copy, text, n);
    copy[n] = '\0';
    return copy;
}

char *
akin_strdup(const char *text)
{
    return akin_strndup(text, strlen(text));
}

char
akin_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

void *
akin_new(size_t count, size_t size)
{
    void *memory = calloc(count == 0 ? 1 : count, size);

    if (memory == NULL)
        out_of_memory(count);
    return memory;
}

bool
akin_size_mul(size_t a, size_t b, size_t *out)
{
    size_t product;

    if (__builtin_mul_overflow(a, b, &product))
        return false;
    *out = product;
    return true;
}

bool
akin_size_add(size_t a, size_t b, size_t *out)
{
    size_t sum;

    if (__builtin_add_overflow(a, b, &sum))
        return false;
    *out = sum;
    return true;
}

uint16_t
akin_le16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

uint32_t
akin_le32(const uint8_t *p)
{
    return (uint32_t)akin_le16(p) | (uint32_t)akin_le16(p + 2) << 16;
}

uint64_t
akin_le64(const uint8_t *p)
{
    return (uint64_t)akin_le32(p) | (uint64_t)akin_le32(p + 4) << 32;
}

void
akin_put_le16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)(v & 0xff);
    p[1] = (uint8_t)(v >> 8);
}

void
akin_put_le32(uint8_t *p, uint32_t v)
{
    akin_put_le16(p, (uint16_t)(v & 0xffff));
    akin_put_le16(p + 2, (uint16_t)(v >> 16));
}

void
akin_put_le64(uint8_t *p, uint64_t v)
{
    akin_put_le32(p, (uint32_t)(v & 0xffffffff));
    akin_put_le32(p + 4, (uint32_t)(v >> 32));
}

uint32_t
akin_be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
           p[3];
}

uint64_t
akin_be64(const uint8_t *p)
{
    return (uint64_t)akin_be32(p) << 32 | akin_be32(p + 4);
}

void
akin_put_be32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 24);
    p[1] = (uint8_t)(v >> 16 & 0xff);
    p[2] = (uint8_t)(v >> 8 & 0xff);
    p[3] = (uint8_t)(v & 0xff);
}

void
akin_put_be64(uint8_t *p, uint64_t v)
{
    akin_put_be32(p, (uint32_t)(v >> 32));
    akin_put_be32(p + 4, (uint32_t)(v & 0xffffffff));
}
