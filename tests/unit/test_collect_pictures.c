/* SPDX-License-Identifier: Apache-2.0 */
/* The pictures of samples: cut, kept in a spool, found again after a stop. */
#include "akin_test.h"

#include "akin/file.h"
#include "collect/marks_file.h"
#include "collect/write_pixels.h"
#include "collect/write_spool_index.h"
#include "make_image.h"

/* --- cutting --- */

struct fixture {
    char *folder;
    struct akin_config config;
    struct akin_collect_options options;
    struct akin_image_record image; /* path and name are owned here */
    struct akin__cutter *cutter;
    struct akin_buf png;
    struct akin__picture picture;
};

/* Writes the bytes as the image and opens it. */
static void
open_image(struct fixture *f, const char *options, struct akin_buf *bytes)
{
    struct akin_json *json = NULL;
    struct akin_error err = {0};

    *f = (struct fixture){.folder = akin_test_folder()};
    akin_config_init(&f->config);
    assert_ok(akin_json_parse(akin_span_str(options), &json, &err));
    assert_ok(akin_collect_options_read(json, &f->options, &err));
    akin_json_free(json);
    f->image.path = akin_path_join(f->folder, "image");
    f->image.name = akin_strdup("image");
    f->image.hash = akin_hash_of(akin_buf_span(bytes));
    assert_ok(akin_file_write(f->image.path, akin_buf_span(bytes), &err));
    akin_buf_free(bytes);
    f->cutter = akin__cutter_new(&f->config, &f->options);
    assert_ok(akin__cutter_open(f->cutter, &f->image, &err));
}

static void
close_image(struct fixture *f)
{
    akin__cutter_free(f->cutter);
    akin_collect_options_free(&f->options);
    akin_buf_free(&f->png);
    free(f->image.path);
    free(f->image.name);
    akin_test_remove(f->folder);
}

/* Cuts a tile and reads the PNG back; akin_plane_free. */
static struct akin_plane
cut(struct fixture *f, struct akin_tile tile)
{
    struct akin_decoder *decoder = NULL;
    struct akin_plane plane = {0};
    struct akin_error err = {0};

    akin_buf_clear(&f->png);
    assert_ok(akin__cutter_cut(f->cutter, &tile, &f->png, &f->picture, &err));
    assert_ok(akin_decode_open_bytes(akin_buf_span(&f->png), &f->config,
                                     &decoder, &err));
    assert_ok(akin_decode_plane(decoder, 0, 0, 0, &plane, &err));
    akin_decode_close(decoder);
    assert_int_equal(plane.width, f->picture.width);
    assert_int_equal(plane.height, f->picture.height);
    assert_int_equal(plane.channels, f->picture.channels);
    assert_int_equal(plane.sample,
                     f->picture.bits == 8 ? AKIN_SAMPLE_U8 : AKIN_SAMPLE_U16);
    return plane;
}

static double
at(const struct akin_plane *p, uint32_t x, uint32_t y, uint32_t c)
{
    size_t i = ((size_t)y * p->width + x) * p->channels + c;

    return p->sample == AKIN_SAMPLE_U8 ? (double)((const uint8_t *)p->px)[i]
                                       : (double)((const uint16_t *)p->px)[i];
}

static void
a_tile_of_8_bit_has_the_pixels_of_its_place_and_counts_as_unchanged(
    void **state)
{
    struct akin_buf bytes = {0};
    struct fixture f;
    struct akin_plane p;

    (void)state;
    akin_make_png(
        &(struct akin_make_png){
            .width = 200, .height = 150, .bits = 8, .type = 2},
        &bytes);
    open_image(&f, "{}", &bytes);
    p = cut(&f, (struct akin_tile){.x = 7, .y = 9, .w = 64, .h = 48});
    assert_int_equal(p.channels, 3);
    for (uint32_t y = 0; y < 48; y++)
        for (uint32_t x = 0; x < 64; x++)
            for (uint32_t c = 0; c < 3; c++)
                assert_int_equal((uint32_t)at(&p, x, y, c),
                                 akin_make_value(x + 7, y + 9, c, 0) & 255);
    assert_true(f.picture.low == 0 && f.picture.high == 0);
    assert_true(f.picture.step_x == 1.0f && f.picture.step_y == 1.0f);
    akin_plane_free(&p);
    close_image(&f);
}

