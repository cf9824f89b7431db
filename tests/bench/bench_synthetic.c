/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_synthetic.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "akin/hash.h"
#include "akin/vindex.h"
#include "bench.h"

#define ROWS_A_DATASET ((size_t)1000)
#define DATASETS_MIN ((size_t)34)
#define DATASETS_MAX ((size_t)5000)
#define NEIGHBOURS ((size_t)20)

/* --- sizes --- */

void
bench_synthetic_init(struct bench_synthetic *s, size_t n_rows, uint64_t seed)
{
    size_t n = n_rows / ROWS_A_DATASET;
    double sum = 0, part = 0;

    n = n < DATASETS_MIN ? DATASETS_MIN : n > DATASETS_MAX ? DATASETS_MAX : n;
    *s =
        (struct bench_synthetic){.n_rows = n_rows, .n_groups = n, .seed = seed};
    s->group_start = akin_new(n + 1, sizeof(*s->group_start));
    for (size_t i = 0; i < n; i++)
        sum += pow((double)(i + 1), -0.8);
    /* large and small ones take turns */
    for (size_t i = 0; i < n; i++) {
        size_t rank = (i * 7919) % n;

        part += pow((double)(rank + 1), -0.8);
        s->group_start[i + 1] = (uint64_t)(part / sum * (double)n_rows + 0.5);
    }
    s->group_start[n] = n_rows;
}

void
bench_synthetic_free(struct bench_synthetic *s)
{
    free(s->group_start);
    *s = (struct bench_synthetic){0};
}

/* --- draws --- */

/* Normal enough: four uniform numbers of 16 bits, variance 1. */
static float
draw(uint64_t *state)
{
    uint64_t x = *state += UINT64_C(0x9e3779b97f4a7c15);
    float sum;

    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    x ^= x >> 31;
    sum = (float)(x & 0xffff) + (float)(x >> 16 & 0xffff) +
          (float)(x >> 32 & 0xffff) + (float)(x >> 48);
    return (sum / 65536.0f - 2.0f) * 1.7320508f;
}

/* Standard deviations along 64 axes whose variances fall as j^-power and sum to
 * 1. */
static void
spectrum(double power, float *out)
{
    double sum = 0;

    for (size_t j = 0; j < BENCH_DIM; j++)
        sum += pow((double)(j + 1), -power);
    for (size_t j = 0; j < BENCH_DIM; j++)
        out[j] = (float)sqrt(pow((double)(j + 1), -power) / sum);
}

/* What a dataset has of its own. */
struct manner {
    float centre[BENCH_DIM];
    float image_spread, tile_spread;
    uint8_t axis[BENCH_DIM]; /* which global axis its j-th one is near */
    float sign[BENCH_DIM];
};

/* The Walsh-Hadamard transform: turns axes into directions of all of them. */
static void
hadamard(float *v)
{
    for (size_t half = 1; half < BENCH_DIM; half *= 2)
        for (size_t i = 0; i < BENCH_DIM; i += 2 * half)
            for (size_t j = i; j < i + half; j++) {
                float a = v[j], b = v[j + half];

                v[j] = a + b;
                v[j + half] = a - b;
            }
    for (size_t j = 0; j < BENCH_DIM; j++)
        v[j] *= 0.125f; /* 1 / sqrt(64) */
}

static void
make_manner(const struct bench_synthetic *s, uint64_t group, struct manner *m)
{
    uint64_t state = akin_hash_mix(group, s->seed);
    float sd[BENCH_DIM];

    spectrum(1.2, sd);
    for (size_t j = 0; j < BENCH_DIM; j++) {
        m->centre[j] = sqrtf(0.62f) * sd[j] * draw(&state);
        m->axis[j] = (uint8_t)j;
        m->sign[j] = draw(&state) > 0 ? 1.0f : -1.0f;
    }
    m->image_spread = sqrtf(0.12f) * expf(0.55f * draw(&state));
    m->tile_spread = sqrtf(0.11f) * expf(0.55f * draw(&state));
    for (size_t j = BENCH_DIM - 1; j > 0; j--) {
        size_t other = (size_t)((draw(&state) + 4) * 1e4f) % (j + 1);
        uint8_t t = m->axis[j];

        m->axis[j] = m->axis[other];
        m->axis[other] = t;
    }
}

/* Adds a draw along the dataset's own directions, which lean to the axes that
 * vary most everywhere. */
static void
add_draw(const struct manner *m, float spread, const float *own,
         const float *global, uint64_t *state, float *out)
{
    float v[BENCH_DIM];

    for (size_t j = 0; j < BENCH_DIM; j++)
        v[m->axis[j]] = own[j] * m->sign[j] * draw(state);
    hadamard(v);
    for (size_t j = 0; j < BENCH_DIM; j++)
        out[j] += spread * v[j] * m->sign[j] * 2.83f * sqrtf(global[j]);
}

