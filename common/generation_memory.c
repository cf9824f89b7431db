/* SPDX-License-Identifier: Apache-2.0 */
/*
 * generation_memory.c - how much of a mapped generation this process holds.
 *
 * The vectors are the large part, and each re-ranking touches some of them all
 * over the file; the system maps what lies around as well (64 KiB at a time),
 * so that before long a reader would hold all of it. The lists of the index are
 * not needed by every question either; its codes in the order of rows are kept.
 * What is let go of here leaves only this process: the pages stay in the
 * system's cache as long as it likes, and the next touch maps them again
 * without reading. Another thread that reads meanwhile just does so.
 */
/* For madvise: glibc's posix_madvise takes POSIX_MADV_DONTNEED and does
 * nothing.
 */
#define _DEFAULT_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "generation_internal.h"

enum { PREFETCH_NOTHING, PREFETCH_INDEX, PREFETCH_ALL };

static size_t
vectors_bytes(const struct akin_generation *gen)
{
    return (size_t)gen->n_rows * gen->dim * sizeof(float);
}

static size_t
index_bytes(const struct akin_generation *gen)
{
    return gen->vindex != NULL ? akin_vindex_mapped(gen->vindex).len : 0;
}

/* Bytes of files that this process has mapped in: the third number of statm
 * (proc(5)), in pages. False where the system does not say. */
static bool
held_bytes(uint64_t *out)
{
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    long page = sysconf(_SC_PAGESIZE);
    char text[128], *at = text;
    ssize_t n;

    if (fd < 0)
        return false;
    n = read(fd, text, sizeof(text) - 1);
    (void)close(fd);
    if (n <= 0 || page <= 0)
        return false;
    text[n] = '\0';
    for (int i = 0; i < 2 && at != NULL; i++) {
        at = strchr(at, ' ');
        at = at != NULL ? at + 1 : NULL;
    }
    if (at == NULL)
        return false;
    *out = strtoull(at, NULL, 10) * (uint64_t)page;
    return true;
}

/* Lets go of the whole pages of a part. The mapping is ours, read-only and of a
 * file: nothing is lost. */
static bool
let_go(struct akin_span part)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t before = (page - (uintptr_t)part.data % page) % page;
    size_t whole;

    if (part.len < before + page)
        return false;
    whole = (part.len - before) / page * page;
    return madvise((void *)(part.data + before), whole, MADV_DONTNEED) == 0;
}

bool
akin_generation_trim(const struct akin_generation *gen, uint64_t budget_bytes)
{
    uint64_t held = 0;
    bool done;

    /* small ones are never asked about */
    if (budget_bytes == 0 || gen->vectors == NULL ||
        vectors_bytes(gen) + index_bytes(gen) <= budget_bytes)
        return false;
    if (!held_bytes(&held) || held <= budget_bytes)
        return false;
    done = let_go(akin_span_of(gen->vectors, vectors_bytes(gen)));
    if (gen->vindex != NULL && held_bytes(&held) && held > budget_bytes)
        done = let_go(akin_vindex_mapped_lists(gen->vindex)) || done;
    return done;
}

/* --- ahead of use --- */

static enum akin_status
ask_for(const void *start, size_t len, const char *name, struct akin_error *err)
{
    int rc =
        len == 0 ? 0 : posix_madvise((void *)start, len, POSIX_MADV_WILLNEED);

    return rc == 0 ? AKIN_OK
                   : AKIN_FAIL(err, AKIN_EIO, "cannot prefetch %s: %s", name,
                               strerror(rc));
}

enum akin_status
akin_generation_prefetch(const struct akin_generation *gen,
                         const struct akin_config *config,
                         struct akin_error *err)
{
    struct akin_span index = {0};
    enum akin_status st = AKIN_OK;

    if (gen->vindex != NULL)
        index = akin_vindex_mapped(gen->vindex);
    if (config->index_prefetch >= PREFETCH_INDEX)
        st = ask_for(index.data, index.len, AKIN__FILE_INDEX, err);
    if (st == AKIN_OK && config->index_prefetch >= PREFETCH_ALL)
        st = ask_for(gen->vectors, vectors_bytes(gen), AKIN__FILE_VECTORS, err);
    if (st == AKIN_OK && config->index_lock && index.len > 0 &&
        mlock(index.data, index.len) != 0)
        st = AKIN_FAIL(err, AKIN_ELIMIT,
                       "cannot lock the %zu bytes of " AKIN__FILE_INDEX
                       " in memory (index.lock): %s; is the limit for locked "
                       "memory (ulimit -l) large enough?",
                       index.len, strerror(errno));
    return st;
}
