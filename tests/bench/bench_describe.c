/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_describe.c - what describing costs on one core beside decoding: the
 * pyramid, the choice of tiles, and each part of the features.
 */
#include <stdio.h>
#include <stdlib.h>

#include "akin/decode.h"
#include "akin/disturb.h"
#include "akin/planes.h"
#include "bench.h"
#include "feature_internal.h"

enum step { DECODE, PYRAMID, CHOOSE, FEATURES, N_STEPS };
static const char *const step_names[N_STEPS] = {"decode", "pyramid",
                                                "choose tiles", "features"};

struct sums {
    double ms[N_STEPS];
    struct bench_samples tile_ms, part_ms[AKIN__N_STEPS];
    struct bench_samples ratio; /* describe to decode, for each image */
    struct bench_samples disturb_ms;
    size_t n_tiles, failed;
};

static double
ms_since(uint64_t *since)
{
    uint64_t now = bench_now_ns();
    double ms = (double)(now - *since) / 1e6;

    *since = now;
    return ms;
}

static void
time_tile(struct akin_feature_work *work, const struct akin_plane *level,
          struct akin_tile_rect rect, struct sums *sums)
{
    struct akin__feature_clock clock = {.now_ns = bench_now_ns};
    float features[AKIN_N_FEATURES];
    double sum = 0;

    akin__feature_compute_timed(work, level, rect, features, &clock);
    sums->n_tiles++;
    for (size_t i = 0; i < AKIN__N_STEPS; i++)
        sum += (double)clock.ns[i] / 1e6;
    if (rect.w != 256 || rect.h != 256)
        return;
    bench_add(&sums->tile_ms, sum);
    for (size_t i = 0; i < AKIN__N_STEPS; i++)
        bench_add(&sums->part_ms[i], (double)clock.ns[i] / 1e6);
}

static enum akin_status
time_plane(struct akin_feature_work *work, const struct akin_plane *plane,
           const struct akin_config *config, double ms[N_STEPS],
           struct sums *sums, struct akin_error *err)
{
    struct akin_pyramid pyramid = {0};
    struct akin_tile_list list = {0};
    uint64_t since = bench_now_ns();
    enum akin_status st;

    st = akin_pyramid_build(plane, (uint32_t)config->tile_size, &pyramid, err);
    ms[PYRAMID] += ms_since(&since);
    if (st == AKIN_OK)
        st = akin_tile_choose(&pyramid, config,
                              (size_t)config->tile_max_per_plane, &list, err);
    ms[CHOOSE] += ms_since(&since);
    for (size_t i = 0; i < list.n; i++)
        time_tile(work, &pyramid.level[list.tile[i].level],
                  akin_tile_rect(&pyramid, &list.tile[i]), sums);
    ms[FEATURES] += ms_since(&since);
    if (st == AKIN_OK) { /* one disturbed copy, beside the sums */
        struct akin_plane copy = {0};
        const struct akin_tile *tile = &list.tile[0];

        st = akin_disturb(&pyramid.level[tile->level],
                          akin_tile_rect(&pyramid, tile), 1, &copy, err);
        akin_plane_free(&copy);
        bench_add(&sums->disturb_ms, ms_since(&since));
    }
    akin_tile_list_free(&list);
    akin_pyramid_free(&pyramid);
    return st;
}

static enum akin_status
time_image(struct akin_feature_work *work, const char *path,
           const struct akin_config *config, struct sums *sums,
           struct akin_error *err)
{
    struct akin_decoder *decoder = NULL;
    struct akin_plane_list planes = {0};
    double ms[N_STEPS] = {0};
    uint64_t since = bench_now_ns();
    enum akin_status st = akin_decode_open(path, config, &decoder, err);

    if (st == AKIN_OK)
        st =
            akin_planes_choose(akin_decode_info(decoder), config, &planes, err);
    ms[DECODE] += ms_since(&since);
    for (size_t i = 0; st == AKIN_OK && i < planes.n; i++) {
        struct akin_plane plane = {0};

        since = bench_now_ns();
        st = akin_decode_plane(decoder, planes.ref[i].z, planes.ref[i].c,
                               planes.ref[i].t, &plane, err);
        ms[DECODE] += ms_since(&since);
        if (st == AKIN_OK)
            st = time_plane(work, &plane, config, ms, sums, err);
        akin_plane_free(&plane);
    }
    akin_plane_list_free(&planes);
    akin_decode_close(decoder);
    for (size_t i = 0; i < N_STEPS; i++)
        sums->ms[i] += ms[i];
    bench_add(&sums->ratio,
              (ms[DECODE] + ms[PYRAMID] + ms[CHOOSE] + ms[FEATURES]) /
                  ms[DECODE]);
    return st;
}

static void
print_sums(struct sums *sums)
{
    const struct akin_feature_part *parts;
    size_t n = akin_feature_parts(&parts);
    double all = 0;

    bench_header();
    for (size_t i = 0; i < N_STEPS; i++)
        bench_figure(step_names[i], sums->ms[i], "ms");
    for (size_t i = PYRAMID; i < N_STEPS; i++)
        all += sums->ms[i];
    bench_figure("images not described", (double)sums->failed, "images");
    bench_figure("tiles described", (double)sums->n_tiles, "tiles");
    bench_figure("describe rate", (double)sums->n_tiles * 1e3 / all, "tiles/s");
    bench_ratio("decode and describe : decode", all + sums->ms[DECODE],
                sums->ms[DECODE]);
    bench_row("the same for each image", &sums->ratio, "times");
    bench_row("a tile of 256 px", &sums->tile_ms, "ms");
    bench_row("  preparation", &sums->part_ms[AKIN__N_STEPS - 1], "ms");
    for (size_t i = 0; i < n; i++) {
        char name[64];

        (void)snprintf(name, sizeof(name), "  %s", parts[i].name);
        bench_row(name, &sums->part_ms[i], "ms");
    }
    bench_row("a disturbed copy", &sums->disturb_ms, "ms");
}

int
bench_describe(int argc, char **argv)
{
    struct akin_error err = {0};
    struct akin_config config;
    struct bench_images images = {0};
    struct akin_feature_work *work = NULL;
    struct sums sums = {.n_tiles = 0};

    if (argc < 2)
        return bench_usage("describe PATH...");
    akin_config_init(&config);
    for (int i = 1; i < argc; i++)
        if (bench_images_find(argv[i], &images, &err) != AKIN_OK)
            return bench_failed(&err);
    if (akin_feature_work_new(&work, &err) != AKIN_OK)
        return bench_failed(&err);
    for (size_t i = 0; i < images.n; i++)
        if (time_image(work, images.path[i], &config, &sums, &err) != AKIN_OK) {
            (void)fprintf(stderr, "%s: %s\n", images.path[i], err.text);
            sums.failed++;
        }
    print_sums(&sums);
    bench_samples_free(&sums.tile_ms);
    bench_samples_free(&sums.ratio);
    bench_samples_free(&sums.disturb_ms);
    for (size_t i = 0; i < AKIN__N_STEPS; i++)
        bench_samples_free(&sums.part_ms[i]);
    akin_feature_work_free(work);
    bench_images_free(&images);
    return 0;
}
