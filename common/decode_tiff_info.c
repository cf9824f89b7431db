/* SPDX-License-Identifier: Apache-2.0 */
#include "decode_tiff_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* While the pages are looked through. */
struct arranging {
    const struct akin__tiff_pages *pages;
    const struct akin__tiff_head *head;
    bool *is_plane;   /* for each page */
    uint32_t *planes; /* the pages that are planes */
    uint32_t n_planes;
};

uint32_t
akin__tiff_first_page(const struct akin__tiff_pages *pages)
{
    for (uint32_t i = 0; i < pages->n; i++)
        if (!pages->page[i].is_reduced)
            return i;
    return 0;
}

/* Pages like the first are planes; thumbnails, pyramid levels, labels and
 * previews are not. */
static void
sort_pages(struct akin_decoder *d, struct arranging *a)
{
    const struct akin__tiff_page *first = &a->pages->page[a->head->index];
    uint32_t n_reduced = 0;
    uint32_t n_other = 0;

    for (uint32_t i = 0; i < a->pages->n; i++) {
        const struct akin__tiff_page *p = &a->pages->page[i];
        bool is_alike = p->width == first->width &&
                        p->height == first->height && p->bits == first->bits &&
                        p->per_px == first->per_px &&
                        p->photometric == first->photometric;

        a->is_plane[i] = i == a->head->index || (is_alike && !p->is_reduced);
        if (a->is_plane[i])
            a->planes[a->n_planes++] = i;
        else if (p->is_reduced)
            n_reduced++;
        else
            n_other++;
    }
    if (n_reduced > 0)
        akin__decode_note(d, "%" PRIu32 " thumbnails or pyramid pages left out",
                          n_reduced);
    if (n_other > 0)
        akin__decode_note(d, "%" PRIu32 " pages unlike the first left out",
                          n_other);
}

/* 0 when the product does not equal n. */
static bool
fits(uint32_t z, uint32_t c, uint32_t t, uint64_t n)
{
    return (uint64_t)z * c <= n && (uint64_t)z * c * t == n;
}

static uint32_t
at_least_1(uint32_t v)
{
    return v > 0 ? v : 1;
}

static enum akin_status
arrange_stack(struct arranging *a, struct akin__tiff_arranged *out,
              struct akin_error *err)
{
    return akin__tiff_layout_ordered(a->planes, a->n_planes, a->n_planes, 1, 1,
                                     "ZCT", &out->layout, err);
}

/* ImageJ writes stacks of more than 4 GB with one directory: the planes follow
 * each other without any. */
static enum akin_status
arrange_raw(struct akin_decoder *d, const struct arranging *a,
            const struct akin__imagej *ij, struct akin__tiff_arranged *out,
            struct akin_error *err)
{
    uint32_t z = at_least_1(ij->slices);
    uint32_t c = at_least_1(ij->channels);
    uint32_t t = at_least_1(ij->frames);
    uint32_t *numbers;
    enum akin_status st;

    if (ij->images > d->limits.max_planes)
        return AKIN_FAIL(err, AKIN_ELIMIT,
                         "TIFF: %" PRIu32
                         " planes are over image.max_planes (%" PRIu64 ")",
                         ij->images, d->limits.max_planes);
    if (!fits(z, c, t, ij->images))
        z = ij->images, c = t = 1;
    numbers = malloc(ij->images * sizeof(*numbers));
    if (numbers == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for planes");
    for (uint32_t i = 0; i < ij->images; i++)
        numbers[i] = i < a->head->raw_planes ? i : AKIN__NO_PAGE;
    if (a->head->raw_planes < ij->images)
        akin__decode_note(d, "truncated, %" PRIu64 " of %" PRIu32 " planes",
                          a->head->raw_planes, ij->images);
    st = akin__tiff_layout_ordered(numbers, ij->images, z, c, t, "CZT",
                                   &out->layout, err);
    free(numbers);
    out->is_raw_stack = st == AKIN_OK;
    return st;
}

static enum akin_status
arrange_imagej(struct akin_decoder *d, struct arranging *a,
               const struct akin__imagej *ij, struct akin__tiff_arranged *out,
               struct akin_error *err)
{
    uint32_t z = at_least_1(ij->slices);
    uint32_t c = at_least_1(ij->channels);
    uint32_t t = at_least_1(ij->frames);

    if (a->pages->n == 1 && ij->images > 1 && a->head->raw_planes > 1)
        return arrange_raw(d, a, ij, out, err);
    if (fits(z, c, t, a->n_planes))
        return akin__tiff_layout_ordered(a->planes, a->n_planes, z, c, t, "CZT",
                                         &out->layout, err);
    if (ij->images > 1 && a->n_planes > 1)
        akin__decode_note(
            d, "ImageJ tells of %" PRIu32 " planes, %" PRIu32 " are there",
            ij->images, a->n_planes);
    return arrange_stack(a, out, err);
}

static enum akin_status
arrange_ome(struct akin_decoder *d, struct arranging *a,
            const struct akin__ome *ome, struct akin__tiff_arranged *out,
            struct akin_error *err)
{
    const struct akin__tiff_page *first = &a->pages->page[a->head->index];
    struct akin__tiff_layout *layout = &out->layout;
    /* Colour samples count as OME channels of one page. */
    uint32_t per_page = a->head->is_colour ? 3 : a->head->per_page;
    enum akin_status st = AKIN_OK;