static void
a_tile_of_a_coarser_level_is_as_large_as_it_is_there(void **state)
{
    struct akin_buf bytes = {0};
    struct fixture f;
    struct akin_plane p;

    (void)state;
    akin_make_png(
        &(struct akin_make_png){
            .width = 400, .height = 200, .bits = 8, .type = 0},
        &bytes);
    open_image(&f, "{}", &bytes);
    p = cut(&f, (struct akin_tile){.w = 400, .h = 200, .level = 1});
    assert_int_equal(p.width, 200);
    assert_int_equal(p.height, 100);
    assert_true(f.picture.step_x == 2.0f && f.picture.step_y == 2.0f);
    akin_plane_free(&p);
    close_image(&f);
}

static uint32_t
ramp(uint32_t x, uint32_t y, uint32_t sample, uint32_t page)
{
    (void)sample;
    return 1000 + 100 * x + page * 7 + (y == 0 ? 0 : 1);
}

static void
sixteen_bits_stay_or_are_stretched_and_the_range_is_told(void **state)
{
    static const struct akin_make_tiff deep = {.width = 100,
                                               .height = 90,
                                               .bits = 16,
                                               .photometric = 1,
                                               .value = ramp};
    static const struct akin_tile tile = {.w = 100, .h = 90};
    struct akin_buf bytes = {0};
    struct fixture f;
    struct akin_plane p;

    (void)state;
    akin_make_tiff(&deep, &bytes);
    open_image(&f, "{\"output\":{\"bits\":0}}", &bytes);
    p = cut(&f, tile);
    assert_int_equal(f.picture.bits, 16);
    assert_true(at(&p, 99, 0, 0) == 1000 + 9900);
    assert_true(at(&p, 3, 5, 0) == 1301);
    assert_true(f.picture.low == 0 && f.picture.high == 0);
    akin_plane_free(&p);
    close_image(&f);

    akin_make_tiff(&deep, &bytes);
    open_image(&f, "{}", &bytes);
    p = cut(&f, tile);
    assert_int_equal(f.picture.bits, 8);
    assert_true(at(&p, 0, 5, 0) == 0 && at(&p, 99, 5, 0) == 255);
    assert_true(fabs(at(&p, 50, 5, 0) - 128) < 3);
    assert_true(f.picture.low >= 1000 && f.picture.high <= 10901);
    assert_true(f.picture.high > f.picture.low);
    akin_plane_free(&p);
    close_image(&f);
}

static void
floats_become_16_bit_between_their_extremes(void **state)
{
    static const struct akin_make_tiff floats = {.width = 80,
                                                 .height = 70,
                                                 .bits = 32,
                                                 .format = 3,
                                                 .photometric = 1,
                                                 .value = ramp};
    struct akin_buf bytes = {0};
    struct fixture f;
    struct akin_plane p;

    (void)state;
    akin_make_tiff(&floats, &bytes);
    open_image(&f, "{\"output\":{\"bits\":0}}", &bytes);
    p = cut(&f, (struct akin_tile){.w = 80, .h = 70});
    assert_int_equal(f.picture.bits, 16);
    assert_true(at(&p, 0, 0, 0) == 0 && at(&p, 79, 1, 0) == 65535);
    assert_true(f.picture.high > f.picture.low);
    akin_plane_free(&p);
    close_image(&f);
}

static uint32_t
flat(uint32_t x, uint32_t y, uint32_t sample, uint32_t page)
{
    (void)x;
    (void)y;
    (void)sample;
    (void)page;
    return 77;
}

static void
a_flat_picture_is_flat_in_every_depth(void **state)
{
    static const char *const options[] = {"{}", "{\"output\":{\"bits\":0}}"};
    static const struct akin_make_tiff kinds[] = {
        {.width = 64, .height = 64, .photometric = 1, .value = flat},
        {.width = 64,
         .height = 64,
         .bits = 16,
         .photometric = 1,
         .value = flat},
        {.width = 64,
         .height = 64,
         .bits = 32,
         .format = 3,
         .photometric = 1,
         .value = flat}};

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(kinds) * AKIN_COUNT(options); i++) {
        struct akin_buf bytes = {0};
        struct fixture f;
        struct akin_plane p;

        akin_make_tiff(&kinds[i / 2], &bytes);
        open_image(&f, options[i % 2], &bytes);
        p = cut(&f, (struct akin_tile){.w = 64, .h = 64});
        assert_true(at(&p, 0, 0, 0) == at(&p, 63, 63, 0));
        akin_plane_free(&p);
        close_image(&f);
    }
}

