/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptions of TIFF files: ImageJ's lines and OME-XML, and the order of
 * pages that follows. */
#include <stdlib.h>
#include <string.h>

#include "decode_tiff_internal.h"

#define PAGES 12

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = akin_strndup((const char *)data, size);
    struct akin__tiff_layout layout = {0};
    struct akin__ome ome = {0};
    struct akin__imagej imagej;
    bool is_plane[PAGES];

    for (size_t i = 0; i < PAGES; i++)
        is_plane[i] = i != 5;
    (void)akin__imagej_parse(text, &imagej);
    if (akin__ome_parse(text, strlen(text), 4096, &ome, NULL) == AKIN_OK &&
        akin__tiff_layout_ome(&ome, is_plane, PAGES, 1, 4096, &layout, NULL) ==
            AKIN_OK &&
        layout.page != NULL)
        for (size_t i = 0;
             i < (size_t)layout.dim_z * layout.dim_c * layout.dim_t; i++)
            if (layout.page[i] != AKIN__NO_PAGE && layout.page[i] >= PAGES)
                abort();
    akin__tiff_layout_free(&layout);
    akin__ome_free(&ome);
    free(text);
    return 0;
}