    if (ome->n_images > 1)
        akin__decode_note(d, "first of %" PRIu32 " OME images", ome->n_images);
    if (ome->dim_c % per_page != 0)
        per_page = 1;
    if (ome->dim_x == first->width && ome->dim_y == first->height)
        st = akin__tiff_layout_ome(ome, a->is_plane, (uint32_t)a->pages->n,
                                   per_page, d->limits.max_planes, layout, err);
    if (st == AKIN_OK && layout->page == NULL) {
        akin__decode_note(d, "OME-XML and pages do not go together");
        return arrange_stack(a, out, err);
    }
    if (st == AKIN_OK &&
        (uint64_t)layout->dim_z * layout->dim_c * layout->dim_t <
            (uint64_t)ome->dim_z * (ome->dim_c / per_page) * ome->dim_t)
        akin__decode_note(d,
                          "%" PRIu32 " x %" PRIu32 " x %" PRIu32
                          " of the OME planes (z, c, t) are in this file",
                          layout->dim_z, layout->dim_c, layout->dim_t);
    return st;
}

/* From the resolution tags; um_x and um_y of 0: the tags' own unit. Both
 * directions must make sense, otherwise neither is believed. */
static void
take_resolution(struct akin_decoder *d, const struct akin__tiff_head *head,
                double um_x, double um_y)
{
    static const double per_metre[] = {0, 0, 1 / 0.0254, 100};
    double x = 0;
    double y = 0;

    if (um_x > 0 && um_y > 0) {
        x = akin__plausible_um(um_x / head->x_resolution);
        y = akin__plausible_um(um_y / head->y_resolution);
    } else if (head->resolution_unit < AKIN_COUNT(per_metre)) {
        double unit = per_metre[head->resolution_unit];

        x = akin__decode_um_of_resolution(head->x_resolution * unit);
        y = akin__decode_um_of_resolution(head->y_resolution * unit);
    }
    if (x > 0 && y > 0) {
        d->info.pixel_um_x = x;
        d->info.pixel_um_y = y;
    }
}

static enum akin_status
arrange_by_text(struct akin_decoder *d, struct arranging *a,
                struct akin__tiff_arranged *out, struct akin_error *err)
{
    const struct akin__tiff_head *head = a->head;
    struct akin_image_info *info = &d->info;
    struct akin_error why = {0};
    struct akin__imagej ij;
    struct akin__ome ome = {0};
    enum akin_status st;

    if (akin__imagej_parse(head->description, &ij)) {
        if (ij.has_unit)
            take_resolution(d, head, ij.unit_um, ij.unit_um_y);
        else
            take_resolution(d, head, 0, 0);
        info->pixel_um_z = akin__plausible_um(ij.spacing * ij.unit_um_z);
        return arrange_imagej(d, a, &ij, out, err);
    }
    if (strstr(head->description, "<OME") == NULL &&
        strstr(head->description, ":OME") == NULL) {
        take_resolution(d, head, 0, 0);
        return arrange_stack(a, out, err);
    }
    st = akin__ome_parse(head->description, strlen(head->description),
                         d->limits.max_planes, &ome, &why);
    if (st != AKIN_OK) { /* the pixels are good, whatever the text says */
        akin__decode_note(d, "%.80s", why.text);
        return arrange_stack(a, out, err);
    }
    info->pixel_um_x = ome.um_x;
    info->pixel_um_y = ome.um_y;
    info->pixel_um_z = ome.um_z;
    st = arrange_ome(d, a, &ome, out, err);
    akin__ome_free(&ome);
    return st;
}

enum akin_status
akin__tiff_arrange(struct akin_decoder *d, const struct akin__tiff_pages *pages,
                   const struct akin__tiff_head *head,
                   struct akin__tiff_arranged *out, struct akin_error *err)
{
    struct arranging a = {.pages = pages, .head = head};
    struct akin_image_info *info = &d->info;
    enum akin_status st;

    a.is_plane = calloc(pages->n, sizeof(*a.is_plane));
    a.planes = calloc(pages->n, sizeof(*a.planes));
    info->dim_x = pages->page[head->index].width;
    info->dim_y = pages->page[head->index].height;
    info->bits = head->bits;
    info->is_float = head->is_float;
    info->colour = head->is_colour ? AKIN_COLOUR_RGB : AKIN_COLOUR_GREY;
    out->per_page = head->per_page;
    if (a.is_plane == NULL || a.planes == NULL) {
        st = AKIN_FAIL(err, AKIN_ENOMEM, "no memory for %zu pages", pages->n);
    } else {
        sort_pages(d, &a);
        st = arrange_by_text(d, &a, out, err);
    }
    free(a.is_plane);
    free(a.planes);
    if (st != AKIN_OK)
        return st;
    if ((uint64_t)out->layout.dim_c * head->per_page > d->limits.max_planes)
        return AKIN_FAIL(err, AKIN_ELIMIT,
                         "TIFF: %" PRIu32 " channels are over image.max_planes",
                         head->per_page);
    info->dim_z = out->layout.dim_z;
    info->dim_c = out->layout.dim_c * head->per_page;
    info->dim_t = out->layout.dim_t;
    return AKIN_OK;
}
