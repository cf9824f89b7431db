/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hash.c - the only file that sees xxhash.h.
 */
#include "akin/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#define READ_BYTES ((size_t)1 << 18)

static struct akin_hash
canonical(XXH128_hash_t value)
{
    XXH128_canonical_t form;
    struct akin_hash out;

    XXH128_canonicalFromHash(&form, value);
    memcpy(out.bytes, form.digest, sizeof(out.bytes));
    return out;
}

struct akin_hash
akin_hash_of(struct akin_span bytes)
{
    return canonical(XXH3_128bits(bytes.data, bytes.len));
}

static enum akin_status
hash_fd(int fd, XXH3_state_t *state, uint8_t *block, struct akin_error *err)
{
    for (;;) {
        ssize_t n = read(fd, block, READ_BYTES);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return AKIN_FAIL(err, AKIN_EIO, "read: %s", strerror(errno));
        if (n == 0)
            return AKIN_OK;
        (void)XXH3_128bits_update(state, block, (size_t)n);
    }
}

enum akin_status
akin_hash_file(const char *path, struct akin_hash *out, struct akin_error *err)
{
    XXH3_state_t *state = NULL;
    uint8_t *block = NULL;
    enum akin_status st;
    /* O_NONBLOCK: a named pipe must not hold us up before it is refused. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat sb;

    if (fd < 0)
        return AKIN_FAIL(err, errno == ENOENT ? AKIN_ENOTFOUND : AKIN_EIO,
                         "open: %s", strerror(errno));
    if (fstat(fd, &sb) != 0 || !S_ISREG(sb.st_mode)) {
        st = AKIN_FAIL(err, AKIN_EINVAL, "it is not a regular file");
        goto done;
    }
    state = XXH3_createState();
    block = malloc(READ_BYTES);
    if (state == NULL || block == NULL) {
        st = AKIN_FAIL(err, AKIN_ENOMEM, "no memory to hash a file");
        goto done;
    }
    (void)XXH3_128bits_reset(state);
    st = hash_fd(fd, state, block, err);
    if (st == AKIN_OK)
        *out = canonical(XXH3_128bits_digest(state));
done:
    free(block);
    (void)XXH3_freeState(state);
    (void)close(fd);
    return st;
}

void
akin_hash_text(const struct akin_hash *hash, char out[AKIN_HASH_TEXT])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < sizeof(hash->bytes); i++) {
        out[2 * i] = digits[hash->bytes[i] >> 4];
        out[2 * i + 1] = digits[hash->bytes[i] & 15];
    }
    out[2 * sizeof(hash->bytes)] = '\0';
}

static int
digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool
akin_hash_parse(const char *text, struct akin_hash *out)
{
    struct akin_hash hash;

    if (strlen(text) != 2 * sizeof(hash.bytes))
        return false;
    for (size_t i = 0; i < sizeof(hash.bytes); i++) {
        int high = digit_of(text[2 * i]), low = digit_of(text[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        hash.bytes[i] = (uint8_t)(high << 4 | low);
    }
    *out = hash;
    return true;
}

uint64_t
akin_hash_mix(uint64_t a, uint64_t b)
{
    uint8_t bytes[16];

    akin_put_le64(bytes, a);
    akin_put_le64(bytes + 8, b);
    return XXH3_64bits(bytes, sizeof(bytes));
}
