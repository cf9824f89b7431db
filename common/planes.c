/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/planes.h"

#include <stdlib.h>

static uint32_t
fewer(uint64_t limit, uint32_t dim)
{
    return limit < dim ? (uint32_t)limit : dim;
}

/* Place k of n along z: the middles of an odd number of equal parts, so that
 * the middle plane is always one of them and the ends are not. An even number
 * leaves out the last part. */
static uint32_t
z_place(uint32_t k, uint32_t n, uint32_t dim)
{
    uint64_t parts = n | 1u;

    if (n == dim)
        return k;
    return (uint32_t)(((2 * (uint64_t)k + 1) * dim) / (2 * parts));
}

/* Place k of n along t: the first, the last, and evenly between them. */
static uint32_t
t_place(uint32_t k, uint32_t n, uint32_t dim)
{
    if (n == 1)
        return 0;
    return (uint32_t)(((uint64_t)k * (dim - 1) + (n - 1) / 2) / (n - 1));
}

enum akin_status
akin_planes_choose(const struct akin_image_info *info,
                   const struct akin_config *config,
                   struct akin_plane_list *out, struct akin_error *err)
{
    uint32_t n_z = fewer(config->plane_max_z, info->dim_z);
    uint32_t n_c = fewer(config->plane_max_c, info->dim_c);
    uint32_t n_t = fewer(config->plane_max_t, info->dim_t);
    /* The settings' maxima (1000 each) keep this below 2^30. */
    size_t n = (size_t)n_z * n_c * n_t;
    struct akin_plane_ref *ref;
    size_t i = 0;

    if (n == 0)
        return AKIN_FAIL(err, AKIN_EINVAL, "an image without planes");
    ref = malloc(n * sizeof(*ref));
    if (ref == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for %zu planes", n);
    for (uint32_t t = 0; t < n_t; t++)
        for (uint32_t z = 0; z < n_z; z++)
            for (uint32_t c = 0; c < n_c; c++)
                ref[i++] =
                    (struct akin_plane_ref){z_place(z, n_z, info->dim_z), c,
                                            t_place(t, n_t, info->dim_t)};
    *out = (struct akin_plane_list){ref, n};
    return AKIN_OK;
}

void
akin_plane_list_free(struct akin_plane_list *list)
{
    free(list->ref);
    *list = (struct akin_plane_list){0};
}
