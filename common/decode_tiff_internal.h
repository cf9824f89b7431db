/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decode_tiff_internal.h - the parts of reading TIFF.
 *
 * decode_tiff_pages.c   the chain of pages (IFDs), walked by our own hands:
 *                       one small read a page, loops found, size bounded
 * decode_imagej.c       ImageJ's description text
 * decode_ome.c          OME-XML in the description
 * decode_tiff_layout.c  which page holds which z, c, t
 * decode_tiff_info.c    from the first page and its description to the info
 * decode_tiff_pixels.c  decoded strips and tiles into planes
 * decode_tiff_plane.c   the format's functions: open, plane, close
 * decode_tiff.c         libtiff: tags and bytes of one page
 */
#ifndef AKIN_DECODE_TIFF_INTERNAL_H
#define AKIN_DECODE_TIFF_INTERNAL_H

#include "decode_internal.h"
#include "pixels.h"

/* ---- pages ---- */

struct akin__tiff_page {
    uint64_t offset;        /* of the directory in the file */
    uint32_t width, height; /* px; 0: the tag is missing */
    uint16_t bits;          /* of the first sample; 0: not in the directory */
    uint16_t per_px;        /* samples per pixel */
    uint16_t photometric;   /* 65535: the tag is missing */
    bool is_reduced;        /* thumbnail, pyramid level or mask */
};

struct akin__tiff_pages {
    struct akin__tiff_page *page;
    size_t n;
    bool is_big_endian;
};

/* Every page of the chain. A chain that breaks off after the first page is
 * noted; one that runs in a circle is EFORMAT; more than image.max_planes pages
 * are ELIMIT. Free with akin__tiff_pages_free. */
enum akin_status akin__tiff_pages_find(struct akin_decoder *d,
                                       struct akin__tiff_pages *out,
                                       struct akin_error *err) AKIN_MUST_USE;
void akin__tiff_pages_free(struct akin__tiff_pages *pages);

/* ---- descriptions ---- */

/* Micrometres in one unit ("nm", "micron", "\u00B5m", "inch"); 0: not known. */
double akin__unit_um(const char *unit);

/* value when it can be the size of a pixel in micrometres, otherwise 0. */
double akin__plausible_um(double value);

struct akin__imagej {
    uint32_t images, channels, slices, frames; /* 0: not said */
    double unit_um, unit_um_y, unit_um_z;      /* of a unit; 0: not known */
    double spacing; /* z step in units; 0: not known */
    bool has_unit;  /* a unit is named, so the resolution tags use it */
};

/* False when the text is not ImageJ's. */
bool akin__imagej_parse(const char *text, struct akin__imagej *out);

/* A run of planes of an OME-TIFF; 0-based. */
struct akin__ome_block {
    uint32_t ifd, z, c, t, count;
};

struct akin__ome {
    uint32_t dim_x, dim_y, dim_z, dim_c, dim_t; /* as in Pixels */
    char order[4];       /* the last three of DimensionOrder: "ZCT" */
    uint32_t n_channels; /* Channel elements; 0: not listed */
    uint32_t n_images;
    double um_x, um_y, um_z;       /* 0: not known */
    struct akin__ome_block *block; /* planes in this file */
    size_t n_blocks;
    bool has_blocks; /* TiffData was there, perhaps for other files only */
};

/* EFORMAT when the text is not OME-XML with one Pixels element at least;
 * ELIMIT when it is too long or has more than max_planes blocks. Nothing
 * outside of the text is read. Free with akin__ome_free. */
enum akin_status akin__ome_parse(const char *text, size_t len,
                                 uint64_t max_planes, struct akin__ome *out,
                                 struct akin_error *err) AKIN_MUST_USE;
void akin__ome_free(struct akin__ome *ome);

/* ---- layout ---- */

#define AKIN__NO_PAGE UINT32_MAX

/* page[(t * dim_c + c) * dim_z + z]: which page holds a plane. */
struct akin__tiff_layout {
    uint32_t dim_z, dim_c, dim_t;
    uint32_t *page;
};

/* n pages, listed in `pages`, in the given order of axes, fastest first
 * ("CZT"); dim_z * dim_c * dim_t == n. */
enum akin_status
akin__tiff_layout_ordered(const uint32_t *pages, uint32_t n, uint32_t dim_z,
                          uint32_t dim_c, uint32_t dim_t, const char *order,
                          struct akin__tiff_layout *out,
                          struct akin_error *err) AKIN_MUST_USE;

/* As OME-XML says. is_plane[i] tells whether page i can be a plane; per_page is
 * the number of OME channels that one page holds. Axes keep only the places
 * that have a plane in this file. *out stays {0} when the text and the pages
 * do not go together. */
enum akin_status akin__tiff_layout_ome(const struct akin__ome *ome,
                                       const bool *is_plane, uint32_t n_pages,
                                       uint32_t per_page, uint64_t max_planes,
                                       struct akin__tiff_layout *out,
                                       struct akin_error *err) AKIN_MUST_USE;
void akin__tiff_layout_free(struct akin__tiff_layout *layout);

/* ---- info ---- */

/* What the tags of the first real page say. */
struct akin__tiff_head {
    uint32_t index; /* of the page */
    uint32_t bits;
    bool is_float, is_colour;
    uint32_t per_page;       /* channels that one page holds: 1 for colour */
    const char *description; /* "" when there is none */
    double x_resolution, y_resolution; /* pixels per unit; 0: not known */
    unsigned resolution_unit;          /* 1 none, 2 inch, 3 centimetre */
    uint64_t raw_planes; /* uncompressed planes that follow each other from the
                            page's pixels to the end of the file, all counted */
};

