/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/file.h"
#include "akin/hash.h"

/* The canonical XXH3-128 of nothing, as `xxhsum -H2 /dev/null` prints it. */
static void
the_hash_of_nothing_is_the_published_one(void **state)
{
    struct akin_hash hash = akin_hash_of(akin_span_of(NULL, 0));
    char text[AKIN_HASH_TEXT];

    (void)state;
    akin_hash_text(&hash, text);
    assert_string_equal(text, "99aa06d3014798d86001c324468d497f");
}

static void
a_file_has_the_hash_of_its_bytes(void **state)
{
    char *folder = akin_test_folder(), *path = akin_path_join(folder, "f");
    struct akin_error err = {0};
    struct akin_hash a, b;
    size_t len = 700001; /* more than one block, and not a whole number */
    uint8_t *bytes = malloc(len);

    (void)state;
    assert_non_null(bytes);
    for (size_t i = 0; i < len; i++)
        bytes[i] = (uint8_t)(i * 31 % 251);
    assert_ok(akin_file_write(path, akin_span_of(bytes, len), &err));
    assert_ok(akin_hash_file(path, &a, &err));
    b = akin_hash_of(akin_span_of(bytes, len));
    assert_memory_equal(&a, &b, sizeof(a));
    free(bytes);
    free(path);
    akin_test_remove(folder);
}

static void
a_missing_file_is_not_found_and_a_folder_is_an_error(void **state)
{
    char *folder = akin_test_folder(), *path = akin_path_join(folder, "none");
    struct akin_error err = {0};
    struct akin_hash hash = {{1}};

    (void)state;
    assert_fails_with(akin_hash_file(path, &hash, &err), AKIN_ENOTFOUND,
                      "No such file");
    assert_fails_with(akin_hash_file(folder, &hash, &err), AKIN_EINVAL,
                      "not a regular file");
    assert_int_equal(hash.bytes[0], 1); /* untouched */
    free(path);
    akin_test_remove(folder);
}

static const char *const not_hashes[] = {
    "",
    "99aa06d3014798d86001c324468d497",   /* short */
    "99aa06d3014798d86001c324468d497f0", /* long */
    "99aa06d3014798d86001c324468d497g",
    " 9aa06d3014798d86001c324468d497f",
    "0x99aa06d3014798d86001c324468d49",
};

static void
only_32_digits_are_a_hash(void **state)
{
    struct akin_hash hash = {{7}}, upper, lower;

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(not_hashes); i++)
        assert_false(akin_hash_parse(not_hashes[i], &hash));
    assert_int_equal(hash.bytes[0], 7); /* untouched */
    assert_true(akin_hash_parse("99aa06d3014798d86001c324468d497f", &lower));
    assert_true(akin_hash_parse("99AA06D3014798D86001C324468D497F", &upper));
    assert_memory_equal(&upper, &lower, sizeof(upper));
}

static void
mixing_depends_on_both_numbers_and_their_order(void **state)
{
    (void)state;
    assert_true(akin_hash_mix(1, 2) == akin_hash_mix(1, 2));
    assert_false(akin_hash_mix(1, 2) == akin_hash_mix(2, 1));
    assert_false(akin_hash_mix(1, 2) == akin_hash_mix(1, 3));
    assert_false(akin_hash_mix(0, 0) == 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hash_of_nothing_is_the_published_one),
        cmocka_unit_test(a_file_has_the_hash_of_its_bytes),
        cmocka_unit_test(a_missing_file_is_not_found_and_a_folder_is_an_error),
        cmocka_unit_test(only_32_digits_are_a_hash),
        cmocka_unit_test(mixing_depends_on_both_numbers_and_their_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
