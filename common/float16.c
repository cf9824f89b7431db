/* SPDX-License-Identifier: Apache-2.0 */
/*
 * float16.c - IEEE 754-2008 binary16, section 3.4 (layout) and 4.3.1
 * (rounding), in integers, so that every machine stores the same bits.
 */
#include "float16.h"

#include <string.h>

#define HALF_MAX 0x7bffu /* 65504 */

uint16_t
akin__half_of(float value)
{
    uint32_t bits, sign, magnitude, kept, rest, half;
    int shift = 13; /* 23 bits of fraction become 10 */

    memcpy(&bits, &value, sizeof(bits));
    sign = bits >> 16 & 0x8000u;
    magnitude = bits & 0x7fffffffu;
    if (magnitude > 0x7f800000u)
        return (uint16_t)(sign | 0x7e00u); /* not a number stays one */
    if (magnitude < 0x33000000u)
        return (uint16_t)sign; /* below half of the smallest */
    if (magnitude < 0x38800000u) {
        /* Below 2^-14: no hidden one, and fewer bits the smaller it is. */
        shift = 126 - (int)(magnitude >> 23);
        magnitude = (magnitude & 0x7fffffu) | 0x800000u;
    } else {
        magnitude -= 0x38000000u; /* exponent: bias 127 becomes 15 */
    }
    kept = magnitude >> shift;
    rest = magnitude & (((uint32_t)1 << shift) - 1);
    half = (uint32_t)1 << (shift - 1);
    /* Rounding up may carry into the exponent, which is then right as well. */
    if (rest > half || (rest == half && (kept & 1) != 0))
        kept++;
    return (uint16_t)(sign | (kept > HALF_MAX ? HALF_MAX : kept));
}

float
akin__half_to(uint16_t half)
{
    uint32_t sign = (uint32_t)(half & 0x8000u) << 16;
    uint32_t exponent = half >> 10 & 31u, fraction = half & 0x3ffu;
    uint32_t bits;
    float value;

    if (exponent == 31) {
        bits = 0x7f800000u | fraction << 13;
    } else if (exponent != 0) {
        bits = (exponent + 112) << 23 | fraction << 13;
    } else {
        /* Subnormal: fraction * 2^-24, exact in a float. */
        value = (float)fraction * 0x1.0p-24f;
        memcpy(&bits, &value, sizeof(bits));
    }
    bits |= sign;
    memcpy(&value, &bits, sizeof(value));
    return value;
}