struct akin__tiff_arranged {
    struct akin__tiff_layout layout;
    uint32_t per_page; /* c = page's c * per_page + sample */
    bool is_raw_stack; /* layout counts planes behind the first page's pixels */
};

/* Which of the pages are planes, in what order, and what info says of it. Fills
 * d->info but for its format. */
enum akin_status akin__tiff_arrange(struct akin_decoder *d,
                                    const struct akin__tiff_pages *pages,
                                    const struct akin__tiff_head *head,
                                    struct akin__tiff_arranged *out,
                                    struct akin_error *err) AKIN_MUST_USE;

/* The first page that is not a thumbnail. */
uint32_t akin__tiff_first_page(const struct akin__tiff_pages *pages);

/* ---- pixels ---- */

enum akin__tiff_mode {
    AKIN__TIFF_DIRECT,  /* grey or RGB samples */
    AKIN__TIFF_PALETTE, /* indexes into three tables */
    AKIN__TIFF_INK      /* CMYK */
};

struct akin__tiff_target {
    enum akin__tiff_mode mode;
    struct akin__samples samples;
    struct akin__palette palette;
    struct akin_plane plane;
    uint32_t first;    /* sample of the pixel that becomes channel 0 */
    uint16_t *scratch; /* width samples, for palettes */
};

/* Puts n_rows rows of n_px pixels, row_bytes apart, to x, y of the plane.
 * channel: which channel the rows hold when samples lie in separate planes;
 * otherwise -1. */
void akin__tiff_put_rows(const struct akin__tiff_target *target,
                         const uint8_t *src, size_t row_bytes, uint32_t x,
                         uint32_t y, uint32_t n_px, uint32_t n_rows,
                         int channel);

/* The sample type of the planes that a target makes. */
enum akin_sample
akin__tiff_target_sample(const struct akin__tiff_target *target);

/* Reverses the bytes of n samples of 16, 32 or 64 bits. */
void akin__swap_samples(uint8_t *bytes, size_t n, uint32_t bits);

/* ---- libtiff ---- */

struct akin__tiff_file; /* opaque: libtiff's handle and its complaints */

/* What the tags of a page say. */
struct akin__tiff_tags {
    uint32_t width, height; /* px */
    uint16_t bits, per_px, photometric, compression;
    uint16_t n_alpha; /* of the samples of a pixel, the last ones */
    enum akin__sample_kind kind;
    bool is_known_kind; /* false: complex numbers and the like */
    bool is_tiled;
    bool is_separate; /* each sample has its own strips or tiles */
    bool is_plain;    /* not compressed */
    bool is_inverted; /* the smallest value is white */
    bool is_swapped;  /* the file has the other byte order */
    bool is_colour;
    bool is_rgba;              /* only libtiff's RGBA interface can read it */
    uint32_t chunk_w, chunk_h; /* px of a strip or tile */
    enum akin__tiff_mode mode;
    const uint16_t *map[3]; /* palette, 2^bits entries each; until next load */
};

/* The source of d must outlive the file. */
enum akin_status akin__tiff_file_open(struct akin_decoder *d,
                                      struct akin__tiff_file **out,
                                      struct akin_error *err) AKIN_MUST_USE;
void akin__tiff_file_close(struct akin__tiff_file *file); /* NULL is fine */

/* Makes the page whose directory is at offset the current one. number: for the
 * sentence when that fails. */
enum akin_status akin__tiff_load(struct akin__tiff_file *file, uint64_t offset,
                                 uint32_t number, struct akin__tiff_tags *out,
                                 struct akin_error *err) AKIN_MUST_USE;

/* Of the current page: fills head's description (valid until the next load) and
 * resolution. */
void akin__tiff_load_text(struct akin__tiff_file *file,
                          struct akin__tiff_head *head);
uint64_t akin__tiff_first_offset(struct akin__tiff_file *file);
uint64_t akin__tiff_row_bytes(struct akin__tiff_file *file,
                              const struct akin__tiff_tags *tags);

/* Bytes of all strips or tiles, as far as the file is long enough. */
uint64_t akin__tiff_stored_bytes(struct akin__tiff_file *file,
                                 const struct akin__tiff_tags *tags);
uint32_t akin__tiff_chunk_index(struct akin__tiff_file *file,
                                const struct akin__tiff_tags *tags, uint32_t x,
                                uint32_t y, uint16_t sample);

/* Decodes a strip or tile of `rows` rows; gives how many of them are good. The
 * others are 0. Strips and tiles that were never written are 0 and good. */
uint32_t akin__tiff_read_chunk(struct akin__tiff_file *file,
                               const struct akin__tiff_tags *tags,
                               uint32_t index, size_t row_bytes, uint32_t rows,
                               uint8_t *out);

/* libtiff's own conversion of the whole page to 8-bit RGB. */
enum akin_status akin__tiff_read_rgba(struct akin__tiff_file *file,
                                      struct akin_plane *plane,
                                      struct akin_error *err) AKIN_MUST_USE;

/* Why a strip or tile was not good, in libtiff's words. */
const char *akin__tiff_trouble(const struct akin__tiff_file *file);

#endif