static uint32_t
slope(uint32_t x, uint32_t y, uint32_t sample, uint32_t page)
{
    (void)y;
    (void)sample;
    (void)page;
    return x;
}

static void
a_fixed_size_takes_the_middle_smaller_or_larger(void **state)
{
    static const struct {
        const char *options;
        uint32_t edge;
    } cases[] = {{"{\"output\":{\"edge\":32}}", 32},
                 {"{\"output\":{\"edge\":50}}", 50},
                 {"{\"output\":{\"edge\":96}}", 96},
                 {"{\"output\":{\"edge\":160}}", 160}};

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(cases); i++) {
        struct akin_buf bytes = {0};
        struct fixture f;
        struct akin_plane p;
        uint32_t edge = cases[i].edge;

        akin_make_png(&(struct akin_make_png){.width = 200,
                                              .height = 96,
                                              .bits = 8,
                                              .type = 0,
                                              .value = slope},
                      &bytes);
        open_image(&f, cases[i].options, &bytes);
        p = cut(&f, (struct akin_tile){.w = 200, .h = 96});
        assert_int_equal(p.width, edge);
        assert_int_equal(p.height, edge);
        for (uint32_t x = 0; x < edge; x++) {
            double wanted = 52 + (x + 0.5) * 96.0 / edge - 0.5;

            wanted = wanted < 52 ? 52 : wanted > 147 ? 147 : wanted;
            assert_true(fabs(at(&p, x, edge / 2, 0) - wanted) <= 0.51);
        }
        assert_true(fabs((double)f.picture.step_x - 96.0 / edge) < 1e-5);
        akin_plane_free(&p);
        close_image(&f);
    }
}

static void
whole_planes_are_cut_each_with_its_own_pixels(void **state)
{
    struct akin_buf bytes = {0};
    struct fixture f;

    (void)state;
    akin_make_tiff(&(struct akin_make_tiff){.width = 100,
                                            .height = 90,
                                            .pages = 3,
                                            .bits = 16,
                                            .photometric = 1,
                                            .value = ramp},
                   &bytes);
    open_image(&f, "{\"unit\":\"plane\",\"output\":{\"bits\":0}}", &bytes);
    for (uint32_t page = 3; page-- > 0;) {
        struct akin_plane p = cut(
            &f, (struct akin_tile){.w = 100, .h = 90, .level = 1, .z = page});

        assert_int_equal(p.width, 100);
        assert_int_equal(p.height, 90);
        assert_true(at(&p, 2, 0, 0) == 1200 + 7 * page);
        akin_plane_free(&p);
    }
    close_image(&f);
}

static void
another_file_or_a_level_that_is_not_there_is_refused(void **state)
{
    struct akin_buf bytes = {0};
    struct akin_error err = {0};
    struct akin_tile tile = {.w = 64, .h = 64, .level = 9};
    struct fixture f;

    (void)state;
    akin_make_png(
        &(struct akin_make_png){
            .width = 64, .height = 64, .bits = 8, .type = 0},
        &bytes);
    open_image(&f, "{}", &bytes);
    assert_fails_with(
        akin__cutter_cut(f.cutter, &tile, &f.png, &f.picture, &err),
        AKIN_ESTALE, "level 9");
    f.image.hash.bytes[0] ^= 1;
    assert_fails_with(akin__cutter_open(f.cutter, &f.image, &err), AKIN_ESTALE,
                      "image: it has changed since it was indexed");
    close_image(&f);
}

/* --- the index of a spool --- */

static const struct akin__picture drawn = {.width = 7,
                                           .height = 9,
                                           .channels = 3,
                                           .bits = 16,
                                           .low = -1.5f,
                                           .high = 1e9f,
                                           .step_x = 2,
                                           .step_y = 0.5f};

static struct akin__spool_index *
index_open(const char *path, const char *plan, size_t n)
{
    struct akin__spool_index *index = NULL;
    struct akin_error err = {0};

    assert_ok(akin__spool_index_open(path, plan, n, &index, &err));
    return index;
}

