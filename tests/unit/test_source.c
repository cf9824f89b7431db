/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "akin/file.h"
#include "source.h"

/* A tree of files below one folder; the contents do not matter here. */
struct tree {
    char *folder; /* as made */
    char *real;   /* links resolved, as sources give it */
};

static int
setup(void **state)
{
    struct tree *tree = akin_new(1, sizeof(*tree));

    tree->folder = akin_test_folder();
    *state = tree;
    return akin_path_real(tree->folder, &tree->real, NULL) == AKIN_OK ? 0 : -1;
}

static int
teardown(void **state)
{
    struct tree *tree = *state;

    akin_test_remove(tree->folder);
    free(tree->real);
    free(tree);
    return 0;
}

static void
make_file(const struct tree *tree, const char *name)
{
    char *path = akin_path_join(tree->folder, name);
    char *folder = akin_strndup(path, strlen(path));
    struct akin_error err = {0};

    *strrchr(folder, '/') = '\0';
    assert_ok(akin_dir_make(folder, &err));
    assert_ok(akin_file_write(path, akin_span_str("x"), &err));
    free(folder);
    free(path);
}

static void
make_link(const struct tree *tree, const char *to, const char *name)
{
    char *path = akin_path_join(tree->folder, name);

    assert_int_equal(symlink(to, path), 0);
    free(path);
}

/* The source as text: a line for each group, "root | metadata | files", with
 * roots below the tree's folder; then lines of trouble. */
static void
describe(const struct tree *tree, const struct akin_source *source,
         struct akin_buf *out)
{
    size_t skip = strlen(tree->real);

    for (size_t g = 0; g < source->n_groups; g++) {
        const struct akin_source_group *group = &source->group[g];

        akin_buf_printf(out, "%s |",
                        strlen(group->root) > skip ? group->root + skip + 1
                                                   : ".");
        for (size_t i = 0; i < group->metadata.n; i++)
            akin_buf_printf(out, " %s", group->metadata.name[i]);
        akin_buf_puts(out, " |");
        for (size_t i = group->first; i < group->first + group->n; i++) {
            assert_ptr_equal(akin_source_group_of(source, i), group);
            akin_buf_printf(out, " %s", akin_source_name(source, i));
        }
        akin_buf_puts(out, "\n");
    }
    for (size_t i = 0; i < source->n_trouble; i++)
        akin_buf_printf(out, "! %s: %s\n", source->trouble[i].path + skip + 1,
                        source->trouble[i].reason);
}

/* Lists the paths (below the tree, up to NULL) and compares. */
static void
expect(const struct tree *tree, const char *const *paths, const char *leave_out,
       const char *want)
{
    struct akin_source source = {0};
    struct akin_buf got = {0};
    struct akin_error err = {0};
    char *real[8];
    size_t n = 0;

    for (; paths[n] != NULL; n++)
        real[n] = akin_path_join(tree->folder, paths[n]);
    assert_ok(akin_source_list((const char *const *)real, n, leave_out, &source,
                               &err));
    describe(tree, &source, &got);
    assert_string_equal(akin_buf_text(&got), want);
    akin_buf_free(&got);
    akin_source_free(&source);
    while (n > 0)
        free(real[--n]);
}

static const char *const whole[] = {".", NULL};

static void
a_folder_with_metadata_owns_all_images_below(void **state)
{
    const struct tree *tree = *state;

    make_file(tree, "s/dataset.json");
    make_file(tree, "s/images/b.tif");
    make_file(tree, "s/images/a.PNG");
    make_file(tree, "s/images/plate 1/c.jpg");
    make_file(tree, "s/readme.txt");
    expect(tree, whole, NULL,
           "s | dataset.json | images/a.PNG images/b.tif images/plate 1/c.jpg"
           "\n");
}

static void
a_folder_without_metadata_is_a_dataset_when_it_has_images(void **state)
{
    const struct tree *tree = *state;

    make_file(tree, "one/a.png");
    make_file(tree, "two/images/b.png");
    make_file(tree, "deep/deeper/c.png");
    make_file(tree, "empty/notes.txt");
    make_file(tree, "none/images/readme");
    expect(tree, whole, NULL,
           "deep/deeper | | c.png\none | | a.png\ntwo | | images/b.png\n");
}

