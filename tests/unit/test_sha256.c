/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/file.h"
#include "akin/sha256.h"

/* The examples of FIPS 180-4 (NIST, "SHA256.pdf" of the example values). */
static const struct {
    const char *text, *sum;
} known[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb924"
         "27ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223"
            "b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039"
     "a33ce45964ff2167f6ecedd419db06c1"},
};

static void
sums_are_those_of_the_standard(void **state)
{
    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(known); i++) {
        char sum[AKIN_SHA256_TEXT];

        akin_sha256_of(akin_span_str(known[i].text), sum);
        assert_string_equal(sum, known[i].sum);
    }
}

static void
parts_and_files_give_the_sum_of_the_whole(void **state)
{
    char *folder = akin_test_folder(), *path = akin_path_join(folder, "f");
    struct akin_sha256 *sum = akin_sha256_new();
    char whole[AKIN_SHA256_TEXT], parts[AKIN_SHA256_TEXT];
    char file[AKIN_SHA256_TEXT];
    struct akin_buf bytes = {0};
    struct akin_error err = {0};
    uint64_t n = 0;

    (void)state;
    for (size_t i = 0; i < 100000; i++) /* more than one part of a file */
        akin_buf_printf(&bytes, "%zu ", i);
    akin_sha256_of(akin_buf_span(&bytes), whole);
    akin_sha256_add(sum, akin_span_of(bytes.data, 77));
    akin_sha256_add(sum, akin_span_of(NULL, 0));
    akin_sha256_add(sum, akin_span_of(bytes.data + 77, bytes.len - 77));
    akin_sha256_end(sum, parts);
    assert_string_equal(parts, whole);
    assert_ok(akin_file_write(path, akin_buf_span(&bytes), &err));
    assert_ok(akin_sha256_file(path, file, &n, &err));
    assert_string_equal(file, whole);
    assert_int_equal(n, bytes.len);
    assert_ok(akin_file_remove(path, &err));
    assert_fails_with(akin_sha256_file(path, file, &n, &err), AKIN_ENOTFOUND,
                      path);
    assert_fails_with(akin_sha256_file(folder, file, &n, &err), AKIN_EIO,
                      folder);
    akin_buf_free(&bytes);
    free(path);
    akin_test_remove(folder);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_are_those_of_the_standard),
        cmocka_unit_test(parts_and_files_give_the_sum_of_the_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
