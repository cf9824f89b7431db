/* SPDX-License-Identifier: Apache-2.0 */
/*
 * projection.c - a projection in memory, in use, and as a file.
 *
 * The file, little-endian:
 *    0  8   "AKINPROJ"
 *    8  4   version of this layout, 1
 *   12  4   n: numbers of a tile
 *   16  4   AKIN_DIM
 *   20  4   length of the feature set's id, and the id
 *    .  16  hash of the numbers that follow
 *    .  4 x n             the mean, IEEE 754 binary32
 *    .  4 x n x AKIN_DIM  the map, feature by feature
 */
#include "projection_internal.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "akin/feature.h"
#include "akin/hash.h"
#include "simd.h"

#define MAGIC "AKINPROJ"
#define MAGIC_LEN (sizeof(MAGIC) - 1)
#define LAYOUT 1
#define HEAD_LEN (MAGIC_LEN + 16)
#define HASH_LEN 16

/* Lengths below this, squared, have no direction. */
#define TINY_SQUARE 1e-20

extern const unsigned char akin__builtin_projection[];
extern const size_t akin__builtin_projection_len;

struct akin_projection {
    char id[AKIN_PROJECTION_ID];
    struct akin_feature_set set;
    float mean[AKIN_FEATURES_MAX];
    float map[][AKIN_DIM]; /* set.n rows */
};

/* How many numbers the file holds. */
static size_t
n_numbers(const struct akin_feature_set *set)
{
    return set->n * (1 + AKIN_DIM);
}

static struct akin_projection *
new_projection(const struct akin_feature_set *set)
{
    struct akin_projection *projection =
        akin_new(1, sizeof(*projection) + set->n * sizeof(projection->map[0]));

    projection->set = *set;
    return projection;
}

const struct akin_feature_set *
akin_projection_features(const struct akin_projection *projection)
{
    return &projection->set;
}

const char *
akin_projection_id(const struct akin_projection *projection)
{
    return projection->id;
}

void
akin_projection_free(struct akin_projection *projection)
{
    free(projection);
}

static void
put_float(struct akin_buf *out, float value)
{
    uint8_t bytes[4];
    uint32_t bits;

    memcpy(&bits, &value, sizeof(bits));
    akin_put_le32(bytes, bits);
    akin_buf_put(out, bytes, sizeof(bytes));
}

/* The numbers in the order of the file. */
static void
put_numbers(const struct akin_projection *projection, struct akin_buf *out)
{
    for (size_t i = 0; i < projection->set.n; i++)
        put_float(out, projection->mean[i]);
    for (size_t i = 0; i < projection->set.n; i++)
        for (size_t k = 0; k < AKIN_DIM; k++)
            put_float(out, projection->map[i][k]);
}

static void
set_id(struct akin_projection *projection, struct akin_span numbers)
{
    struct akin_hash hash = akin_hash_of(numbers);
    char text[AKIN_HASH_TEXT];

    akin_hash_text(&hash, text);
    (void)snprintf(projection->id, sizeof(projection->id), "nw%d-%s", AKIN_DIM,
                   text);
}

enum akin_status
akin__projection_make(const struct akin_feature_set *set, const double *mean,
                      const double *axes, struct akin_projection **out,
                      struct akin_error *err)
{
    struct akin_projection *projection = new_projection(set);
    struct akin_buf numbers = {0};
    bool is_finite = true;

    for (size_t i = 0; i < set->n; i++) {
        projection->mean[i] = (float)mean[i];
        is_finite = is_finite && isfinite(projection->mean[i]);
        for (size_t k = 0; k < AKIN_DIM; k++) {
            projection->map[i][k] = (float)axes[k * set->n + i];
            is_finite = is_finite && isfinite(projection->map[i][k]);
        }
    }
    if (!is_finite) {
        akin_projection_free(projection);
        return AKIN_FAIL(err, AKIN_EINTERNAL,
                         "the trained projection is not finite");
    }
    put_numbers(projection, &numbers);
    set_id(projection, akin_buf_span(&numbers));
    akin_buf_free(&numbers);
    *out = projection;
    return AKIN_OK;
}

void
akin_projection_write(const struct akin_projection *projection,
                      struct akin_buf *out)
{
    struct akin_buf numbers = {0};
    const char *id = projection->set.id;
    struct akin_hash hash;
    uint8_t head[16];

    put_numbers(projection, &numbers);
    hash = akin_hash_of(akin_buf_span(&numbers));
    akin_put_le32(head, LAYOUT);
    akin_put_le32(head + 4, (uint32_t)projection->set.n);
    akin_put_le32(head + 8, AKIN_DIM);
    akin_put_le32(head + 12, (uint32_t)strlen(id));
    akin_buf_put(out, MAGIC, MAGIC_LEN);
    akin_buf_put(out, head, sizeof(head));
    akin_buf_puts(out, id);
    akin_buf_put(out, hash.bytes, HASH_LEN);
    akin_buf_put(out, numbers.data, numbers.len);
    akin_buf_free(&numbers);
}

/* Everything before the numbers. */
static enum akin_status
check_head(struct akin_span bytes, struct akin_feature_set *set,
           struct akin_error *err)
{
    const uint8_t *p = bytes.data;
    size_t id_len, want;

