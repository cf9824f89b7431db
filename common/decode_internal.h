/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decode_internal.h - what decode.c and the files of the formats share.
 *
 * A format is a row of functions. decode.c opens the source, finds the format
 * by the first bytes, checks the arguments and finishes planes; a format reads
 * headers in open() and pixels in plane().
 */
#ifndef AKIN_DECODE_INTERNAL_H
#define AKIN_DECODE_INTERNAL_H

#include "akin/decode.h"

/* A file that is read in parts, or bytes in memory. */
struct akin__source {
    struct akin_span bytes; /* when in_memory */
    bool in_memory;
    int fd;        /* otherwise */
    uint64_t size; /* bytes */
    int error;     /* errno of a failed read; 0: none so far */
};

/* Reads what there is of len bytes at offset; fewer than len at the end of the
 * source or when reading fails (then source->error says why). */
size_t akin__source_read(struct akin__source *source, uint64_t offset,
                         void *out, size_t len);

struct akin__decode_limits {
    uint64_t max_px;        /* of one plane */
    uint64_t max_planes;    /* and pages */
    uint64_t max_expansion; /* decoded bytes for each stored byte */
};

struct akin_decoder {
    uint32_t magic;
    const struct akin__format *format;
    struct akin__source source;
    struct akin_buf whole; /* the file, for formats that want it at once */
    struct akin__decode_limits limits;
    struct akin_image_info info;
    void *state; /* the format's; freed by its close() */
};

struct akin__format {
    const char *name;
    bool in_parts; /* reads the source itself; others get it in memory */
    bool (*matches)(struct akin_span first);
    enum akin_status (*open)(struct akin_decoder *d, struct akin_error *err);
    /* z, c and t lie within info. On success *out owns its pixels. */
    enum akin_status (*plane)(struct akin_decoder *d, uint32_t z, uint32_t c,
                              uint32_t t, struct akin_plane *out,
                              struct akin_error *err);
    void (*close)(struct akin_decoder *d); /* may be NULL */
};

extern const struct akin__format akin__decode_jpeg;
extern const struct akin__format akin__decode_tiff;
extern const struct akin__format akin__decode_png;
extern const struct akin__format akin__decode_bmp;

/* Adds a remark to info.note, once, when there is room for it. */
void akin__decode_note(struct akin_decoder *d, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* ELIMIT when a plane of width x height px with bytes_per_px would exceed
 * image.max_plane_px, or stored bytes would grow beyond image.max_expansion. */
enum akin_status akin__decode_check_size(const struct akin_decoder *d,
                                         uint32_t width, uint32_t height,
                                         uint32_t bytes_per_px, uint64_t stored,
                                         struct akin_error *err) AKIN_MUST_USE;

/* The rule for files whose end is missing: good of all parts could be read.
 * All: OK. At least half: OK with a note. Otherwise EFORMAT. */
enum akin_status akin__decode_check_good(struct akin_decoder *d, uint64_t good,
                                         uint64_t all, const char *why,
                                         struct akin_error *err) AKIN_MUST_USE;

/* True when each of n entries (R, G, B bytes) has three equal parts. */
bool akin__decode_map_is_grey(const uint8_t (*map)[3], size_t n);

/* Micrometres per pixel for a resolution in pixels per metre, or 0 when it is
 * none that a microscope has: a screen's or printer's, or out of bounds. */
double akin__decode_um_of_resolution(double px_per_metre);

#endif
