/* SPDX-License-Identifier: Apache-2.0 */
/* assets_internal.h - the table that the build makes of query/web/files. */
#ifndef AKIN_WEB_ASSETS_INTERNAL_H
#define AKIN_WEB_ASSETS_INTERNAL_H

#include "assets.h"

extern const struct akin_asset akin__assets[];
extern const size_t akin__n_assets;

#endif
