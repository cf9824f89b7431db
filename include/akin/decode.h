/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/decode.h - image files to planes.
 *
 * Knows JPEG, TIFF (with ImageJ hyperstacks and OME-TIFF), PNG and BMP by
 * their first bytes, never by name. Knows nothing of tiles or datasets.
 * Everything is checked against limits before memory is asked for. A file
 * whose end is missing, or some of whose strips or tiles are damaged, gives
 * what could be read (the rest is 0) with a note in its info, when at least
 * half of the plane is there; otherwise EFORMAT.
 *
 * What pixels become, beyond akin/image.h:
 *   - A colour image whose channels are equal everywhere gives grey planes, so
 *     that a picture looks the same however it was saved: info.colour is what
 *     the file declares, plane.channels what the plane has.
 *   - Alpha, transparency, extra colour samples, gamma, colour profiles and
 *     orientation tags are ignored. CMYK becomes RGB.
 *   - Signed 8 and 16-bit integers are raised by half their range, which keeps
 *     their order; min-is-white is inverted (floats: negated).
 *   - Of floats, NaN and -infinity become the plane's smallest finite value and
 *     +infinity the largest; 0 when there is none.
 *   - Grey TIFF pages of several samples hold one channel (c) a sample.
 *
 * Which pages of a TIFF are which z, c, t: as ImageJ's description or OME-XML
 * says; without either, a z stack. Thumbnails, pyramid levels and pages unlike
 * the first are no planes (info.note says so). Planes of an OME data set that
 * lie in other files are left out of the sizes. Pixel sizes come from these
 * descriptions, or from a resolution that is neither a screen's nor a
 * printer's.
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