    if (bytes.len < HEAD_LEN || memcmp(p, MAGIC, MAGIC_LEN) != 0)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "projection: does not start with %s", MAGIC);
    if (akin_le32(p + 8) != LAYOUT)
        return AKIN_FAIL(err, AKIN_ESTALE,
                         "projection: layout %" PRIu32 ", this akin reads %d",
                         akin_le32(p + 8), LAYOUT);
    id_len = akin_le32(p + 20);
    if (id_len > bytes.len - HEAD_LEN ||
        !akin_feature_set_parse(akin_span_of(p + HEAD_LEN, id_len), set))
        return AKIN_FAIL(err, AKIN_ESTALE,
                         "projection: made for another feature set than %s",
                         AKIN_FEATURE_SET);
    if (akin_le32(p + 12) != set->n || akin_le32(p + 16) != AKIN_DIM)
        return AKIN_FAIL(err, AKIN_ESTALE,
                         "projection: from %" PRIu32 " to %" PRIu32
                         " numbers, this akin needs %zu to %d",
                         akin_le32(p + 12), akin_le32(p + 16), set->n,
                         AKIN_DIM);
    want = HEAD_LEN + id_len + HASH_LEN + 4 * n_numbers(set);
    if (bytes.len != want)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "projection: %zu bytes instead of %zu", bytes.len,
                         want);
    return AKIN_OK;
}

static bool
read_number(const uint8_t *p, float *out)
{
    uint32_t bits = akin_le32(p);

    memcpy(out, &bits, sizeof(*out));
    return isfinite(*out);
}

enum akin_status
akin_projection_read(struct akin_span bytes, struct akin_projection **out,
                     struct akin_error *err)
{
    struct akin_feature_set set = {.n = 0};
    enum akin_status st = check_head(bytes, &set, err);
    struct akin_projection *projection;
    struct akin_span numbers;
    struct akin_hash hash;
    bool is_finite = true;

    if (st != AKIN_OK)
        return st;
    numbers.len = 4 * n_numbers(&set);
    numbers.data = bytes.data + (bytes.len - numbers.len);
    hash = akin_hash_of(numbers);
    if (memcmp(hash.bytes, numbers.data - HASH_LEN, HASH_LEN) != 0)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "projection: the numbers do not have the hash that "
                         "stands before them");
    projection = new_projection(&set);
    for (size_t i = 0; i < set.n; i++) {
        const uint8_t *row = numbers.data + 4 * (set.n + i * AKIN_DIM);

        is_finite &= read_number(numbers.data + 4 * i, &projection->mean[i]);
        for (size_t k = 0; k < AKIN_DIM; k++)
            is_finite &= read_number(row + 4 * k, &projection->map[i][k]);
    }
    if (!is_finite) {
        akin_projection_free(projection);
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "projection: a number is not finite");
    }
    set_id(projection, numbers);
    *out = projection;
    return AKIN_OK;
}

enum akin_status
akin_projection_builtin(struct akin_projection **out, struct akin_error *err)
{
    struct akin_span bytes = {akin__builtin_projection,
                              akin__builtin_projection_len};
    enum akin_status st = akin_projection_read(bytes, out, err);

    if (st != AKIN_OK)
        akin_error_prefix(err, "built in");
    return st;
}

enum akin_status
akin_projection_plain(const struct akin_feature_set *set,
                      struct akin_projection **out, struct akin_error *err)
{
    double *mean = akin_new(set->n, sizeof(*mean));
    double *axes = akin_new(set->n, AKIN_DIM * sizeof(*axes));
    enum akin_status st;

    for (size_t k = 0; k < AKIN_DIM; k++)
        for (size_t i = 0; i < set->n; i++) {
            bool is_plus = (akin_hash_mix(i, k) & 1) != 0;

            axes[k * set->n + i] = set->n <= AKIN_DIM ? (i == k ? 1.0 : 0.0)
                                   : is_plus          ? 1.0
                                                      : -1.0;
        }
    st = akin__projection_make(set, mean, axes, out, err);
    free(mean);
    free(axes);
    return st;
}

AKIN_SIMD static void
project(const struct akin_projection *projection,
        const float *restrict features, float *restrict out)
{
    float sum[AKIN_DIM] = {0};

    for (size_t i = 0; i < projection->set.n; i++) {
        float x = features[i] - projection->mean[i];

        for (size_t k = 0; k < AKIN_DIM; k++)
            sum[k] += x * projection->map[i][k];
    }
    for (size_t k = 0; k < AKIN_DIM; k++)
        out[k] = sum[k];
}

void
akin_projection_apply(const struct akin_projection *projection,
                      const float *features, size_t n, float *out)
{
    for (size_t i = 0; i < n; i++, features += projection->set.n) {
        float *to = out + i * AKIN_DIM;
        double square = 0;

        project(projection, features, to);
        for (size_t k = 0; k < AKIN_DIM; k++)
            square += (double)to[k] * (double)to[k];
        if (square > TINY_SQUARE && isfinite(square)) {
            for (size_t k = 0; k < AKIN_DIM; k++)
                to[k] = (float)((double)to[k] / sqrt(square));
        } else {
            memset(to, 0, AKIN_DIM * sizeof(*to));
            to[0] = 1.0f;
        }
    }
}
