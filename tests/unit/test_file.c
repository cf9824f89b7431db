/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "akin/file.h"

struct fixture {
    char *folder;
    char *path; /* a file in it that is not there yet */
};

static int
set_up(void **state)
{
    struct fixture *f = akin_new(1, sizeof(*f));

    f->folder = akin_test_folder();
    f->path = akin_path_join(f->folder, "file");
    *state = f;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;

    akin_test_remove(f->folder);
    free(f->path);
    free(f);
    return 0;
}

static void
write_text(const char *path, const char *text)
{
    struct akin_error err = {0};

    assert_ok(akin_file_write(path, akin_span_str(text), &err));
}

static void
what_is_written_is_read(void **state)
{
    struct fixture *f = *state;
    struct akin_error err = {0};
    struct akin_buf out = {0};

    write_text(f->path, "first");
    write_text(f->path, "second");
    akin_buf_puts(&out, "> ");
    assert_ok(akin_file_read(f->path, 6, &out, &err));
    assert_string_equal(akin_buf_text(&out), "> second");
    akin_buf_free(&out);
}

static void
an_empty_file_is_no_text(void **state)
{
    struct fixture *f = *state;
    struct akin_error err = {0};
    struct akin_buf out = {0};

    assert_ok(akin_file_write(f->path, akin_span_of(NULL, 0), &err));
    assert_ok(akin_file_read(f->path, 0, &out, &err));
    assert_int_equal(out.len, 0);
    akin_buf_free(&out);
}

static void
writing_leaves_no_other_file_behind(void **state)
{
    struct fixture *f = *state;
    struct akin_error err = {0};
    struct akin_names names = {0};

    write_text(f->path, "x");
    assert_ok(akin_dir_list(f->folder, &names, &err));
    assert_int_equal(names.n, 1);
    assert_string_equal(names.name[0], "file");
    akin_names_free(&names);
    assert_int_equal(names.n, 0);
}

static void
a_failed_write_leaves_the_old_file_and_nothing_else(void **state)
{
    struct fixture *f = *state;
    struct akin_error err = {0};
    struct akin_names names = {0};
    char *below = akin_path_join(f->path, "x");

    write_text(f->path, "old");
    assert_fails_with(akin_file_write(below, akin_span_str("new"), &err),
                      AKIN_ENOTFOUND, "cannot create");
    /* A folder cannot be replaced by a file. */
    free(below);
    below = akin_path_join(f->folder, "sub");
    assert_ok(akin_dir_make(below, &err));
    assert_fails_with(akin_file_write(below, akin_span_str("new"), &err),
                      AKIN_EIO, "cannot rename");
    assert_ok(akin_dir_list(f->folder, &names, &err));
    assert_int_equal(names.n, 2);
    akin_names_free(&names);
    free(below);
}

static void
reading_refuses_what_is_too_large_missing_or_no_file(void **state)
{
    struct fixture *f = *state;
    struct akin_error err = {0};
    struct akin_buf out = {0};
    char *pipe_path = akin_path_join(f->folder, "pipe");

    assert_fails_with(akin_file_read(f->path, 9, &out, &err), AKIN_ENOTFOUND,
                      "/file: No such file");
    write_text(f->path, "0123456789");
    assert_fails_with(akin_file_read(f->path, 9, &out, &err), AKIN_ELIMIT,
                      "10 bytes, more than the 9 allowed");
    assert_fails_with(akin_file_read(f->folder, 9, &out, &err), AKIN_EINVAL,
                      "not a regular file");
    assert_int_equal(mkfifo(pipe_path, 0600), 0);
    assert_fails_with(
        akin_file_read(pipe_path, 9, &out, &err), AKIN_EINVAL,
        "not a regular file"); /* and does not wait for a writer */
    assert_int_equal(out.len, 0);
    akin_buf_free(&out);
    free(pipe_path);
}

static void
looking_at_a_file_tells_size_kind_and_time(void **state)
{
    struct fixture *f = *state;
    struct akin_error err = {0};
    struct akin_file_stat a = {0}, dir = {0};

    assert_false(akin_file_exists(f->path));
    assert_fails_with(akin_file_stat(f->path, &a, &err), AKIN_ENOTFOUND,
                      "cannot look at");
    write_text(f->path, "12345");
    assert_true(akin_file_exists(f->path));
    assert_ok(akin_file_stat(f->path, &a, &err));
    assert_ok(akin_file_stat(f->folder, &dir, &err));
    assert_int_equal(a.size_bytes, 5);
    assert_true(a.is_regular && !a.is_dir);
    assert_true(dir.is_dir && !dir.is_regular);
    assert_true(a.mtime_ns > INT64_C(1500000000) * 1000000000);
}

