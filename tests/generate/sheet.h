/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sheet.h - a contact sheet: many pictures side by side, for looking at.
 */
#ifndef AKIN_GENERATE_SHEET_H
#define AKIN_GENERATE_SHEET_H

#include "picture.h"

struct sheet {
    struct picture page; /* colour */
    int edge;            /* px of a place */
    int columns;
};

/* Free with sheet_free. */
struct sheet sheet_new(int columns, int rows, int edge);
void sheet_free(struct sheet *sheet);

/* Puts the top left corner of a picture, one pixel for one, into place i. Grey
 * is stretched from its darkest to its brightest 0.3 %; the channels of a
 * composite become green and magenta; of a stack, the middle plane is shown. */
void sheet_put(struct sheet *sheet, int i, const struct picture *picture);

#endif
