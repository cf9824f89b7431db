/* SPDX-License-Identifier: Apache-2.0 */
/* Every image of the sample corpus opens and gives its first plane. */
#include "akin_test.h"

#include "akin/decode.h"
#include "akin/file.h"

struct tally {
    size_t n_files, n_failed, n_notes;
};

static bool
is_sane(const struct akin_plane *plane, const struct akin_image_info *info)
{
    return plane->px != NULL && plane->width == info->dim_x &&
           plane->height == info->dim_y &&
           (plane->channels == 1 ||
            (plane->channels == 3 && info->colour == AKIN_COLOUR_RGB));
}

static void
try_file(const char *path, struct tally *tally)
{
    struct akin_config config;
    struct akin_decoder *decoder = NULL;
    struct akin_plane plane = {0};
    struct akin_error err = {0};
    enum akin_status st;

    akin_config_init(&config);
    tally->n_files++;
    st = akin_decode_open(path, &config, &decoder, &err);
    if (st == AKIN_OK)
        st = akin_decode_plane(decoder, 0, 0, 0, &plane, &err);
    if (st != AKIN_OK || !is_sane(&plane, akin_decode_info(decoder))) {
        print_message("%s: %s\n", path,
                      st == AKIN_OK ? "plane and info differ" : err.text);
        tally->n_failed++;
    } else if (akin_decode_info(decoder)->note[0] != '\0') {
        print_message("%s: %s\n", path, akin_decode_info(decoder)->note);
        tally->n_notes++;
    }
    akin_plane_free(&plane);
    akin_decode_close(decoder);
}

static void
walk(const char *folder, bool in_images, struct tally *tally)
{
    struct akin_error err = {0};
    struct akin_names names = {0};

    assert_ok(akin_dir_list(folder, &names, &err));
    for (size_t i = 0; i < names.n; i++) {
        char *path = akin_path_join(folder, names.name[i]);
        struct akin_file_stat stat;

        assert_ok(akin_file_stat(path, &stat, &err));
        if (stat.is_dir)
            walk(path, in_images || strcmp(names.name[i], "images") == 0,
                 tally);
        else if (in_images && akin_decode_has_image_name(path))
            try_file(path, tally);
        free(path);
    }
    akin_names_free(&names);
}

static void
every_image_of_the_corpus_decodes(void **state)
{
    char *folder = akin_test_need_shared("bioimages");
    struct tally tally = {0};

    (void)state;
    walk(folder, false, &tally);
    free(folder);
    print_message("%zu files, %zu notes\n", tally.n_files, tally.n_notes);
    assert_int_equal(tally.n_failed, 0);
    assert_true(tally.n_files >= 400);
    /* These are sound files: a note would be a mistake of ours. */
    assert_int_equal(tally.n_notes, 0);
}

static void
every_tile_of_the_corpus_decodes(void **state)
{
    char *folder = akin_test_need_shared("tiles");
    struct tally tally = {0};

    (void)state;
    walk(folder, true, &tally);
    free(folder);
    assert_int_equal(tally.n_failed, 0);
    assert_true(tally.n_files >= 2000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_image_of_the_corpus_decodes),
        cmocka_unit_test(every_tile_of_the_corpus_decodes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
