/* SPDX-License-Identifier: Apache-2.0 */
#include "decode_tiff_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static size_t
place(const struct akin__tiff_layout *layout, const uint32_t at[3])
{
    return ((size_t)at[2] * layout->dim_c + at[1]) * layout->dim_z + at[0];
}

static enum akin_status
alloc_layout(uint32_t dim_z, uint32_t dim_c, uint32_t dim_t,
             struct akin__tiff_layout *out, struct akin_error *err)
{
    size_t n = (size_t)dim_z * dim_c * dim_t; /* bounded by the callers */
    uint32_t *page = malloc(n * sizeof(*page));

    if (page == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for %zu planes", n);
    for (size_t i = 0; i < n; i++)
        page[i] = AKIN__NO_PAGE;
    *out = (struct akin__tiff_layout){dim_z, dim_c, dim_t, page};
    return AKIN_OK;
}

void
akin__tiff_layout_free(struct akin__tiff_layout *layout)
{
    free(layout->page);
    *layout = (struct akin__tiff_layout){0};
}

/* 0 for Z, 1 for C, 2 for T. */
static int
axis_of(char letter)
{
    return letter == 'Z' ? 0 : letter == 'C' ? 1 : 2;
}

/* Steps to the next plane in the order of axes. */
static void
advance(uint32_t at[3], const uint32_t dim[3], const char *order)
{
    for (int k = 0; k < 3; k++) {
        int axis = axis_of(order[k]);

        if (++at[axis] < dim[axis])
            return;
        at[axis] = 0;
    }
}

enum akin_status
akin__tiff_layout_ordered(const uint32_t *pages, uint32_t n, uint32_t dim_z,
                          uint32_t dim_c, uint32_t dim_t, const char *order,
                          struct akin__tiff_layout *out, struct akin_error *err)
{
    struct akin__tiff_layout layout = {0};
    const uint32_t dim[3] = {dim_z, dim_c, dim_t};
    uint32_t at[3] = {0};
    enum akin_status st = alloc_layout(dim_z, dim_c, dim_t, &layout, err);

    if (st != AKIN_OK)
        return st;
    assert((uint64_t)dim_z * dim_c * dim_t == n);
    for (uint32_t i = 0; i < n; i++) {
        layout.page[place(&layout, at)] = pages[i];
        advance(at, dim, order);
    }
    *out = layout;
    return AKIN_OK;
}

/* Runs of planes onto pages of the file; later runs do not replace earlier
 * ones. Gives the number of planes that have a page. */
static size_t
put_blocks(const struct akin__ome *ome, const bool *is_plane, uint32_t n_pages,
           uint32_t per_page, struct akin__tiff_layout *full)
{
    const uint32_t dim[3] = {full->dim_z, full->dim_c, full->dim_t};
    size_t n_put = 0;
    /* Runs that overlap again and again must not keep us busy. */
    uint64_t budget = (uint64_t)n_pages * 2 + 1024;

    for (size_t i = 0; i < ome->n_blocks; i++) {
        const struct akin__ome_block *b = &ome->block[i];
        uint32_t at[3] = {b->z, b->c / per_page, b->t};

        if (at[0] >= dim[0] || at[1] >= dim[1] || at[2] >= dim[2])
            continue;
        for (uint32_t k = 0; k < b->count && budget > 0; k++, budget--) {
            uint64_t ifd = (uint64_t)b->ifd + k;
            uint32_t *page = &full->page[place(full, at)];

            if (ifd < n_pages && is_plane[ifd] && *page == AKIN__NO_PAGE) {
                *page = (uint32_t)ifd;
                n_put++;
            }
            advance(at, dim, ome->order);
        }
    }
    return n_put;
}

/* For one axis: new[i] is the place of old place i among those that have a
 * page. Gives how many have one. */
static uint32_t
rank_used(const struct akin__tiff_layout *full, int axis, uint32_t n,
          uint32_t *rank)
{
    uint32_t at[3];
    uint32_t n_used = 0;

    memset(rank, 0, n * sizeof(*rank));
    for (at[2] = 0; at[2] < full->dim_t; at[2]++)
        for (at[1] = 0; at[1] < full->dim_c; at[1]++)
            for (at[0] = 0; at[0] < full->dim_z; at[0]++)
                if (full->page[place(full, at)] != AKIN__NO_PAGE)
                    rank[at[axis]] = 1;
    for (uint32_t i = 0; i < n; i++)
        if (rank[i] != 0)
            rank[i] = n_used++;
        else
            rank[i] = AKIN__NO_PAGE;
    return n_used;
}

static void
copy_used(const struct akin__tiff_layout *full, uint32_t *const rank[3],
          struct akin__tiff_layout *out)
{
    uint32_t at[3];

