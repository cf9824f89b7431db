/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_decode.c - the planes of images that indexing would take, decoded and
 * thrown away: the floor under the time that adding an image takes.
 */
#include <stdio.h>
#include <stdlib.h>

#include "akin/decode.h"
#include "akin/planes.h"
#include "bench.h"

struct sums {
    struct bench_samples ms;
    double px;
    size_t failed;
};

static enum akin_status
decode_image(const char *path, const struct akin_config *config,
             struct sums *sums, struct akin_error *err)
{
    struct akin_decoder *decoder = NULL;
    struct akin_plane_list planes = {0};
    uint64_t start = bench_now_ns();
    double px = 0;
    enum akin_status st = akin_decode_open(path, config, &decoder, err);

    if (st == AKIN_OK)
        st =
            akin_planes_choose(akin_decode_info(decoder), config, &planes, err);
    for (size_t i = 0; st == AKIN_OK && i < planes.n; i++) {
        struct akin_plane plane = {0};

        st = akin_decode_plane(decoder, planes.ref[i].z, planes.ref[i].c,
                               planes.ref[i].t, &plane, err);
        px += (double)plane.width * plane.height;
        akin_plane_free(&plane);
    }
    akin_plane_list_free(&planes);
    akin_decode_close(decoder);
    if (st == AKIN_OK) {
        bench_add(&sums->ms, (double)(bench_now_ns() - start) / 1e6);
        sums->px += px;
    }
    return st;
}

int
bench_decode(int argc, char **argv)
{
    struct akin_error err = {0};
    struct akin_config config;
    struct bench_images images = {0};
    struct sums sums = {.px = 0};

    if (argc < 2)
        return bench_usage("decode PATH...");
    akin_config_init(&config);
    for (int i = 1; i < argc; i++)
        if (bench_images_find(argv[i], &images, &err) != AKIN_OK)
            return bench_failed(&err);
    for (size_t i = 0; i < images.n; i++)
        if (decode_image(images.path[i], &config, &sums, &err) != AKIN_OK) {
            (void)fprintf(stderr, "%s: %s\n", images.path[i], err.text);
            sums.failed++;
        }
    bench_header();
    bench_figure("decode rate", sums.px / 1e3 / bench_sum(&sums.ms),
                 "MPixel/s");
    bench_figure("images not decoded", (double)sums.failed, "images");
    bench_row("decode an image", &sums.ms, "ms");
    bench_samples_free(&sums.ms);
    bench_images_free(&images);
    return 0;
}
