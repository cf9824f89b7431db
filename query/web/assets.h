/* SPDX-License-Identifier: Apache-2.0 */
/*
 * assets.h - the files of the web page, which are part of the program.
 *
 * Every file of query/web/files is embedded when akin is built
 * (scripts/cmake/Assets.cmake); nothing is read from disk when it is asked for.
 *
 * Threads: constant data.
 */
#ifndef AKIN_WEB_ASSETS_H
#define AKIN_WEB_ASSETS_H

#include <stddef.h>
#include <stdint.h>

struct akin_asset {
    const char *name;       /* of the file: "index.html" */
    const char *media_type; /* "text/html; charset=utf-8" */
    const char *etag;       /* with its quotes; changes with the bytes */
    const uint8_t *data;
    size_t len;
};

/* NULL: there is no such file. */
const struct akin_asset *akin_asset_find(const char *name);

/* All of them, by name. */
size_t akin_assets(const struct akin_asset **out);

#endif
