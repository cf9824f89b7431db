/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AKIN_ERROR_INTERNAL_H
#define AKIN_ERROR_INTERNAL_H

/* Makes a line of text that quotes bytes from outside fit for a terminal:
 * control characters (C0, DEL, and C1 as UTF-8 writes them) become `instead`,
 * and a letter that the end of the text cuts in two is left out. */
void akin__disarm(char *text, char instead);

#endif
