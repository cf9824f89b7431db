/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/config.h"
#include "akin/file.h"

/* Every default passes its own check. */
static void
defaults_lie_within_their_bounds(void **state)
{
    struct akin_config config;
    struct akin_error err = {0};

    (void)state;
    akin_config_init(&config);
#define AKIN_SETTING(field, name, type, def, min, max, unit, help)             \
    assert_ok(akin_config_assign(&config, name "=" #def, &err));               \
    assert_true(config.field == (akin_setting_##type)(def));                   \
    assert_true(strlen(help) > 0);
#include "akin/config.def"
#undef AKIN_SETTING
}

static const struct {
    const char *name;
    double min, max;
} ranges[] = {
#define AKIN_SETTING(field, name, type, def, min, max, unit, help)             \
    {name, (double)(min), (double)(max)}, /* NOLINT: not a value */
#include "akin/config.def"
#undef AKIN_SETTING
};

static enum akin_status
set_number(struct akin_config *config, const char *name, double value,
           struct akin_error *err)
{
    char text[64];

    (void)snprintf(text, sizeof(text), "%.17g", value);
    return akin_config_set(config, name, text, err);
}

/* Both ends of every range are allowed; just outside is not. */
static void
bounds_are_inclusive(void **state)
{
    struct akin_config config;
    struct akin_error err = {0};

    (void)state;
    akin_config_init(&config);
    for (size_t i = 0; i < AKIN_COUNT(ranges); i++) {
        const char *name = ranges[i].name;

        assert_ok(set_number(&config, name, ranges[i].min, &err));
        assert_ok(set_number(&config, name, ranges[i].max, &err));
        assert_fails_with(set_number(&config, name, ranges[i].max + 1, &err),
                          AKIN_EINVAL, name);
        assert_fails_with(set_number(&config, name, ranges[i].min - 1, &err),
                          AKIN_EINVAL, name);
    }
}

static const struct {
    const char *assignment, *says;
} refusals[] = {
    {"tile.size", "is not name=value"},
    {"", "is not name=value"},
    {"=3", "there is no setting \"\""},
    {"tile.sise=256", "did you mean \"tile.size\"?"},
    {"Tile.Size=256", "did you mean \"tile.size\"?"},
    {"colour=red", "there is no setting \"colour\""},
    {"tile.size=", "tile.size: \"\" is not a number from 64 to 1024 px"},
    {"tile.size=63", "from 64 to 1024 px"},
    {"tile.size=1025", "from 64 to 1024 px"},
    {"tile.size=-256", "from 64 to 1024 px"},
    {"tile.size=256.5", "from 64 to 1024 px"},
    {"tile.size=256px", "from 64 to 1024 px"},
    {"tile.size=256 512", "from 64 to 1024 px"},
    {"tile.size=2k2", "from 64 to 1024 px"},
    {"tile.size=0x100", "from 64 to 1024 px"},
    {"tile.size=nan", "from 64 to 1024 px"},
    {"tile.size=inf", "from 64 to 1024 px"},
    {"tile.size=1e999", "from 64 to 1024 px"},
    {"query.recall=0.95k", "from 0.5 to 1"},
    {"query.allow_paths=2", "query.allow_paths"},
    {"query.allow_paths=maybe", "query.allow_paths"},
};

static void
wrong_settings_are_refused_and_change_nothing(void **state)
{
    struct akin_config config, before;

    (void)state;
    akin_config_init(&config);
    before = config;
    for (size_t i = 0; i < AKIN_COUNT(refusals); i++) {
        struct akin_error err = {0};

        print_message("  %s\n", refusals[i].assignment);
        assert_fails_with(
            akin_config_assign(&config, refusals[i].assignment, &err),
            AKIN_EINVAL, refusals[i].says);
    }
    assert_int_equal(config.tile_size, before.tile_size);
    assert_true(config.query_recall == before.query_recall);
    assert_int_equal(config.query_allow_paths, before.query_allow_paths);
}

static const struct {
    const char *text;
    uint64_t want;
} factors[] = {
    {"5000", 5000},     {"4k", 4096},     {"4K", 4096},   {"3M", 3145728},
    {"1G", 1073741824}, {"0.5M", 524288}, {"1e4", 10000}, {"+2k", 2048},
};

static void
factors_are_powers_of_1024(void **state)
{
    struct akin_config config;
    struct akin_error err = {0};

    (void)state;
    akin_config_init(&config);
    for (size_t i = 0; i < AKIN_COUNT(factors); i++) {
        assert_ok(
            akin_config_set(&config, "query.max_bytes", factors[i].text, &err));
        assert_true(config.query_max_bytes == factors[i].want);
    }
}

static void
yes_and_no_have_several_spellings(void **state)
{
    static const char *const yes[] = {"1", "true", "yes"};
    static const char *const no[] = {"0", "false", "no"};
    struct akin_config config;
    struct akin_error err = {0};

    (void)state;
    akin_config_init(&config);
    for (size_t i = 0; i < AKIN_COUNT(yes); i++) {
        assert_ok(akin_config_set(&config, "query.allow_paths", no[i], &err));
        assert_false(config.query_allow_paths);
        assert_ok(akin_config_set(&config, "query.allow_paths", yes[i], &err));
        assert_true(config.query_allow_paths);
    }
}

static enum akin_status
load_text(struct akin_config *config, const char *text, struct akin_error *err)
{
    char *folder = akin_test_folder(), *path = akin_path_join(folder, "s.conf");
    enum akin_status st = akin_file_write(path, akin_span_str(text), err);

    if (st == AKIN_OK)
        st = akin_config_load(config, path, err);
    free(path);
    akin_test_remove(folder);
    return st;
}

static void
a_file_sets_many(void **state)
{
    struct akin_config config;
    struct akin_error err = {0};

    (void)state;
    akin_config_init(&config);
    assert_ok(load_text(&config,
                        "# a comment\n\n"
                        "tile.size = 128   # another\r\n"
                        "\tquery.recall=0.9\n"
                        "tile.size=512",
                        &err));
    assert_int_equal(config.tile_size, 512);
    assert_true(config.query_recall == 0.9);
    assert_ok(load_text(&config, "", &err));
    assert_int_equal(config.tile_size, 512);
}

static void
a_fault_in_a_file_names_the_line_and_changes_nothing(void **state)
{
    struct akin_config config;
    struct akin_error err = {0};

    (void)state;
    akin_config_init(&config);
    assert_fails_with(
        load_text(&config, "tile.size=128\n\n# x\ntile.sise=9\n", &err),
        AKIN_EINVAL, "s.conf line 4: there is no setting \"tile.sise\"");
    assert_int_equal(config.tile_size, 256);
    assert_fails_with(load_text(&config, "\n\njust words\n", &err), AKIN_EINVAL,
                      "line 3: \"just words\" is not name=value");
}

/* A C string ends at a zero byte: what stands behind it must not be lost. */
static void
a_zero_byte_in_a_file_is_refused(void **state)
{
    static const char text[] = "tile.size=128\n\0query.recall=7\n";
    char *folder = akin_test_folder(), *path = akin_path_join(folder, "s.conf");
    struct akin_config config;
    struct akin_error err = {0};

    (void)state;
    akin_config_init(&config);
    assert_ok(
        akin_file_write(path, akin_span_of(text, sizeof(text) - 1), &err));
    assert_fails_with(akin_config_load(&config, path, &err), AKIN_EFORMAT,
                      "not a text file");
    assert_int_equal(config.tile_size, 256);
    free(path);
    akin_test_remove(folder);
}

static void
a_missing_file_is_said_once(void **state)
{
    struct akin_config config;
    struct akin_error err = {0};

    (void)state;
    akin_config_init(&config);
    assert_fails_with(akin_config_load(&config, "/no/such.conf", &err),
                      AKIN_ENOTFOUND, "/no/such.conf");
    assert_null(strstr(strstr(err.text, "/no/such.conf") + 1, "/no/such.conf"));
}

static void
help_lists_every_setting(void **state)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    (void)state;
    assert_non_null(out);
    akin_config_help(out);
    assert_int_equal(fclose(out), 0);
#define AKIN_SETTING(field, name, type, def, min, max, unit, help)             \
    assert_non_null(strstr(text, name));                                       \
    assert_non_null(strstr(text, help));
#define AKIN_SETTING_TEXT(field, name, def, help)                              \
    assert_non_null(strstr(text, name));                                       \
    assert_non_null(strstr(text, help));
#include "akin/config.def"
#undef AKIN_SETTING
    free(text);
}

static void
no_threads_asked_for_means_one_for_each_processor(void **state)
{
    (void)state;
    assert_int_equal(akin_config_threads(3), 3);
    assert_true(akin_config_threads(0) >= 1);
}

static void
texts_are_kept_as_they_are_up_to_a_length(void **state)
{
    struct akin_config config;
    struct akin_error err = {0};
    char text[AKIN_SETTING_TEXT_MAX + 2];

    (void)state;
    akin_config_init(&config);
    assert_string_equal(config.descriptor, "as stored");
    assert_string_equal(config.descriptor_endpoint, "");
    assert_ok(akin_config_assign(&config, "descriptor.endpoint = ipc:///a=b k",
                                 &err));
    assert_string_equal(config.descriptor_endpoint, "ipc:///a=b k");
    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    assert_fails_with(
        akin_config_set(&config, "descriptor.endpoint", text, &err),
        AKIN_EINVAL, "256 characters; at most 255");
    text[AKIN_SETTING_TEXT_MAX] = '\0';
    assert_ok(akin_config_set(&config, "descriptor.endpoint", text, &err));
    assert_string_equal(config.descriptor_endpoint, text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_lie_within_their_bounds),
        cmocka_unit_test(bounds_are_inclusive),
        cmocka_unit_test(texts_are_kept_as_they_are_up_to_a_length),
        cmocka_unit_test(wrong_settings_are_refused_and_change_nothing),
        cmocka_unit_test(factors_are_powers_of_1024),
        cmocka_unit_test(yes_and_no_have_several_spellings),
        cmocka_unit_test(a_file_sets_many),
        cmocka_unit_test(a_fault_in_a_file_names_the_line_and_changes_nothing),
        cmocka_unit_test(a_zero_byte_in_a_file_is_refused),
        cmocka_unit_test(a_missing_file_is_said_once),
        cmocka_unit_test(help_lists_every_setting),
        cmocka_unit_test(no_threads_asked_for_means_one_for_each_processor),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