    for (at[2] = 0; at[2] < full->dim_t; at[2]++)
        for (at[1] = 0; at[1] < full->dim_c; at[1]++)
            for (at[0] = 0; at[0] < full->dim_z; at[0]++) {
                uint32_t page = full->page[place(full, at)];
                uint32_t to[3] = {rank[0][at[0]], rank[1][at[1]],
                                  rank[2][at[2]]};

                if (page != AKIN__NO_PAGE)
                    out->page[place(out, to)] = page;
            }
}

/* Drops the places of each axis that have no plane in this file: the rest of a
 * data set of several files, or what was never recorded. */
static enum akin_status
keep_used(const struct akin__tiff_layout *full, size_t n_put,
          struct akin__tiff_layout *out, struct akin_error *err)
{
    const uint32_t dim[3] = {full->dim_z, full->dim_c, full->dim_t};
    struct akin__tiff_layout small = {0};
    uint32_t used[3] = {0};
    uint32_t *rank[3];
    enum akin_status st;

    rank[0] = malloc(((size_t)dim[0] + dim[1] + dim[2]) * sizeof(*rank[0]));
    if (rank[0] == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for planes");
    rank[1] = rank[0] + dim[0];
    rank[2] = rank[1] + dim[1];
    for (int k = 0; k < 3; k++)
        used[k] = rank_used(full, k, dim[k], rank[k]);
    st = alloc_layout(used[0], used[1], used[2], &small, err);
    if (st == AKIN_OK)
        copy_used(full, rank, &small);
    free(rank[0]);
    /* Mostly holes: then the text is not about these pages. */
    if (st == AKIN_OK && n_put < (size_t)used[0] * used[1] * used[2] / 2)
        akin__tiff_layout_free(&small);
    if (st == AKIN_OK)
        *out = small;
    return st;
}

enum akin_status
akin__tiff_layout_ome(const struct akin__ome *ome, const bool *is_plane,
                      uint32_t n_pages, uint32_t per_page, uint64_t max_planes,
                      struct akin__tiff_layout *out, struct akin_error *err)
{
    struct akin__tiff_layout full = {0};
    uint32_t dim_c = ome->dim_c / per_page;
    enum akin_status st;
    uint64_t n;
    size_t n_put;

    if (dim_c == 0 || ome->dim_z == 0 || ome->dim_t == 0)
        return AKIN_OK;
    n = (uint64_t)ome->dim_z * dim_c; /* no more than 64 bits */
    if (n > max_planes || n * ome->dim_t > max_planes)
        return AKIN_FAIL(err, AKIN_ELIMIT,
                         "OME-XML tells of more planes than image.max_planes");
    st = alloc_layout(ome->dim_z, dim_c, ome->dim_t, &full, err);
    if (st != AKIN_OK)
        return st;
    n_put = put_blocks(ome, is_plane, n_pages, per_page, &full);
    if (n_put > 0)
        st = keep_used(&full, n_put, out, err);
    akin__tiff_layout_free(&full);
    return st;
}
