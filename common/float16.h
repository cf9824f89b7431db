/* SPDX-License-Identifier: Apache-2.0 */
/*
 * float16.h - half precision: two bytes a number where that is enough.
 *
 * IEEE 754-2008 binary16, rounded to nearest, ties to even. Finite numbers
 * beyond 65504 become 65504: a feature is never infinite.
 */
#ifndef AKIN_FLOAT16_H
#define AKIN_FLOAT16_H

#include <stdint.h>

uint16_t akin__half_of(float value);
float akin__half_to(uint16_t half);

#endif