static void
folders_are_made_with_those_above(void **state)
{
    struct fixture *f = *state;
    struct akin_error err = {0};
    char *deep = akin_path_join(f->folder, "a/b//c/");
    char *blocked = akin_path_join(f->path, "a");

    assert_ok(akin_dir_make(deep, &err));
    assert_ok(akin_dir_make(deep, &err));
    assert_true(akin_file_exists(deep));
    assert_ok(akin_dir_sync(deep, &err));
    write_text(f->path, "x");
    assert_fails_with(akin_dir_make(blocked, &err), AKIN_ENOTFOUND,
                      "cannot make folder");
    assert_fails_with(akin_dir_make(f->path, &err), AKIN_EIO, "not a folder");
    assert_fails_with(akin_dir_make("", &err), AKIN_ENOTFOUND,
                      "cannot make folder");
    assert_fails_with(akin_dir_sync(blocked, &err), AKIN_ENOTFOUND,
                      "cannot open folder");
    free(deep);
    free(blocked);
}

static void
names_come_in_byte_order(void **state)
{
    static const char *const made[] = {"b",   "a",       "B",       "a2",
                                       "a10", ".hidden", "\xc3\xa9"};
    static const char *const want[] = {".hidden", "B", "a",       "a10",
                                       "a2",      "b", "\xc3\xa9"};
    struct fixture *f = *state;
    struct akin_error err = {0};
    struct akin_names names = {0};

    for (size_t i = 0; i < AKIN_COUNT(made); i++) {
        char *path = akin_path_join(f->folder, made[i]);

        write_text(path, "");
        free(path);
    }
    assert_ok(akin_dir_list(f->folder, &names, &err));
    assert_int_equal(names.n, AKIN_COUNT(want));
    for (size_t i = 0; i < names.n; i++)
        assert_string_equal(names.name[i], want[i]);
    akin_names_free(&names);
    assert_fails_with(akin_dir_list(f->path, &names, &err), AKIN_ENOTFOUND,
                      "cannot list folder");
}

static void
removing_follows_no_links(void **state)
{
    struct fixture *f = *state;
    struct akin_error err = {0};
    char *tree = akin_path_join(f->folder, "tree");
    char *deep = akin_path_join(tree, "x/y");
    char *link = akin_path_join(tree, "link");
    char *kept = akin_path_join(f->folder, "kept");
    char *kept_file = akin_path_join(kept, "file");

    assert_ok(akin_dir_make(deep, &err));
    assert_ok(akin_dir_make(kept, &err));
    write_text(kept_file, "keep me");
    assert_int_equal(symlink(kept, link), 0);
    assert_ok(akin_file_remove(tree, &err));
    assert_false(akin_file_exists(tree));
    assert_true(akin_file_exists(kept_file));
    assert_ok(akin_file_remove(tree, &err)); /* it is gone: fine */
    free(tree);
    free(deep);
    free(link);
    free(kept);
    free(kept_file);
}

static void
paths_are_joined_with_one_slash(void **state)
{
    static const struct {
        const char *dir, *name, *want;
    } joins[] = {{"a", "b", "a/b"},
                 {"a/", "b", "a/b"},
                 {"/", "b", "/b"},
                 {"", "b", "/b"},
                 {".", "b c", "./b c"}};

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(joins); i++) {
        char *path = akin_path_join(joins[i].dir, joins[i].name);

        assert_string_equal(path, joins[i].want);
        free(path);
    }
}

static void
the_base_of_a_path_is_its_last_part(void **state)
{
    (void)state;
    assert_string_equal(akin_path_base("a/b.tif"), "b.tif");
    assert_string_equal(akin_path_base("b.tif"), "b.tif");
    assert_string_equal(akin_path_base("/a/b/"), "b/");
    assert_string_equal(akin_path_base("/a//b"), "b");
    assert_string_equal(akin_path_base("a//"), "a//");
    assert_string_equal(akin_path_base(""), "");
}

static void
real_paths_have_no_links_and_dots(void **state)
{
    struct fixture *f = *state;
    struct akin_error err = {0};
    char *link = akin_path_join(f->folder, "link"), *dots, *a = NULL, *b = NULL;

    write_text(f->path, "x");
    assert_int_equal(symlink("./file", link), 0);
    dots = akin_path_join(f->folder, "./link");
    assert_ok(akin_path_real(dots, &a, &err));
    assert_ok(akin_path_real(f->path, &b, &err));
    assert_string_equal(a, b);
    free(a);
    a = NULL;
    assert_ok(akin_file_remove(f->path, &err));
    assert_fails_with(akin_path_real(dots, &a, &err), AKIN_ENOTFOUND,
                      "cannot find");
    assert_null(a);
    free(b);
    free(link);
    free(dots);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_written_is_read),
        TEST(an_empty_file_is_no_text),
        TEST(writing_leaves_no_other_file_behind),
        TEST(a_failed_write_leaves_the_old_file_and_nothing_else),
        TEST(reading_refuses_what_is_too_large_missing_or_no_file),
        TEST(looking_at_a_file_tells_size_kind_and_time),
        TEST(folders_are_made_with_those_above),
        TEST(names_come_in_byte_order),
        TEST(removing_follows_no_links),
        TEST(paths_are_joined_with_one_slash),
        TEST(the_base_of_a_path_is_its_last_part),
        TEST(real_paths_have_no_links_and_dots),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
