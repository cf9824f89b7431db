/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/detail.h"

#include <stdlib.h>

#include "contrast.h"

struct akin_detail {
    struct akin__plane_range range;
    struct akin__contrast_work work;
};

struct akin_detail *
akin_detail_new(void)
{
    return akin_new(1, sizeof(struct akin_detail));
}

void
akin_detail_free(struct akin_detail *detail)
{
    free(detail);
}

void
akin_detail_plane(struct akin_detail *detail, const struct akin_plane *plane)
{
    detail->range = akin__contrast_range(plane, &detail->work);
}

double
akin_detail_of(struct akin_detail *detail, const struct akin_plane *level,
               struct akin_tile_rect rect)
{
    size_t n = 0, n_seen = 0;

    /* A rest narrower than a block at the right or lower edge is part of the
     * last block. */
    for (uint32_t y = 0; y == 0 || y + AKIN_DETAIL_BLOCK <= rect.h;
         y += AKIN_DETAIL_BLOCK) {
        uint32_t h =
            rect.h - y < 2 * AKIN_DETAIL_BLOCK ? rect.h - y : AKIN_DETAIL_BLOCK;

        for (uint32_t x = 0; x == 0 || x + AKIN_DETAIL_BLOCK <= rect.w;
             x += AKIN_DETAIL_BLOCK) {
            uint32_t w = rect.w - x < 2 * AKIN_DETAIL_BLOCK ? rect.w - x
                                                            : AKIN_DETAIL_BLOCK;
            struct akin_tile_rect block = {rect.x + x, rect.y + y, w, h};

            n++;
            n_seen += akin__contrast_of(level, block, detail->range,
                                        &detail->work) >= AKIN_DETAIL_CONTRAST;
        }
    }
    return (double)n_seen / (double)n;
}
