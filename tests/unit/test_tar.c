/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/file.h"
#include "akin/tar.h"

static const char *const names[] = {"000000000.json", "000000000.png",
                                    "folder/empty.txt"};
static const char *const texts[] = {"{\"a\":1}", "0123456789", ""};

static void
write_tar(const char *path)
{
    struct akin_tar *tar = NULL;
    struct akin_error err = {0};

    assert_ok(akin_tar_create(path, &tar, &err));
    for (size_t i = 0; i < AKIN_COUNT(names); i++)
        assert_ok(akin_tar_put(tar, names[i], akin_span_str(texts[i]), &err));
    assert_false(akin_file_exists(path));
    assert_int_equal(akin_tar_size(tar), 5 * 512);
    assert_ok(akin_tar_finish(tar, &err));
}

/* Reads the form itself (POSIX ustar): name at 0, size in octal at 124, magic
 * at 257, then the content, padded. */
static void
expect_member(const struct akin_buf *bytes, size_t *at, size_t i)
{
    const char *head = (const char *)bytes->data + *at;
    size_t len = strlen(texts[i]);

    assert_true(*at + 512 + len <= bytes->len);
    assert_string_equal(head, names[i]);
    assert_int_equal(strtoul(head + 124, NULL, 8), len);
    assert_int_equal(strtoul(head + 136, NULL, 8), 0); /* time */
    assert_memory_equal(head + 257, "ustar", 5);
    assert_memory_equal(head + 512, texts[i], len);
    *at += 512 + (len + 511) / 512 * 512;
}

static void
members_lie_there_in_order_and_the_same_every_time(void **state)
{
    char *folder = akin_test_folder();
    char *path = akin_path_join(folder, "a.tar");
    char *other = akin_path_join(folder, "b.tar");
    struct akin_buf a = {0}, b = {0};
    struct akin_error err = {0};
    size_t at = 0;

    (void)state;
    write_tar(path);
    write_tar(other);
    assert_ok(akin_file_read(path, 1 << 20, &a, &err));
    assert_ok(akin_file_read(other, 1 << 20, &b, &err));
    assert_true(akin_span_equal(akin_buf_span(&a), akin_buf_span(&b)));
    for (size_t i = 0; i < AKIN_COUNT(names); i++)
        expect_member(&a, &at, i);
    for (; at < a.len; at++) /* two empty blocks end it */
        assert_int_equal(a.data[at], 0);
    akin_buf_free(&a);
    akin_buf_free(&b);
    free(path);
    free(other);
    akin_test_remove(folder);
}

static void
what_is_abandoned_leaves_nothing(void **state)
{
    char *folder = akin_test_folder();
    char *path = akin_path_join(folder, "a.tar");
    struct akin_tar *tar = NULL;
    struct akin_names list = {0};
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin_tar_create(path, &tar, &err));
    assert_ok(akin_tar_put(tar, "x", akin_span_str("y"), &err));
    akin_tar_abandon(tar);
    assert_ok(akin_dir_list(folder, &list, &err));
    assert_int_equal(list.n, 0);
    akin_names_free(&list);
    free(path);
    path = akin_path_join(folder, "none/a.tar");
    assert_fails_with(akin_tar_create(path, &tar, &err), AKIN_EIO,
                      "none/a.tar");
    free(path);
    akin_test_remove(folder);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_lie_there_in_order_and_the_same_every_time),
        cmocka_unit_test(what_is_abandoned_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
