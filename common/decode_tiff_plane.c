/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "decode_tiff_internal.h"

struct tiff_state {
    struct akin__tiff_file *file;
    struct akin__tiff_pages pages;
    struct akin__tiff_arranged arranged;
    uint32_t first; /* the page that stands for all */
};

/* One plane on its way. */
struct tiff_job {
    struct akin_decoder *d;
    struct akin__tiff_file *file;
    struct akin__tiff_tags tags;
    struct akin__tiff_target target;
    uint8_t *chunk;     /* one strip or tile */
    size_t row_bytes;   /* of a strip or tile */
    uint64_t good, all; /* rows of strips and tiles */
};

static void
fill_samples(const struct akin__tiff_tags *tags, struct akin__samples *s)
{
    *s = (struct akin__samples){.kind = tags->kind,
                                .bits = tags->bits,
                                .per_px = tags->is_separate ? 1 : tags->per_px,
                                .is_inverted = tags->is_inverted};
}

static bool
is_readable(const struct akin__tiff_tags *tags)
{
    struct akin__samples s;

    fill_samples(tags, &s);
    if (tags->is_rgba)
        return true;
    if (!tags->is_known_kind || !akin__samples_known(&s))
        return false;
    if (tags->mode == AKIN__TIFF_PALETTE)
        return tags->kind == AKIN__UINT && tags->bits <= 16 &&
               tags->map[0] != NULL;
    if (tags->mode == AKIN__TIFF_INK)
        return tags->kind == AKIN__UINT && tags->per_px >= 4 &&
               (tags->bits == 8 || tags->bits == 16);
    return true;
}

static enum akin_status
load_page(struct akin_decoder *d, uint32_t i, struct akin__tiff_tags *tags,
          struct akin_error *err)
{
    struct tiff_state *s = d->state;
    enum akin_status st =
        akin__tiff_load(s->file, s->pages.page[i].offset, i + 1, tags, err);

    if (st != AKIN_OK)
        return st;
    if (tags->width == 0 || tags->height == 0 || tags->per_px == 0 ||
        tags->chunk_w == 0 || tags->chunk_h == 0)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "TIFF: page %" PRIu32 " has no size", i + 1);
    if (!is_readable(tags))
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "TIFF: samples of %" PRIu16 " bits, %" PRIu16
                         " a pixel, photometric %" PRIu16 " are not read",
                         tags->bits, tags->per_px, tags->photometric);
    return AKIN_OK;
}

/* ---- opening ---- */

/* A palette of greys makes grey planes. */
static bool
has_grey_palette(const struct akin__tiff_tags *tags)
{
    size_t len;

    if (tags->mode != AKIN__TIFF_PALETTE || tags->is_rgba)
        return false;
    len = sizeof(uint16_t) << tags->bits; /* is_readable: at most 16 bits */
    return memcmp(tags->map[0], tags->map[1], len) == 0 &&
           memcmp(tags->map[0], tags->map[2], len) == 0;
}

/* Planes that follow each other without directories, to the end of the file. */
static uint64_t
count_raw_planes(const struct akin_decoder *d, const struct tiff_state *s,
                 const struct akin__tiff_tags *tags)
{
    uint64_t offset = akin__tiff_first_offset(s->file);
    uint64_t len = (uint64_t)tags->height *
                   ((uint64_t)tags->width * tags->per_px * (tags->bits / 8u));

    if (!tags->is_plain || tags->is_tiled || tags->is_separate ||
        tags->is_rgba || tags->bits % 8 != 0 || len == 0 ||
        offset >= d->source.size)
        return 0;
    return (d->source.size - offset) / len;
}

static enum akin_status
read_head(struct akin_decoder *d, struct tiff_state *s, struct akin_error *err)
{
    struct akin__tiff_head head = {0};
    struct akin__tiff_tags tags;
    struct akin__tiff_page *first = &s->pages.page[s->first];
    enum akin_status st;

    if ((st = load_page(d, s->first, &tags, err)) != AKIN_OK)
        return st;
    st = akin__decode_check_size(d, tags.width, tags.height, 0, d->source.size,
                                 err);
    if (st != AKIN_OK)
        return st;
    first->width = tags.width; /* libtiff mends some odd tags */
    first->height = tags.height;
    head.index = s->first;
    head.bits = tags.bits;
    head.is_float = tags.kind == AKIN__FLOAT && !tags.is_rgba;
    head.is_colour = tags.is_colour && !has_grey_palette(&tags);
    head.per_page = tags.is_colour ? 1 : tags.per_px - tags.n_alpha;
    head.raw_planes = count_raw_planes(d, s, &tags);
    akin__tiff_load_text(s->file, &head);
    return akin__tiff_arrange(d, &s->pages, &head, &s->arranged, err);
}

