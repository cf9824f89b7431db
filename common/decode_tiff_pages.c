/* SPDX-License-Identifier: Apache-2.0 */
/* Source: TIFF 6.0, section 2; BigTIFF, as libtiff documents it. */
#include "decode_tiff_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    TAG_SUBFILE = 254,
    TAG_OLD_SUBFILE = 255,
    TAG_WIDTH = 256,
    TAG_HEIGHT = 257,
    TAG_BITS = 258,
    TAG_PHOTOMETRIC = 262,
    TAG_PER_PX = 277
};

#define MAX_ENTRIES 4096
#define FIRST_READ 512 /* bytes; enough for most directories */

struct walk {
    struct akin__source *source;
    bool is_big_endian, is_big_tiff;
    uint8_t *dir; /* one directory, with room for MAX_ENTRIES */
    size_t got;
};

static uint64_t
load(const struct walk *w, const uint8_t *p, unsigned len)
{
    uint64_t v = 0;

    for (unsigned i = 0; i < len; i++)
        v |= (uint64_t)p[i] << 8 * (w->is_big_endian ? len - 1 - i : i);
    return v;
}

/* The only or first number of an entry that lies in the entry itself; 0 when it
 * is elsewhere or no integer. */
static uint64_t
entry_value(const struct walk *w, const uint8_t *entry)
{
    static const unsigned sizes[] = {0, 1, 0, 2, 4}; /* BYTE, SHORT, LONG */
    unsigned room = w->is_big_tiff ? 8 : 4;
    uint64_t type = load(w, entry + 2, 2);
    uint64_t count = load(w, entry + 4, room);
    unsigned size = type < AKIN_COUNT(sizes) ? sizes[type] : 0;

    if (type == 16) /* LONG8 */
        size = 8;
    if (size == 0 || count == 0 || count > room / size)
        return 0;
    return load(w, entry + 4 + room, size);
}

static void
take_entry(const struct walk *w, const uint8_t *entry,
           struct akin__tiff_page *page)
{
    uint64_t v = entry_value(w, entry);
    uint32_t v32 = v > UINT32_MAX ? 0 : (uint32_t)v;
    uint16_t v16 = v > UINT16_MAX ? 0 : (uint16_t)v;

    switch (load(w, entry, 2)) {
    case TAG_SUBFILE: /* bit 0: reduced resolution, bit 2: mask */
        page->is_reduced |= (v & 5) != 0;
        break;
    case TAG_OLD_SUBFILE:
        page->is_reduced |= v == 2;
        break;
    case TAG_WIDTH:
        page->width = v32;
        break;
    case TAG_HEIGHT:
        page->height = v32;
        break;
    case TAG_BITS:
        page->bits = v16;
        break;
    case TAG_PHOTOMETRIC:
        page->photometric = v16;
        break;
    case TAG_PER_PX:
        page->per_px = v16;
        break;
    default:
        break;
    }
}

/* Makes sure that len bytes of the directory at offset are in w->dir. */
static bool
need(struct walk *w, uint64_t offset, size_t len)
{
    if (w->got < len)
        w->got +=
            akin__source_read(w->source, offset + w->got, w->dir + w->got,
                              (len > FIRST_READ ? len : FIRST_READ) - w->got);
    return w->got >= len;
}

/* Reads one directory and finds the next; false when it is not all there. */
static bool
read_directory(struct walk *w, uint64_t offset, struct akin__tiff_page *page,
               uint64_t *next)
{
    unsigned count_len = w->is_big_tiff ? 8 : 2;
    unsigned entry_len = w->is_big_tiff ? 20 : 12;
    unsigned next_len = w->is_big_tiff ? 8 : 4;
    uint64_t n;
    size_t len;

    *page = (struct akin__tiff_page){
        .offset = offset, .per_px = 1, .photometric = UINT16_MAX};
    w->got = 0;
    if (!need(w, offset, count_len))
        return false;
    n = load(w, w->dir, count_len);
    if (n == 0 || n > MAX_ENTRIES)
        return false;
    len = count_len + (size_t)n * entry_len;
    if (!need(w, offset, len))
        return false;
    for (size_t i = 0; i < n; i++)
        take_entry(w, w->dir + count_len + i * entry_len, page);
    /* A file may end here: then it was the last page. */
    *next =
        need(w, offset, len + next_len) ? load(w, w->dir + len, next_len) : 0;
    return true;
}