static void
make_tile(const struct manner *m, uint64_t image, uint64_t tile, float *out)
{
    static float own[BENCH_DIM], global[BENCH_DIM];
    double length = 0;

    if (own[0] == 0) {
        spectrum(1.5, own);
        spectrum(1.2, global);
    }
    memcpy(out, m->centre, sizeof(m->centre));
    add_draw(m, m->image_spread, own, global, &image, out);
    add_draw(m, m->tile_spread, own, global, &tile, out);
    for (size_t j = 0; j < BENCH_DIM; j++)
        length += (double)out[j] * (double)out[j];
    length = length > 0 ? sqrt(length) : 1;
    for (size_t j = 0; j < BENCH_DIM; j++)
        out[j] = (float)((double)out[j] / length);
}

static size_t
group_of(const struct bench_synthetic *s, uint64_t row)
{
    size_t low = 0, high = s->n_groups;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (s->group_start[middle] <= row)
            low = middle;
        else
            high = middle;
    }
    return low;
}

void
bench_synthetic_rows(const struct bench_synthetic *s, uint64_t first, size_t n,
                     float *out)
{
    size_t group = SIZE_MAX;
    struct manner m = {0};

    for (size_t i = 0; i < n; i++) {
        uint64_t row = first + i, nth;

        if (group == SIZE_MAX || row >= s->group_start[group + 1]) {
            group = group_of(s, row);
            make_manner(s, group, &m);
        }
        nth = (row - s->group_start[group]) / BENCH_IMAGE_TILES;
        make_tile(&m, akin_hash_mix(group * 0x100000000 + nth, s->seed + 1),
                  akin_hash_mix(row, s->seed + 2), out + i * BENCH_DIM);
    }
}

void
bench_synthetic_image(const struct bench_synthetic *s, size_t group,
                      uint64_t nth, float *out)
{
    struct manner m;

    make_manner(s, group, &m);
    for (size_t i = 0; i < BENCH_IMAGE_TILES; i++)
        make_tile(&m, akin_hash_mix(nth, s->seed + 3),
                  akin_hash_mix(nth * BENCH_IMAGE_TILES + i, s->seed + 4),
                  out + i * BENCH_DIM);
}

/* --- the file --- */

#define SLICE ((size_t)65536)

static bool
make_file(const struct bench_synthetic *s, int fd)
{
    float *rows = akin_new(SLICE * BENCH_DIM, sizeof(*rows));
    bool ok = ftruncate(fd, 0) == 0;

    for (uint64_t first = 0; ok && first < s->n_rows; first += SLICE) {
        size_t n =
            s->n_rows - first < SLICE ? (size_t)(s->n_rows - first) : SLICE;
        size_t bytes = n * BENCH_DIM * sizeof(float);

        bench_synthetic_rows(s, first, n, rows);
        ok = pwrite(fd, rows, bytes,
                    (off_t)(first * BENCH_DIM * sizeof(float))) ==
             (ssize_t)bytes;
    }
    free(rows);
    return ok;
}

const float *
bench_synthetic_map(const struct bench_synthetic *s, const char *path)
{
    size_t bytes = s->n_rows * BENCH_DIM * sizeof(float);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    void *map = MAP_FAILED;
    struct stat sb;

    if (fd >= 0 && fstat(fd, &sb) == 0 &&
        ((size_t)sb.st_size == bytes || make_file(s, fd)))
        map = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
    if (fd >= 0)
        (void)close(fd);
    if (map == MAP_FAILED) {
        perror(path);
        return NULL;
    }
    return map;
}

/* --- what they are like --- */

void
bench_synthetic_describe(const float *rows, size_t n, size_t n_sample)
{
    struct bench_samples first = {0}, tenth = {0}, dims = {0};
    uint64_t hit[NEIGHBOURS + 1];
    float sim[NEIGHBOURS + 1];

    for (size_t i = 0; i < n_sample; i++) {
        const float *row = rows + i * (n / n_sample) * BENCH_DIM;
        double sum = 0, far;

        akin_vindex_exact(rows, n, BENCH_DIM, row, 1, NEIGHBOURS + 1, NULL, hit,
                          sim);
        bench_add(&first, (double)sim[1]);
        bench_add(&tenth, (double)sim[10]);
        far = sqrt(fmax(2 - 2 * (double)sim[NEIGHBOURS], 1e-9));
        for (size_t j = 1; j < NEIGHBOURS; j++)
            sum += log(far / sqrt(fmax(2 - 2 * (double)sim[j], 1e-9)));
        if (sum > 0)
            bench_add(&dims, (double)(NEIGHBOURS - 1) / sum);
    }
    bench_row("similarity of the nearest row", &first, "cosine");
    bench_figure("  5 %", bench_quantile(&first, 0.05), "cosine");
    bench_row("similarity of the 10th row", &tenth, "cosine");
    bench_figure("  5 %", bench_quantile(&tenth, 0.05), "cosine");
    bench_row("intrinsic dimension", &dims, "dimensions");
    bench_samples_free(&first);
    bench_samples_free(&tenth);
    bench_samples_free(&dims);
}