static enum akin_status
tiff_open(struct akin_decoder *d, struct akin_error *err)
{
    struct tiff_state *s = akin_new(1, sizeof(*s));
    enum akin_status st;

    d->state = s; /* freed by close in any case */
    if ((st = akin__tiff_pages_find(d, &s->pages, err)) != AKIN_OK ||
        (st = akin__tiff_file_open(d, &s->file, err)) != AKIN_OK)
        return st;
    s->first = akin__tiff_first_page(&s->pages);
    return read_head(d, s, err);
}

static void
tiff_close(struct akin_decoder *d)
{
    struct tiff_state *s = d->state;

    if (s == NULL)
        return;
    akin__tiff_file_close(s->file);
    akin__tiff_pages_free(&s->pages);
    akin__tiff_layout_free(&s->arranged.layout);
    free(s);
}

/* ---- a plane ---- */

/* True when decoded rows are the plane's rows, byte by byte. */
static bool
is_same_layout(const struct tiff_job *job)
{
    const struct akin__samples *s = &job->target.samples;

    return !job->tags.is_tiled && job->target.mode == AKIN__TIFF_DIRECT &&
           s->kind == AKIN__UINT && !s->is_inverted &&
           (s->bits == 8 || s->bits == 16) &&
           s->per_px == job->target.plane.channels;
}

static void
read_at(struct tiff_job *job, uint32_t x, uint32_t y, uint16_t sample,
        int channel)
{
    const struct akin__tiff_tags *p = &job->tags;
    uint32_t w = p->width - x < p->chunk_w ? p->width - x : p->chunk_w;
    uint32_t h = p->height - y < p->chunk_h ? p->height - y : p->chunk_h;
    uint32_t rows = p->is_tiled ? p->chunk_h : h;
    uint32_t index = akin__tiff_chunk_index(job->file, p, x, y, sample);
    uint8_t *out = job->chunk;
    uint32_t good;

    if (is_same_layout(job))
        out = (uint8_t *)job->target.plane.px + y * job->row_bytes;
    good =
        akin__tiff_read_chunk(job->file, p, index, job->row_bytes, rows, out);
    if (out == job->chunk)
        akin__tiff_put_rows(&job->target, out, job->row_bytes, x, y, w, h,
                            channel);
    job->good += good < h ? good : h;
    job->all += h;
}

static void
read_chunks(struct tiff_job *job)
{
    const struct akin__tiff_tags *p = &job->tags;
    uint32_t n = p->is_separate ? job->target.plane.channels : 1;

    for (uint32_t k = 0; k < n; k++)
        for (uint64_t y = 0; y < p->height; y += p->chunk_h)
            for (uint64_t x = 0; x < p->width; x += p->chunk_w)
                read_at(job, (uint32_t)x, (uint32_t)y,
                        (uint16_t)(p->is_separate ? job->target.first + k : 0),
                        p->is_separate ? (int)k : -1);
}

/* One plane of an ImageJ stack without directories. */
static void
read_raw(struct tiff_job *job, uint32_t number)
{
    const struct akin__tiff_tags *p = &job->tags;
    size_t len = p->height * job->row_bytes;
    uint64_t at = akin__tiff_first_offset(job->file) + (uint64_t)number * len;
    size_t got = akin__source_read(&job->d->source, at, job->chunk, len);

    memset(job->chunk + got, 0, len - got);
    if (p->is_swapped && p->bits > 8)
        akin__swap_samples(job->chunk, len / (p->bits / 8u), p->bits);
    akin__tiff_put_rows(&job->target, job->chunk, job->row_bytes, 0, 0,
                        p->width, p->height, -1);
    job->good = got / job->row_bytes;
    job->all = p->height;
}

/* Sizes that the tags claim, before anything is allocated for them. */
static enum akin_status
check_sizes(struct tiff_job *job, struct akin_error *err)
{
    const struct akin__tiff_tags *p = &job->tags;
    uint64_t row_bits =
        (uint64_t)p->chunk_w * job->target.samples.per_px * p->bits;
    uint64_t n_px = (uint64_t)p->width * p->height;
    uint64_t got = akin__tiff_row_bytes(job->file, p);
    uint32_t px_bytes = (p->per_px * p->bits + 7u) / 8u;
    enum akin_status st;

    st = akin__decode_check_size(job->d, p->width, p->height, px_bytes,
                                 akin__tiff_stored_bytes(job->file, p), err);
    if (st != AKIN_OK || p->is_rgba)
        return st;
    /* A tile may be larger than its image, but not without end. */
    if ((uint64_t)p->chunk_w * p->chunk_h > n_px * 4 + ((uint64_t)1 << 22))
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "TIFF: tiles of %" PRIu32 " x %" PRIu32
                         " px for an image of %" PRIu32 " x %" PRIu32,
                         p->chunk_w, p->chunk_h, p->width, p->height);
    if (got != (row_bits + 7) / 8)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "TIFF: rows of %" PRIu64 " bytes instead of %" PRIu64,
                         got, (row_bits + 7) / 8);
    job->row_bytes = (size_t)got;
    return AKIN_OK;
}

