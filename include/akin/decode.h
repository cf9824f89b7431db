/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/decode.h - image files to planes.
 *
 * Knows JPEG, TIFF (with ImageJ hyperstacks and OME-TIFF), PNG and BMP by
 * their first bytes, never by name. Knows nothing of tiles or datasets.
 * Everything is checked against limits before memory is asked for. A file
 * whose end is missing gives what could be read, with a note in its info, when
 * at least half of the plane is there; otherwise EFORMAT.
 *
 * Threads: one decoder belongs to one thread at a time; any number of
 * decoders may work at once.
 */
#ifndef AKIN_DECODE_H
#define AKIN_DECODE_H

#include "akin/config.h"
#include "akin/image.h"

struct akin_decoder; /* opaque */

/* Opens a file (TIFF: read in parts as planes are asked for) or bytes, which
 * must stay valid until close. EFORMAT: none of the known formats, or broken;
 * ELIMIT: image.* settings; ENOTFOUND, EIO: the file. The text does not repeat
 * the path: the caller knows it. */
enum akin_status akin_decode_open(const char *path,
                                  const struct akin_config *limits,
                                  struct akin_decoder **out,
                                  struct akin_error *err) AKIN_MUST_USE;
enum akin_status akin_decode_open_bytes(struct akin_span bytes,
                                        const struct akin_config *limits,
                                        struct akin_decoder **out,
                                        struct akin_error *err) AKIN_MUST_USE;
void akin_decode_close(struct akin_decoder *decoder); /* NULL is fine */

/* Valid until close. The note may gain text while planes are read. */
const struct akin_image_info *
akin_decode_info(const struct akin_decoder *decoder);

/* Decodes one plane. z, c, t must lie within info's sizes. *out is owned by
 * the caller (akin_plane_free); start from {0}. */
enum akin_status akin_decode_plane(struct akin_decoder *decoder, uint32_t z,
                                   uint32_t c, uint32_t t,
                                   struct akin_plane *out,
                                   struct akin_error *err) AKIN_MUST_USE;

/* True when the name ends like an image file that akin reads: used to list
 * folders; what a file really is, its bytes say. */
bool akin_decode_has_image_name(const char *path);

#endif