/* Pictures 4, 0, 2 of six, of 5, 3 and 1 bytes. */
static void
write_index(const char *path)
{
    struct akin__spool_index *index = index_open(path, "plan", 6);
    struct akin_error err = {0};

    akin__spool_index_add(index, 4, akin_span_str("12345"), &drawn);
    akin__spool_index_add(index, 0, akin_span_str("123"), &drawn);
    akin__spool_index_add(index, 2, akin_span_str("1"), &drawn);
    assert_ok(akin__spool_index_flush(index, &err));
    akin__spool_index_close(index);
}

static void
what_an_index_tells_is_there_when_it_is_opened_again(void **state)
{
    char *folder = akin_test_folder(), *path = akin_path_join(folder, "index");
    struct akin__spool_index *index;
    const struct akin__spooled *s;

    (void)state;
    write_index(path);
    index = index_open(path, "plan", 6);
    assert_int_equal(akin__spool_index_bytes(index), 9);
    for (uint32_t i = 0; i < 6; i++)
        assert_int_equal(akin__spool_index_has(index, i),
                         i == 0 || i == 2 || i == 4);
    s = akin__spool_index_get(index, 0);
    assert_int_equal(s->offset, 5);
    assert_int_equal(s->len, 3);
    assert_true(s->check == akin__spool_check(akin_span_str("123")));
    assert_memory_equal(&s->picture, &drawn, sizeof(drawn));
    akin__spool_index_clear(index);
    assert_false(akin__spool_index_has(index, 0));
    akin__spool_index_close(index);
    index = index_open(path, "plan", 6);
    assert_int_equal(akin__spool_index_bytes(index), 0);
    akin__spool_index_close(index);
    free(path);
    akin_test_remove(folder);
}

static void
an_index_of_another_plan_or_fewer_samples_is_begun_anew(void **state)
{
    char *folder = akin_test_folder(), *path = akin_path_join(folder, "index");
    struct akin__spool_index *index;

    (void)state;
    write_index(path);
    index = index_open(path, "plan", 3); /* picture 4 cannot be */
    assert_int_equal(akin__spool_index_bytes(index), 0);
    akin__spool_index_close(index);
    write_index(path);
    index = index_open(path, "another plan", 6);
    assert_int_equal(akin__spool_index_bytes(index), 0);
    akin__spool_index_close(index);
    free(path);
    akin_test_remove(folder);
}

/* Any bit that flips and any cut: frames before it count, it does not. */
static void
of_a_damaged_index_what_is_before_the_damage_counts(void **state)
{
    static const uint64_t bytes_after[] = {0, 5, 8, 9};
    char *folder = akin_test_folder(), *path = akin_path_join(folder, "index");
    struct akin_buf whole = {0};
    struct akin_error err = {0};

    (void)state;
    write_index(path);
    assert_ok(akin_file_read(path, 4096, &whole, &err));
    assert_int_equal(whole.len, 40 + 3 * 56);
    for (size_t i = 0; i < whole.len; i++)
        for (int how = 0; how < 2; how++) {
            struct akin_span part = {whole.data, how == 0 ? i : whole.len};
            struct akin__spool_index *index;
            size_t frames = i < 40 ? 0 : (i - 40) / 56;

            whole.data[i] ^= how == 0 ? 0 : 0x10;
            assert_ok(akin_file_write(path, part, &err));
            whole.data[i] ^= how == 0 ? 0 : 0x10;
            index = index_open(path, "plan", 6);
            assert_int_equal(akin__spool_index_bytes(index),
                             bytes_after[frames]);
            akin__spool_index_close(index);
        }
    akin_buf_free(&whole);
    free(path);
    akin_test_remove(folder);
}

/* --- the file of marks --- */

static void
draw_samples(struct akin_collect_sample *sample, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sample[i] = (struct akin_collect_sample){.tile = (uint32_t)(2 * i),
                                                 .hash = 1000 + i,
                                                 .detail = 0.25f * (float)i};
}

static struct akin_marks_file *
marks_open(const char *path)
{
    struct akin_marks_file *file = NULL;
    struct akin_error err = {0};

    assert_ok(akin_marks_file_open(path, &file, &err));
    return file;
}

