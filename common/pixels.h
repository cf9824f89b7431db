/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pixels.h - samples as files pack them, to samples as planes have them.
 *
 * Input rows are packed without gaps between pixels; samples of 16, 32 and 64
 * bits are in the machine's byte order, smaller odd ones begin at the most
 * significant bit. What becomes what:
 *   1 to 8-bit unsigned   8-bit, scaled to 0..255
 *   9 to 16-bit unsigned  16-bit, as they are
 *   8, 16-bit signed      8, 16-bit, plus half the range, so that order is kept
 *   32, 64-bit integers, half, float, double   float
 * Min-is-white samples are inverted (floats: negated).
 *
 * Threads: no shared state.
 */
#ifndef AKIN_PIXELS_H
#define AKIN_PIXELS_H

#include "akin/image.h"

enum akin__sample_kind { AKIN__UINT, AKIN__INT, AKIN__FLOAT };

struct akin__samples {
    enum akin__sample_kind kind;
    uint32_t bits;    /* of one sample */
    uint32_t per_px;  /* samples that lie together as one pixel */
    bool is_inverted; /* the smallest value is white */
};

/* False when there is no rule for such samples. */
bool akin__samples_known(const struct akin__samples *s);

/* What planes of such samples hold. */
enum akin_sample akin__samples_target(const struct akin__samples *s);

/* Copies sample number `first` of n_px pixels to every dst_step-th sample of
 * dst, which has the type of akin__samples_target. */
void akin__samples_copy(const struct akin__samples *s, const uint8_t *src,
                        uint32_t first, size_t n_px, void *dst,
                        size_t dst_step);

/* The same for unsigned samples of at most 16 bits, without scaling. */
void akin__samples_raw(const struct akin__samples *s, const uint8_t *src,
                       uint32_t first, size_t n_px, uint16_t *dst);

/* Palette indexes to RGB. map: three tables of n entries, 16 bits wide. An
 * index beyond the table is black. */
struct akin__palette {
    const uint16_t *map[3];
    uint32_t n;
    unsigned shift; /* 8 when entries use 16 bits, 0 when they use 8 */
};
void akin__palette_row(const struct akin__palette *palette,
                       const uint16_t *index, size_t n_px, uint8_t *rgb);

/* Cyan, magenta, yellow and black (most ink at the largest value) to RGB; rows
 * of n_px pixels of per_px samples, of which the first four are used. */
void akin__ink_row_u8(const uint8_t *ink, uint32_t per_px, size_t n_px,
                      uint8_t *rgb);
void akin__ink_row_u16(const uint16_t *ink, uint32_t per_px, size_t n_px,
                       uint16_t *rgb);

/* Replaces what is not finite: +infinity by the largest finite value of the
 * samples, -infinity and NaN by the smallest; all by 0 when none is finite. */
void akin__make_finite(float *px, size_t n);

#endif
