/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/feature_set.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "akin/feature.h"

#define EXTERNAL "external:"

static const struct akin_feature_set builtin = {AKIN_FEATURE_SET,
                                                AKIN_N_FEATURES, ""};
_Static_assert(AKIN_N_FEATURES <= AKIN_FEATURES_MAX, "room for our own");

const struct akin_feature_set *
akin_feature_set_builtin(void)
{
    return &builtin;
}

static bool
is_name(struct akin_span name)
{
    static const char may[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                              "abcdefghijklmnopqrstuvwxyz0123456789._-";

    if (name.len == 0 || name.len >= AKIN_PROVIDER_NAME)
        return false;
    for (size_t i = 0; i < name.len; i++)
        if (memchr(may, name.data[i], sizeof(may) - 1) == NULL)
            return false;
    return true;
}

enum akin_status
akin_feature_set_external(struct akin_span name, uint64_t dim,
                          struct akin_feature_set *out, struct akin_error *err)
{
    if (!is_name(name))
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "the name of a provider is 1 to %d of the characters "
                         "A-Z a-z 0-9 . _ -",
                         AKIN_PROVIDER_NAME - 1);
    if (dim < AKIN_EXTERNAL_MIN || dim > AKIN_FEATURES_MAX)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "%" PRIu64 " numbers of a tile; a provider gives %d "
                         "to %d",
                         dim, AKIN_EXTERNAL_MIN, AKIN_FEATURES_MAX);
    *out = (struct akin_feature_set){.n = (size_t)dim};
    memcpy(out->name, name.data, name.len);
    (void)snprintf(out->id, sizeof(out->id), EXTERNAL "%s/%zu", out->name,
                   out->n);
    return AKIN_OK;
}

bool
akin_feature_set_parse(struct akin_span id, struct akin_feature_set *out)
{
    size_t head = sizeof(EXTERNAL) - 1, slash = head;
    struct akin_feature_set set;
    uint64_t dim = 0;

    if (akin_span_equal(id, akin_span_str(builtin.id))) {
        *out = builtin;
        return true;
    }
    if (id.len < head || memcmp(id.data, EXTERNAL, head) != 0)
        return false;
    while (slash < id.len && id.data[slash] != '/')
        slash++;
    for (size_t i = slash + 1; i < id.len && dim <= AKIN_FEATURES_MAX; i++) {
        if (id.data[i] < '0' || id.data[i] > '9')
            return false;
        dim = dim * 10 + (uint64_t)(id.data[i] - '0');
    }
    if (akin_feature_set_external(akin_span_of(id.data + head, slash - head),
                                  dim, &set, NULL) != AKIN_OK)
        return false;
    /* One set has one id: no leading zeros, nothing after the number. */
    if (!akin_span_equal(id, akin_span_str(set.id)))
        return false;
    *out = set;
    return true;
}

bool
akin_feature_set_is_external(const struct akin_feature_set *set)
{
    return set->name[0] != '\0';
}

bool
akin_feature_set_same(const struct akin_feature_set *a,
                      const struct akin_feature_set *b)
{
    return strcmp(a->id, b->id) == 0;
}
