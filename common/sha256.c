/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sha256.c - SHA-256 by nettle; the only file that sees it.
 */
#include "akin/sha256.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nettle/sha2.h>

#define PART_BYTES 65536

struct akin_sha256 {
    struct sha256_ctx ctx;
};

struct akin_sha256 *
akin_sha256_new(void)
{
    struct akin_sha256 *sum = akin_new(1, sizeof(*sum));

    sha256_init(&sum->ctx);
    return sum;
}

void
akin_sha256_add(struct akin_sha256 *sum, struct akin_span bytes)
{
    if (bytes.len > 0)
        sha256_update(&sum->ctx, bytes.len, bytes.data);
}

static void
write_digits(const uint8_t digest[SHA256_DIGEST_SIZE],
             char out[AKIN_SHA256_TEXT])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < SHA256_DIGEST_SIZE; i++) {
        out[2 * i] = digits[digest[i] >> 4];
        out[2 * i + 1] = digits[digest[i] & 15];
    }
    out[AKIN_SHA256_TEXT - 1] = '\0';
}

void
akin_sha256_end(struct akin_sha256 *sum, char out[AKIN_SHA256_TEXT])
{
    uint8_t digest[SHA256_DIGEST_SIZE];

    sha256_digest(&sum->ctx, sizeof(digest), digest);
    write_digits(digest, out);
    free(sum);
}

void
akin_sha256_of(struct akin_span bytes, char out[AKIN_SHA256_TEXT])
{
    struct akin_sha256 *sum = akin_sha256_new();

    akin_sha256_add(sum, bytes);
    akin_sha256_end(sum, out);
}

static enum akin_status
add_file(FILE *file, const char *path, struct akin_sha256 *sum, uint64_t *n,
         struct akin_error *err)
{
    uint8_t part[PART_BYTES];
    size_t got;

    while ((got = fread(part, 1, sizeof(part), file)) > 0) {
        akin_sha256_add(sum, akin_span_of(part, got));
        *n += got;
    }
    if (ferror(file) != 0)
        return AKIN_FAIL(err, AKIN_EIO, "cannot read %s: %s", path,
                         strerror(errno));
    return AKIN_OK;
}

enum akin_status
akin_sha256_file(const char *path, char out[AKIN_SHA256_TEXT],
                 uint64_t *n_bytes, struct akin_error *err)
{
    FILE *file = fopen(path, "rb");
    struct akin_sha256 *sum;
    uint64_t n = 0;
    enum akin_status st;

    if (file == NULL)
        return AKIN_FAIL(err, errno == ENOENT ? AKIN_ENOTFOUND : AKIN_EIO,
                         "cannot open %s: %s", path, strerror(errno));
    sum = akin_sha256_new();
    st = add_file(file, path, sum, &n, err);
    (void)fclose(file);
    akin_sha256_end(sum, out);
    if (st == AKIN_OK && n_bytes != NULL)
        *n_bytes = n;
    return st;
}
