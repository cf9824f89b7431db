/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bitmap.c - sets of numbers in CRoaring's containers.
 *
 * The form on disk is our own: CRoaring's reader takes containers as they come
 * (unsorted, with a wrong count), and what is made of such bytes is not safe to
 * use. Gaps cannot be wrong in that way.
 */
#include "akin/bitmap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <roaring/roaring.h>

#include "akin/hash.h"

#define MAGIC "AKBM"
#define HEAD ((size_t)8)
#define TAIL ((size_t)8)

struct akin_bitmap {
    roaring_bitmap_t *set;
};

static struct akin_bitmap *
wrap(roaring_bitmap_t *set)
{
    struct akin_bitmap *bitmap = akin_new(1, sizeof(*bitmap));

    if (set == NULL) {
        (void)fputs("akin: out of memory for a set of numbers\n", stderr);
        abort();
    }
    bitmap->set = set;
    return bitmap;
}

struct akin_bitmap *
akin_bitmap_new(void)
{
    return wrap(roaring_bitmap_create());
}

struct akin_bitmap *
akin_bitmap_copy(const struct akin_bitmap *bitmap)
{
    return wrap(roaring_bitmap_copy(bitmap->set));
}

struct akin_bitmap *
akin_bitmap_of(const uint32_t *numbers, size_t n)
{
    struct akin_bitmap *bitmap = akin_bitmap_new();

    if (n > 0)
        roaring_bitmap_add_many(bitmap->set, n, numbers);
    return bitmap;
}

void
akin_bitmap_free(struct akin_bitmap *bitmap)
{
    if (bitmap == NULL)
        return;
    roaring_bitmap_free(bitmap->set);
    free(bitmap);
}

void
akin_bitmap_add(struct akin_bitmap *bitmap, uint32_t number)
{
    roaring_bitmap_add(bitmap->set, number);
}

void
akin_bitmap_remove(struct akin_bitmap *bitmap, uint32_t number)
{
    roaring_bitmap_remove(bitmap->set, number);
}

bool
akin_bitmap_has(const struct akin_bitmap *bitmap, uint32_t number)
{
    return roaring_bitmap_contains(bitmap->set, number);
}

void
akin_bitmap_and(struct akin_bitmap *bitmap, const struct akin_bitmap *other)
{
    roaring_bitmap_and_inplace(bitmap->set, other->set);
}

void
akin_bitmap_or(struct akin_bitmap *bitmap, const struct akin_bitmap *other)
{
    roaring_bitmap_or_inplace(bitmap->set, other->set);
}

void
akin_bitmap_andnot(struct akin_bitmap *bitmap, const struct akin_bitmap *other)
{
    /* CRoaring does not allow the two to be the same object. */
    if (bitmap == other)
        roaring_bitmap_clear(bitmap->set);
    else
        roaring_bitmap_andnot_inplace(bitmap->set, other->set);
}

size_t
akin_bitmap_count(const struct akin_bitmap *bitmap)
{
    return (size_t)roaring_bitmap_get_cardinality(bitmap->set);
}

size_t
akin_bitmap_and_count(const struct akin_bitmap *a, const struct akin_bitmap *b)
{
    return (size_t)roaring_bitmap_and_cardinality(a->set, b->set);
}

bool
akin_bitmap_equal(const struct akin_bitmap *a, const struct akin_bitmap *b)
{
    return roaring_bitmap_equals(a->set, b->set);
}

void
akin_bitmap_numbers(const struct akin_bitmap *bitmap, uint32_t *out)
{
    roaring_bitmap_to_uint32_array(bitmap->set, out);
}

void
akin_bitmap_each(const struct akin_bitmap *bitmap, akin_bitmap_fn *fn,
                 void *ctx)
{
    (void)roaring_iterate(bitmap->set, fn, ctx);
}

void
akin_bitmap_pack(struct akin_bitmap *bitmap)
{
    (void)roaring_bitmap_run_optimize(bitmap->set);
    (void)roaring_bitmap_shrink_to_fit(bitmap->set);
}

/* --- as bytes --- */

struct writing {
    struct akin_buf *out;
    uint64_t next; /* the smallest number that may follow */
};

static bool
write_gap(uint32_t number, void *ctx)
{
    struct writing *writing = ctx;
    uint64_t gap = number - writing->next;
    uint8_t bytes[5];
    size_t n = 0;

    do {
        bytes[n] = (uint8_t)(gap & 0x7f);
        gap >>= 7;
        bytes[n] |= gap > 0 ? 0x80 : 0;
        n++;
    } while (gap > 0);
    akin_buf_put(writing->out, bytes, n);
    writing->next = (uint64_t)number + 1;
    return true;
}

void
akin_bitmap_write(const struct akin_bitmap *bitmap, struct akin_buf *out)
{
    struct writing writing = {out, 0};
    size_t start = out->len;
    struct akin_hash hash;
    uint8_t count[4];

    akin_buf_put(out, MAGIC, 4);
    akin_put_le32(count, (uint32_t)akin_bitmap_count(bitmap));
    akin_buf_put(out, count, sizeof(count));
    akin_bitmap_each(bitmap, write_gap, &writing);
    hash = akin_hash_of(akin_span_of(out->data + start, out->len - start));
    akin_buf_put(out, hash.bytes, TAIL);
}

/* One gap at *at; false: it does not end, or is longer than it needs to be. */
static bool
read_gap(struct akin_span bytes, size_t *at, uint64_t *gap)
{
    *gap = 0;
    for (unsigned shift = 0; shift <= 28 && *at < bytes.len; shift += 7) {
        uint8_t byte = bytes.data[(*at)++];

        *gap |= (uint64_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0)
            return byte != 0 || shift == 0;
    }
    return false;
}

static bool
read_gaps(struct akin_span bytes, uint32_t count, struct akin_bitmap *out)
{
    size_t at = HEAD;
    uint64_t next = 0;

    for (uint32_t i = 0; i < count; i++) {
        uint64_t gap = 0;

        if (!read_gap(bytes, &at, &gap) || next + gap > UINT32_MAX)
            return false;
        akin_bitmap_add(out, (uint32_t)(next + gap));
        next += gap + 1;
    }
    return at == bytes.len;
}

enum akin_status
akin_bitmap_read(struct akin_span bytes, struct akin_bitmap **out,
                 struct akin_error *err)
{
    struct akin_bitmap *bitmap;
    struct akin_hash hash;

    if (bytes.len < HEAD + TAIL || memcmp(bytes.data, MAGIC, 4) != 0)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "these %zu bytes are not a set of numbers", bytes.len);
    bytes.len -= TAIL;
    hash = akin_hash_of(bytes);
    if (memcmp(hash.bytes, bytes.data + bytes.len, TAIL) != 0)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "a set of numbers was changed or cut off");
    bitmap = akin_bitmap_new();
    if (!read_gaps(bytes, akin_le32(bytes.data + 4), bitmap)) {
        akin_bitmap_free(bitmap);
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "a set of numbers does not hold what it counts");
    }
    *out = bitmap;
    return AKIN_OK;
}
