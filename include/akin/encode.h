/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/encode.h - planes to PNG and JPEG bytes.
 *
 * The same plane gives the same bytes (no times, no comments are written).
 *
 * Threads: no shared state.
 */
#ifndef AKIN_ENCODE_H
#define AKIN_ENCODE_H

#include "akin/image.h"

#define AKIN_JPEG_QUALITY 88

/* Appends a PNG (RFC 2083) to out: 8 or 16 bit, grey or RGB. EINVAL: floats;
 * ENOMEM leaves out as it was. */
enum akin_status akin_encode_png(const struct akin_plane *plane,
                                 struct akin_buf *out,
                                 struct akin_error *err) AKIN_MUST_USE;

/* Appends a JPEG to out: 8 bit only, grey or 4:4:4 colour; quality 1 to 100.
 * EINVAL: other samples, an edge over 65,500 px. */
enum akin_status akin_encode_jpeg(const struct akin_plane *plane, int quality,
                                  struct akin_buf *out,
                                  struct akin_error *err) AKIN_MUST_USE;

#endif