static void
annotations_and_hidden_files_are_no_images(void **state)
{
    const struct tree *tree = *state;

    make_file(tree, "s/dataset.json");
    make_file(tree, "s/images/a.png");
    make_file(tree, "s/images/.a.png");
    make_file(tree, "s/.hidden/b.png");
    make_file(tree, "s/annotations/a.png");
    make_file(tree, "s/Masks/a.png");
    make_file(tree, "s/images/labels/a.png");
    make_file(tree, "s/annotations.png"); /* a file may be called that */
    expect(tree, whole, NULL,
           "s | dataset.json | annotations.png images/a.png\n");
}

static void
a_folder_below_with_own_metadata_is_its_own_dataset(void **state)
{
    const struct tree *tree = *state;

    make_file(tree, "s/dataset.json");
    make_file(tree, "s/a.png");
    make_file(tree, "s/part/x-ro-crate-metadata.json");
    make_file(tree, "s/part/images/b.png");
    make_file(tree, "s/z/c.png");
    expect(tree, whole, NULL,
           "s | dataset.json | a.png z/c.png\n"
           "s/part | x-ro-crate-metadata.json | images/b.png\n");
}

static void
a_listing_of_crates_is_one_group_with_all_of_them(void **state)
{
    const struct tree *tree = *state;

    make_file(tree, "S-1-ro-crate-metadata.json");
    make_file(tree, "S-2-ro-crate-metadata.json");
    make_file(tree, "S-1/a.png");
    expect(tree, whole, NULL,
           ". | S-1-ro-crate-metadata.json S-2-ro-crate-metadata.json | "
           "S-1/a.png\n");
}

static void
our_own_form_wins_over_a_crate_in_the_same_folder(void **state)
{
    const struct tree *tree = *state;

    make_file(tree, "s/dataset.json");
    make_file(tree, "s/ro-crate-metadata.json");
    make_file(tree, "s/a.png");
    expect(tree, whole, NULL, "s | dataset.json | a.png\n");
}

static void
one_image_joins_the_dataset_it_lies_in(void **state)
{
    static const char *const paths[] = {"s/images/deep/a.png", "s/images/b.png",
                                        "bare/c.png", "plain/images/d.png",
                                        NULL};
    const struct tree *tree = *state;

    make_file(tree, "s/dataset.json");
    make_file(tree, "s/images/deep/a.png");
    make_file(tree, "s/images/b.png");
    make_file(tree, "bare/c.png");
    make_file(tree, "plain/images/d.png");
    expect(tree, paths, NULL,
           "s | dataset.json | images/deep/a.png images/b.png\n"
           "bare | | c.png\nplain | | images/d.png\n");
}

static void
a_folder_inside_a_dataset_belongs_to_it(void **state)
{
    static const char *const images[] = {"s/images", NULL};
    static const char *const plain[] = {"plain/images", NULL};
    const struct tree *tree = *state;

    make_file(tree, "s/dataset.json");
    make_file(tree, "s/images/a.png");
    make_file(tree, "plain/images/b.png");
    expect(tree, images, NULL, "s | dataset.json | images/a.png\n");
    expect(tree, plain, NULL, "plain | | images/b.png\n");
}

static void
a_metadata_file_stands_for_its_datasets_only(void **state)
{
    static const char *const paths[] = {"s/dataset.json",
                                        "s/x-ro-crate-metadata.json", NULL};
    const struct tree *tree = *state;

    make_file(tree, "s/dataset.json");
    make_file(tree, "s/x-ro-crate-metadata.json");
    make_file(tree, "s/a.png");
    expect(tree, paths, NULL,
           "s | dataset.json |\ns | x-ro-crate-metadata.json |\n");
}

static void
links_are_followed_once_and_loops_end(void **state)
{
    const struct tree *tree = *state;

    make_file(tree, "s/images/a.png");
    make_file(tree, "pool/deep/b.png");
    make_link(tree, "../..", "s/images/loop");
    make_link(tree, "../../pool/deep", "s/images/first");
    make_link(tree, "../../pool/deep", "s/images/second");
    make_link(tree, "a.png", "s/images/linked.png");
    /* pool/deep is met first where the order of names brings us first. */
    expect(tree, whole, NULL,
           "pool/deep | | b.png\n"
           "s | | images/a.png images/linked.png\n");
}

