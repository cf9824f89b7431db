/* SPDX-License-Identifier: Apache-2.0 */
/*
 * generation_seal.c - does a file still have the bytes that the manifest names?
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "generation_internal.h"

#define WHOLE_BYTES ((uint64_t)1 << 20)
#define EDGE_BYTES ((uint64_t)1 << 16)
#define BLOCK_BYTES ((uint64_t)1 << 12)
#define N_BLOCKS ((uint64_t)64)

static enum akin_status
fail_file(struct akin_error *err, const char *what, const char *path)
{
    return AKIN_FAIL(err, errno == ENOENT ? AKIN_ENOTFOUND : AKIN_EIO,
                     "cannot %s %s: %s", what, path, strerror(errno));
}

/* Appends the bytes at offset .. offset + len to *out. */
static enum akin_status
read_at(int fd, uint64_t offset, uint64_t len, struct akin_buf *out,
        struct akin_error *err)
{
    enum akin_status st = akin_buf_reserve(out, (size_t)len, err);
    uint64_t done = 0;

    while (st == AKIN_OK && done < len) {
        ssize_t n = pread(fd, out->data + out->len, (size_t)(len - done),
                          (off_t)(offset + done));

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return AKIN_FAIL(err, AKIN_EIO, "read: %s",
                             n < 0 ? strerror(errno) : "the file shrank");
        out->len += (size_t)n;
        done += (uint64_t)n;
    }
    return st;
}

static enum akin_status
read_sample(int fd, uint64_t size, struct akin_buf *out, struct akin_error *err)
{
    enum akin_status st;

    if (size <= WHOLE_BYTES)
        return read_at(fd, 0, size, out, err);
    st = read_at(fd, 0, EDGE_BYTES, out, err);
    for (uint64_t i = 0; st == AKIN_OK && i < N_BLOCKS; i++)
        st = read_at(fd, size / N_BLOCKS * i, BLOCK_BYTES, out, err);
    return st == AKIN_OK ? read_at(fd, size - EDGE_BYTES, EDGE_BYTES, out, err)
                         : st;
}

enum akin_status
akin__file_sample(const char *path, uint64_t *size_bytes, struct akin_hash *out,
                  struct akin_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct akin_buf buf = {0};
    uint8_t size_text[8];
    enum akin_status st;
    struct stat sb;

    if (fd < 0)
        return fail_file(err, "open", path);
    if (fstat(fd, &sb) != 0) {
        st = fail_file(err, "look at", path);
    } else {
        akin_put_le64(size_text, (uint64_t)sb.st_size);
        akin_buf_put(&buf, size_text, sizeof(size_text));
        st = read_sample(fd, (uint64_t)sb.st_size, &buf, err);
        if (st != AKIN_OK)
            akin_error_prefix(err, "%s", path);
    }
    if (st == AKIN_OK) {
        *size_bytes = (uint64_t)sb.st_size;
        *out = akin_hash_of(akin_buf_span(&buf));
    }
    akin_buf_free(&buf);
    (void)close(fd);
    return st;
}

static void
set_hash(struct akin_json *object, const char *key,
         const struct akin_hash *hash)
{
    char text[AKIN_HASH_TEXT];

    akin_hash_text(hash, text);
    akin_json_set_text(object, key, text);
}

enum akin_status
akin__seal_make(const char *path, struct akin_json **out,
                struct akin_error *err)
{
    struct akin_hash hash, sample;
    struct akin_json *seal;
    uint64_t size = 0;
    enum akin_status st = akin__file_sample(path, &size, &sample, err);

    if (st == AKIN_OK)
        st = akin_hash_file(path, &hash, err);
    if (st != AKIN_OK)
        return st;
    seal = akin_json_object();
    akin_json_set_int(seal, "bytes", (int64_t)size);
    set_hash(seal, "hash", &hash);
    set_hash(seal, "sample", &sample);
    *out = seal;
    return AKIN_OK;
}

enum akin_status
akin__seal_check(const struct akin_json *seal, const char *path,
                 struct akin_error *err)
{
    const char *want_text = akin_json_text(seal, "sample");
    struct akin_hash want, is;
    enum akin_status st;
    uint64_t size = 0;
    int64_t want_size;

    if (!akin_json_int(akin_json_get(seal, "bytes"), &want_size) ||
        want_text == NULL || !akin_hash_parse(want_text, &want))
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "the manifest does not say what %s should hold", path);
    st = akin__file_sample(path, &size, &is, err);
    if (st != AKIN_OK)
        return st;
    if (want_size < 0 || size != (uint64_t)want_size)
        return AKIN_FAIL(err, AKIN_ESTALE,
                         "%s has %" PRIu64 " bytes, the manifest says %" PRId64,
                         path, size, want_size);
    if (memcmp(want.bytes, is.bytes, sizeof(is.bytes)) != 0)
        return AKIN_FAIL(err, AKIN_ESTALE,
                         "%s is not the file that the manifest describes (its "
                         "hash differs)",
                         path);
    return AKIN_OK;
}

enum akin_status
akin__seal_check_all(const struct akin_json *seal, const char *path,
                     struct akin_error *err)
{
    const char *want_text = akin_json_text(seal, "hash");
    struct akin_hash want, is;
    enum akin_status st = akin__seal_check(seal, path, err);

    if (st == AKIN_OK)
        st = akin_hash_file(path, &is, err);
    if (st == AKIN_OK &&
        (want_text == NULL || !akin_hash_parse(want_text, &want) ||
         memcmp(want.bytes, is.bytes, sizeof(is.bytes)) != 0))
        st = AKIN_FAIL(err, AKIN_ESTALE,
                       "%s is not the file that was sealed (its hash differs)",
                       path);
    return st;
}

struct akin_hash
akin__manifest_hash(const struct akin_json *manifest)
{
    struct akin_json *copy = akin_json_copy(manifest);
    struct akin_buf text = {0};
    struct akin_hash hash;

    akin_json_unset(copy, "hash");
    akin_json_write(copy, AKIN_JSON_SORTED, &text);
    hash = akin_hash_of(akin_buf_span(&text));
    akin_buf_free(&text);
    akin_json_free(copy);
    return hash;
}

enum akin_status
akin__map_file(const char *path, void **map, size_t *len,
               struct akin_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    enum akin_status st = AKIN_OK;
    void *mapped = NULL;
    struct stat sb;

    if (fd < 0)
        return fail_file(err, "open", path);
    if (fstat(fd, &sb) != 0)
        st = fail_file(err, "look at", path);
    else if (sb.st_size > 0)
        mapped = mmap(NULL, (size_t)sb.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (mapped == MAP_FAILED) {
        st = fail_file(err, "map", path);
    } else if (st == AKIN_OK) {
        *map = mapped;
        *len = (size_t)sb.st_size;
    }
    (void)close(fd);
    return st;
}
