/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pictures.h - stored images, parts of them, and uploaded ones as pictures that
 * a browser shows: 8 bit, PNG or JPEG, whatever the file was.
 */
#ifndef AKIN_HTTP_PICTURES_H
#define AKIN_HTTP_PICTURES_H

#include "http_internal.h"

akin_http_route_fn akin_pictures_thumbnail, akin_pictures_preview,
    akin_pictures_crop, akin_pictures_annotation, akin_pictures_upload;

#endif