static enum akin_status
read_start(struct walk *w, uint64_t *first, struct akin_error *err)
{
    uint8_t head[16] = {0};
    size_t got = akin__source_read(w->source, 0, head, sizeof(head));
    uint64_t version;

    w->is_big_endian = head[0] == 'M';
    version = load(w, head + 2, 2);
    w->is_big_tiff = version == 43;
    if (got < (w->is_big_tiff ? 16u : 8u))
        return AKIN_FAIL(err, AKIN_EFORMAT, "TIFF: the header is cut short");
    *first = w->is_big_tiff ? load(w, head + 8, 8) : load(w, head + 4, 4);
    return AKIN_OK;
}

static enum akin_status
add_page(struct akin__tiff_pages *pages, size_t *cap,
         const struct akin__tiff_page *page, struct akin_error *err)
{
    if (pages->n == *cap) {
        size_t more = *cap == 0 ? 16 : *cap * 2;
        void *grown = realloc(pages->page, more * sizeof(*pages->page));

        if (grown == NULL)
            return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for %zu pages", more);
        pages->page = grown;
        *cap = more;
    }
    pages->page[pages->n++] = *page;
    return AKIN_OK;
}

static enum akin_status
walk_chain(struct akin_decoder *d, struct walk *w,
           struct akin__tiff_pages *pages, struct akin_error *err)
{
    uint64_t next = 0;
    uint64_t mark = 0; /* an earlier place: Brent, BIT 20 (1980), section 2 */
    size_t mark_at = 1;
    size_t cap = 0;
    enum akin_status st = read_start(w, &next, err);

    while (st == AKIN_OK && next != 0) {
        struct akin__tiff_page page;
        uint64_t offset = next;

        if (pages->n >= d->limits.max_planes)
            return AKIN_FAIL(err, AKIN_ELIMIT,
                             "TIFF: more pages than image.max_planes (%" PRIu64
                             ")",
                             d->limits.max_planes);
        if (offset == mark)
            return AKIN_FAIL(err, AKIN_EFORMAT,
                             "TIFF: the chain of pages runs in a circle");
        if (!read_directory(w, offset, &page, &next)) {
            akin__decode_note(d, "the list of pages breaks off after %zu",
                              pages->n);
            break;
        }
        st = add_page(pages, &cap, &page, err);
        if (pages->n == mark_at) {
            mark = offset;
            mark_at *= 2;
        }
    }
    return st;
}

enum akin_status
akin__tiff_pages_find(struct akin_decoder *d, struct akin__tiff_pages *out,
                      struct akin_error *err)
{
    struct akin__tiff_pages pages = {0};
    struct walk w = {.source = &d->source};
    enum akin_status st;

    w.dir = malloc(8 + 20 * MAX_ENTRIES + 8);
    if (w.dir == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for a directory");
    st = walk_chain(d, &w, &pages, err);
    free(w.dir);
    pages.is_big_endian = w.is_big_endian;
    if (st == AKIN_OK && pages.n == 0)
        st = AKIN_FAIL(err, AKIN_EFORMAT,
                       "TIFF: the first directory cannot be read; the file is "
                       "probably cut short");
    if (st == AKIN_OK)
        *out = pages;
    else
        akin__tiff_pages_free(&pages);
    return st;
}

void
akin__tiff_pages_free(struct akin__tiff_pages *pages)
{
    free(pages->page);
    *pages = (struct akin__tiff_pages){0};
}
