/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/describe.h"
#include "akin/disturb.h"

/* A 24-bit BMP in memory, w a multiple of 4: no padding. */
static struct akin_buf
make_bmp(uint32_t w, uint32_t h, bool blank)
{
    static const uint8_t head[54] = {
        'B', 'M', [10] = 54, [14] = 40, [26] = 1, [28] = 24};
    struct akin_buf bmp = {0};
    struct akin_test_random random = {3};

    akin_buf_put(&bmp, head, sizeof(head));
    akin_put_le32(bmp.data + 2, 54 + w * h * 3);
    akin_put_le32(bmp.data + 18, w);
    akin_put_le32(bmp.data + 22, h);
    for (uint32_t i = 0; i < w * h; i++) {
        uint32_t column = i % w, row = i / w;
        double x = column, y = row;
        double v = 120 + 60 * sin(x / 7 + sin(y / 30)) * cos(y / 11);
        uint8_t px[3];

        for (int c = 0; c < 3; c++)
            px[c] =
                blank ? 200
                      : (uint8_t)(v + 10 * c + 5 * akin_test_uniform(&random));
        akin_buf_put(&bmp, px, sizeof(px));
    }
    return bmp;
}

/* A little-endian TIFF of n pages, w x h px, 8 bit grey; pages without content
 * are 100 all over, the others hold waves. */
static struct akin_buf
make_stack(uint32_t w, uint32_t h, const bool *blank, uint32_t n)
{
    struct akin_buf tiff = {0};
    uint32_t page_len = 2 + 9 * 12 + 4 + w * h;
    uint8_t word[12] = {'I', 'I', 42, 0, 8};

    akin_buf_put(&tiff, word, 8);
    for (uint32_t p = 0; p < n; p++) {
        uint32_t start = 8 + p * page_len, px = start + 2 + 9 * 12 + 4;
        const uint32_t tags[9][2] = {{256, w}, {257, h}, {258, 8},
                                     {259, 1}, {262, 1}, {273, px},
                                     {277, 1}, {278, h}, {279, w * h}};

        akin_put_le16(word, 9);
        akin_buf_put(&tiff, word, 2);
        for (int i = 0; i < 9; i++) {
            akin_put_le16(word, (uint16_t)tags[i][0]);
            akin_put_le16(word + 2, 4); /* LONG */
            akin_put_le32(word + 4, 1);
            akin_put_le32(word + 8, tags[i][1]);
            akin_buf_put(&tiff, word, 12);
        }
        akin_put_le32(word, p + 1 < n ? start + page_len : 0);
        akin_buf_put(&tiff, word, 4);
        for (uint32_t i = 0; i < w * h; i++) {
            uint32_t column = i % w, row = i / w;
            double x = column, y = row;
            double wave = 80 * sin(x / 6) * cos(y / 9);

            word[0] = (uint8_t)(100 + (blank[p] ? 0 : wave));
            akin_buf_put(&tiff, word, 1);
        }
    }
    return tiff;
}

struct fixture {
    struct akin_config config;
    struct akin_describer *describer;
    struct akin_decoder *decoder;
    struct akin_buf bmp;
    struct akin_described out;
};

static int
set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    *state = f;
    if (f == NULL)
        return 1;
    akin_config_init(&f->config);
    f->config.tile_size = 64;
    return akin_describer_new(&f->config, akin_feature_set_builtin(),
                              &f->describer, NULL) != AKIN_OK;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;

    akin_described_free(&f->out);
    akin_decode_close(f->decoder);
    akin_buf_free(&f->bmp);
    akin_describer_free(f->describer);
    free(f);
    return 0;
}

static enum akin_status
describe(struct fixture *f, const struct akin_describe_options *options,
         struct akin_error *err)
{
    akin_described_free(&f->out);
    return akin_describe(f->describer, f->decoder, options, &f->out, err);
}

static void
open_image(struct fixture *f, uint32_t w, uint32_t h, bool blank)
{
    struct akin_error err = {0};

    f->bmp = make_bmp(w, h, blank);
    assert_ok(akin_decode_open_bytes(akin_buf_span(&f->bmp), &f->config,
                                     &f->decoder, &err));
}

static void
tiles_lie_in_the_image_and_features_are_finite(void **state)
{
    struct fixture *f = *state;
    struct akin_describe_options options = {.max_tiles = 12};
    struct akin_error err = {0};

    open_image(f, 200, 150, false);
    assert_ok(describe(f, &options, &err));
    assert_true(f->out.n_tiles > 4 && f->out.n_tiles <= 8); /* of a plane */
    assert_int_equal(f->out.info.dim_x, 200);
    for (size_t i = 0; i < f->out.n_tiles; i++) {
        assert_true(f->out.tiles[i].x + f->out.tiles[i].w <= 200);
        assert_true(f->out.tiles[i].y + f->out.tiles[i].h <= 150);
    }
    for (size_t i = 0; i < f->out.n_tiles * AKIN_N_FEATURES; i++)
        assert_true(isfinite(f->out.features[i]));
    assert_int_equal(f->out.n_disturbed, 0);
}