static void
marks_come_back_and_damage_takes_only_what_is_behind_it(void **state)
{
    char *folder = akin_test_folder(), *path = akin_path_join(folder, "marks");
    struct akin_hash one = akin_hash_of(akin_span_str("one"));
    struct akin_hash two = akin_hash_of(akin_span_str("two"));
    struct akin_collect_sample sample[3], got;
    struct akin_marks_file *file = marks_open(path);
    struct akin_buf whole = {0};
    struct akin_error err = {0};

    (void)state;
    draw_samples(sample, 3);
    assert_ok(akin_marks_file_put(file, &one, sample, 3, &err));
    assert_ok(akin_marks_file_put(file, &two, sample, 1, &err));
    akin_marks_file_close(file);
    assert_ok(akin_file_read(path, 4096, &whole, &err));
    for (size_t i = 8; i < whole.len; i++) {
        bool in_first = i < 8 + 20 + 3 * 16 + 8;

        whole.data[i] ^= 1;
        assert_ok(akin_file_write(path, akin_buf_span(&whole), &err));
        whole.data[i] ^= 1;
        file = marks_open(path);
        got = (struct akin_collect_sample){.tile = 4};
        assert_int_equal(akin_marks_file_get(file, &one, &got, 1), !in_first);
        if (!in_first)
            assert_true(got.hash == 1002 && got.detail == 0.5f);
        got.tile = 0;
        assert_false(akin_marks_file_get(file, &two, &got, 1));
        akin_marks_file_close(file);
    }
    akin_buf_free(&whole);
    free(path);
    akin_test_remove(folder);
}

static void
a_file_of_marks_that_was_hardly_begun_is_begun_anew_and_others_are_not(
    void **state)
{
    char *folder = akin_test_folder(), *path = akin_path_join(folder, "marks");
    struct akin_marks_file *file = NULL;
    struct akin_hash one = akin_hash_of(akin_span_str("one"));
    struct akin_collect_sample sample[2];
    struct akin_error err = {0};

    (void)state;
    draw_samples(sample, 2);
    for (size_t n = 0; n <= 8; n++) {
        assert_ok(akin_file_write(path, akin_span_of("AKINMRK1", n), &err));
        file = marks_open(path);
        assert_ok(akin_marks_file_put(file, &one, sample, 2, &err));
        akin_marks_file_close(file);
        file = marks_open(path);
        assert_true(akin_marks_file_get(file, &one, sample, 2));
        sample[0].tile = 1; /* of which there is no mark */
        assert_false(akin_marks_file_get(file, &one, sample, 2));
        sample[0].tile = 0;
        akin_marks_file_close(file);
    }
    assert_ok(akin_file_write(path, akin_span_str("a thesis"), &err));
    assert_fails_with(akin_marks_file_open(path, &file, &err), AKIN_EFORMAT,
                      "is not a file of marks");
    assert_ok(akin_file_write(path, akin_span_str("a"), &err));
    assert_fails_with(akin_marks_file_open(path, &file, &err), AKIN_EFORMAT,
                      "is not a file of marks");
    free(path);
    akin_test_remove(folder);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            a_tile_of_8_bit_has_the_pixels_of_its_place_and_counts_as_unchanged),
        cmocka_unit_test(a_tile_of_a_coarser_level_is_as_large_as_it_is_there),
        cmocka_unit_test(
            sixteen_bits_stay_or_are_stretched_and_the_range_is_told),
        cmocka_unit_test(floats_become_16_bit_between_their_extremes),
        cmocka_unit_test(a_flat_picture_is_flat_in_every_depth),
        cmocka_unit_test(a_fixed_size_takes_the_middle_smaller_or_larger),
        cmocka_unit_test(whole_planes_are_cut_each_with_its_own_pixels),
        cmocka_unit_test(another_file_or_a_level_that_is_not_there_is_refused),
        cmocka_unit_test(what_an_index_tells_is_there_when_it_is_opened_again),
        cmocka_unit_test(
            an_index_of_another_plan_or_fewer_samples_is_begun_anew),
        cmocka_unit_test(of_a_damaged_index_what_is_before_the_damage_counts),
        cmocka_unit_test(
            marks_come_back_and_damage_takes_only_what_is_behind_it),
        cmocka_unit_test(
            a_file_of_marks_that_was_hardly_begun_is_begun_anew_and_others_are_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
