/* SPDX-License-Identifier: Apache-2.0 */
#include "assets.h"

#include <string.h>

#include "assets_internal.h"

const struct akin_asset *
akin_asset_find(const char *name)
{
    for (size_t i = 0; i < akin__n_assets; i++)
        if (strcmp(akin__assets[i].name, name) == 0)
            return &akin__assets[i];
    return NULL;
}

size_t
akin_assets(const struct akin_asset **out)
{
    *out = akin__assets;
    return akin__n_assets;
}