static void
set_palette(struct tiff_job *job)
{
    struct akin__palette *palette = &job->target.palette;

    palette->n = 1u << job->tags.bits;
    for (int k = 0; k < 3; k++) {
        palette->map[k] = job->tags.map[k];
        /* Some writers fill the 16-bit tables with 8-bit values. */
        for (uint32_t i = 0; i < palette->n; i++)
            if (palette->map[k][i] > 255)
                palette->shift = 8;
    }
}

static enum akin_status
prepare(struct tiff_job *job, uint32_t sample, struct akin_error *err)
{
    const struct akin__tiff_tags *p = &job->tags;
    struct akin__tiff_target *target = &job->target;
    enum akin_sample type = AKIN_SAMPLE_U8;
    enum akin_status st;

    target->mode = p->mode;
    target->first = p->is_colour ? 0 : sample;
    fill_samples(p, &target->samples);
    if ((st = check_sizes(job, err)) != AKIN_OK)
        return st;
    if (!p->is_rgba) {
        if (p->mode == AKIN__TIFF_PALETTE)
            set_palette(job);
        type = akin__tiff_target_sample(target);
        job->chunk = malloc(p->chunk_h * job->row_bytes);
        target->scratch = malloc((size_t)p->width * sizeof(uint16_t));
        if (job->chunk == NULL || target->scratch == NULL)
            return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for a strip");
    }
    return akin_plane_alloc(&target->plane, p->width, p->height,
                            p->is_colour ? 3 : 1, type, job->d->limits.max_px,
                            err);
}

static enum akin_status
read_pixels(struct tiff_job *job, uint32_t page, bool is_raw,
            struct akin_error *err)
{
    struct akin_plane *plane = &job->target.plane;
    enum akin_status st;

    if (job->tags.is_rgba)
        return akin__tiff_read_rgba(job->file, plane, err);
    if (is_raw)
        read_raw(job, page);
    else
        read_chunks(job);
    st = akin__decode_check_good(job->d, job->good, job->all,
                                 akin__tiff_trouble(job->file), err);
    if (st == AKIN_OK && plane->sample == AKIN_SAMPLE_F32)
        akin__make_finite(plane->px, (size_t)plane->width * plane->height *
                                         plane->channels);
    return st;
}

/* The page must be like the first, whose tags the info describes. */
static enum akin_status
load_like_first(struct tiff_job *job, uint32_t page, struct akin_error *err)
{
    const struct akin_image_info *info = &job->d->info;
    struct tiff_state *s = job->d->state;
    struct akin__tiff_tags *p = &job->tags;
    bool is_raw = s->arranged.is_raw_stack;
    enum akin_status st = load_page(job->d, is_raw ? s->first : page, p, err);

    if (st != AKIN_OK)
        return st;
    if (is_raw) /* the planes know no strips */
        p->chunk_h = p->height;
    if (p->width != info->dim_x || p->height != info->dim_y ||
        (!p->is_colour && p->per_px < s->arranged.per_page))
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "TIFF: page %" PRIu32 " is unlike the first",
                         page + 1);
    return AKIN_OK;
}

static enum akin_status
tiff_plane(struct akin_decoder *d, uint32_t z, uint32_t c, uint32_t t,
           struct akin_plane *out, struct akin_error *err)
{
    struct tiff_state *s = d->state;
    const struct akin__tiff_layout *l = &s->arranged.layout;
    uint32_t page_c = c / s->arranged.per_page;
    uint32_t page = l->page[((size_t)t * l->dim_c + page_c) * l->dim_z + z];
    struct tiff_job job = {.d = d, .file = s->file};
    enum akin_status st;

    if (page == AKIN__NO_PAGE)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "TIFF: plane z %" PRIu32 ", c %" PRIu32 ", t %" PRIu32
                         " is not in the file",
                         z, c, t);
    st = load_like_first(&job, page, err);
    if (st == AKIN_OK)
        st = prepare(&job, c % s->arranged.per_page, err);
    if (st == AKIN_OK)
        st = read_pixels(&job, page, s->arranged.is_raw_stack, err);
    free(job.chunk);
    free(job.target.scratch);
    if (st == AKIN_OK)
        *out = job.target.plane;
    else
        akin_plane_free(&job.target.plane);
    return st;
}

static bool
tiff_matches(struct akin_span first)
{
    static const char starts[4][5] = {"II*\0", "MM\0*", "II+\0", "MM\0+"};

    for (size_t i = 0; i < AKIN_COUNT(starts); i++)
        if (first.len >= 4 && memcmp(first.data, starts[i], 4) == 0)
            return true;
    return false;
}

const struct akin__format akin__decode_tiff = {
    "tiff", true, tiff_matches, tiff_open, tiff_plane, tiff_close};