static void
a_cap_is_kept(void **state)
{
    struct fixture *f = *state;
    struct akin_error err = {0};

    open_image(f, 200, 152, false);
    for (size_t most = 1; most < 7; most++) {
        struct akin_describe_options options = {.max_tiles = most};

        assert_ok(describe(f, &options, &err));
        assert_int_equal(f->out.n_tiles, most);
    }
}

static void
disturbed_copies_belong_to_tiles_and_depend_on_the_seed(void **state)
{
    struct fixture *f = *state;
    struct akin_describe_options options = {.disturb_tiles = 2, .seed = 5};
    float first[AKIN_N_FEATURES];
    struct akin_error err = {0};

    open_image(f, 200, 152, false);
    assert_ok(describe(f, &options, &err));
    assert_int_equal(f->out.n_disturbed, 2 * AKIN_DISTURB_COPIES);
    for (size_t i = 0; i < f->out.n_disturbed; i++)
        assert_true(f->out.disturbed_tile[i] < f->out.n_tiles);
    assert_int_not_equal(f->out.disturbed_tile[0],
                         f->out.disturbed_tile[AKIN_DISTURB_COPIES]);
    memcpy(first, f->out.disturbed, sizeof(first));
    assert_ok(describe(f, &options, &err));
    assert_memory_equal(first, f->out.disturbed, sizeof(first));
    options.seed = 6;
    assert_ok(describe(f, &options, &err));
    assert_memory_not_equal(first, f->out.disturbed, sizeof(first));
}

static void
a_region_is_described_alone_in_the_image_s_coordinates(void **state)
{
    struct fixture *f = *state;
    struct akin_describe_options options = {.region = {50, 40, 64, 70}};
    struct akin_error err = {0};

    open_image(f, 200, 152, false);
    assert_ok(describe(f, &options, &err));
    assert_true(f->out.n_tiles >= 1);
    for (size_t i = 0; i < f->out.n_tiles; i++) {
        const struct akin_tile *tile = &f->out.tiles[i];

        assert_true(tile->x >= 50 && tile->x + tile->w <= 114);
        assert_true(tile->y >= 40 && tile->y + tile->h <= 110);
    }
}

static void
regions_outside_are_refused(void **state)
{
    static const struct akin_tile_rect regions[] = {
        {0, 0, 201, 10},        {200, 0, 1, 1},        {0, 150, 10, 3},
        {0, 0, 10, 0},          {UINT32_MAX, 0, 1, 1}, {1, 0, UINT32_MAX, 1},
        {0, 10, 1, UINT32_MAX},
    };
    struct fixture *f = *state;

    open_image(f, 200, 152, false);
    for (size_t i = 0; i < AKIN_COUNT(regions); i++) {
        struct akin_describe_options options = {.region = regions[i]};
        struct akin_error err = {0};

        assert_fails_with(describe(f, &options, &err), AKIN_EINVAL,
                          "plane z=0 c=0 t=0: region");
        assert_int_equal(f->out.n_tiles, 0);
    }
}

static void
a_blank_image_has_one_tile(void **state)
{
    struct fixture *f = *state;
    struct akin_describe_options options = {.disturb_tiles = 4};
    struct akin_error err = {0};

    open_image(f, 200, 152, true);
    assert_ok(describe(f, &options, &err));
    assert_int_equal(f->out.n_tiles, 1);
}

static void
planes_without_content_give_way_to_those_with(void **state)
{
    static const bool blank[3] = {true, false, true};
    struct fixture *f = *state;
    struct akin_describe_options options = {.max_tiles = 6, .disturb_tiles = 3};
    struct akin_error err = {0};

    f->bmp = make_stack(160, 128, blank, 3);
    assert_ok(akin_decode_open_bytes(akin_buf_span(&f->bmp), &f->config,
                                     &f->decoder, &err));
    assert_int_equal(akin_decode_info(f->decoder)->dim_z *
                         akin_decode_info(f->decoder)->dim_t,
                     3);
    assert_ok(describe(f, &options, &err));
    /* The places of the blank plane before it are used by the one with. */
    assert_int_equal(f->out.n_tiles, 4);
    for (size_t i = 0; i < f->out.n_tiles; i++)
        assert_int_equal(f->out.tiles[i].z + f->out.tiles[i].t, 1);
    assert_int_equal(f->out.n_disturbed, 2 * AKIN_DISTURB_COPIES);
    for (size_t i = 0; i < f->out.n_disturbed; i++)
        assert_true(f->out.disturbed_tile[i] < f->out.n_tiles);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(tiles_lie_in_the_image_and_features_are_finite),
        CASE(a_cap_is_kept),
        CASE(disturbed_copies_belong_to_tiles_and_depend_on_the_seed),
        CASE(a_region_is_described_alone_in_the_image_s_coordinates),
        CASE(regions_outside_are_refused),
        CASE(a_blank_image_has_one_tile),
        CASE(planes_without_content_give_way_to_those_with),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