static void
what_cannot_be_looked_at_is_trouble_and_the_rest_goes_on(void **state)
{
    const struct tree *tree = *state;
    char *fifo = akin_path_join(tree->folder, "s/pipe.png");

    make_file(tree, "s/a.png");
    make_link(tree, "nowhere", "s/broken.png");
    make_link(tree, "nowhere", "s/broken.txt");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    expect(tree, whole, NULL,
           "s | | a.png\n"
           "! s/broken.png: No such file or directory\n"
           "! s/pipe.png: is not a regular file\n");
    free(fifo);
}

static void
the_store_is_never_walked(void **state)
{
    const struct tree *tree = *state;
    char *store = akin_path_join(tree->folder, "s/store");

    make_file(tree, "s/a.png");
    make_file(tree, "s/store/b.png");
    expect(tree, whole, store, "s | | a.png\n");
    free(store);
}

static void
folders_of_one_name_get_different_ids(void **state)
{
    static const char *const ids[] = {"x-train", "y-train", "z"};
    const struct tree *tree = *state;
    struct akin_source source = {0};
    struct akin_error err = {0};
    const char *paths[] = {tree->folder};

    make_file(tree, "x/train/a.png");
    make_file(tree, "y/train/b.png");
    make_file(tree, "z/c.png");
    assert_ok(akin_source_list(paths, 1, NULL, &source, &err));
    assert_int_equal(source.n_groups, AKIN_COUNT(ids));
    for (size_t i = 0; i < AKIN_COUNT(ids); i++) {
        char *id = akin_source_folder_id(&source, i);

        assert_string_equal(id, ids[i]);
        free(id);
    }
    akin_source_free(&source);
}

static void
a_path_that_is_not_there_is_named_before_anything_is_walked(void **state)
{
    const struct tree *tree = *state;
    struct akin_source source = {0};
    struct akin_error err = {0};
    char *missing = akin_path_join(tree->folder, "missing");
    const char *paths[] = {tree->folder, missing};

    make_file(tree, "a.png");
    assert_fails_with(akin_source_list(paths, 2, NULL, &source, &err),
                      AKIN_ENOTFOUND, "missing");
    assert_null(source.group);
    free(missing);
}

static void
a_deep_tree_is_bounded(void **state)
{
    const struct tree *tree = *state;
    struct akin_buf name = {0};
    struct akin_source source = {0};
    struct akin_error err = {0};
    const char *paths[] = {tree->folder};

    for (int i = 0; i < 120; i++)
        akin_buf_puts(&name, "d/");
    akin_buf_puts(&name, "a.png");
    make_file(tree, akin_buf_text(&name));
    make_file(tree, "b.png");
    assert_ok(akin_source_list(paths, 1, NULL, &source, &err));
    assert_int_equal(source.n_files, 1);
    assert_int_equal(source.n_trouble, 1);
    assert_non_null(strstr(source.trouble[0].reason, "100 folders deep"));
    akin_source_free(&source);
    akin_buf_free(&name);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_folder_with_metadata_owns_all_images_below),
        TEST(a_folder_without_metadata_is_a_dataset_when_it_has_images),
        TEST(annotations_and_hidden_files_are_no_images),
        TEST(a_folder_below_with_own_metadata_is_its_own_dataset),
        TEST(a_listing_of_crates_is_one_group_with_all_of_them),
        TEST(our_own_form_wins_over_a_crate_in_the_same_folder),
        TEST(one_image_joins_the_dataset_it_lies_in),
        TEST(a_folder_inside_a_dataset_belongs_to_it),
        TEST(a_metadata_file_stands_for_its_datasets_only),
        TEST(links_are_followed_once_and_loops_end),
        TEST(what_cannot_be_looked_at_is_trouble_and_the_rest_goes_on),
        TEST(the_store_is_never_walked),
        TEST(folders_of_one_name_get_different_ids),
        TEST(a_path_that_is_not_there_is_named_before_anything_is_walked),
        TEST(a_deep_tree_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
