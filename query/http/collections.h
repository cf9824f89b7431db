/* SPDX-License-Identifier: Apache-2.0 */
/*
 * collections.h - /v1/collections: what a training collection would hold, asked
 * of the method `collect`. Nothing is written, and no image file is read.
 */
#ifndef AKIN_HTTP_COLLECTIONS_H
#define AKIN_HTTP_COLLECTIONS_H

#include "http_internal.h"

akin_http_route_fn akin_collections_post, akin_collections_get;

#endif
