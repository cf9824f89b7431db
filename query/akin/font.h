/* SPDX-License-Identifier: Apache-2.0 */
/*
 * font.h - the letters of canvas.h: 5 x 9 dots, drawn for akin.
 */
#ifndef AKIN_CLI_FONT_H
#define AKIN_CLI_FONT_H

#include <stdint.h>

#define AKIN_FONT_COLUMNS 5
#define AKIN_FONT_ROWS 9 /* two of them below the line */

/* AKIN_FONT_ROWS rows; the leftmost dot is bit 4. */
const uint8_t *akin_font_letter(uint32_t code);

#endif
