/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include <unistd.h>

#include "akin/bytes.h"
#include "akin/file.h"

char *
akin_test_folder(void)
{
    const char *base = getenv("TMPDIR");
    char *path =
        akin_path_join(base != NULL ? base : "/tmp", "akin-test-XXXXXX");

    if (mkdtemp(path) == NULL)
        fail_msg("no temporary folder at %s", path);
    return path;
}

void
akin_test_remove(char *folder)
{
    struct akin_error err = {0};

    if (akin_file_remove(folder, &err) != AKIN_OK)
        print_message("left behind: %s: %s\n", folder, err.text);
    free(folder);
}

/* One file, or the beginning of a folder. */
static void
copy_one(const char *from, const char *to)
{
    struct akin_file_stat there = {0};
    struct akin_buf bytes = {0};
    struct akin_error err = {0};

    assert_ok(akin_file_stat(from, &there, &err));
    if (there.is_dir) {
        assert_ok(akin_dir_make(to, &err));
        akin_test_copy(from, to);
        return;
    }
    assert_ok(akin_file_read(from, there.size_bytes, &bytes, &err));
    assert_ok(akin_file_write(to, akin_buf_span(&bytes), &err));
    akin_buf_free(&bytes);
}

void
akin_test_copy(const char *from, const char *to)
{
    struct akin_names names = {0};
    struct akin_error err = {0};

    assert_ok(akin_dir_list(from, &names, &err));
    for (size_t i = 0; i < names.n; i++) {
        char *old = akin_path_join(from, names.name[i]);
        char *new = akin_path_join(to, names.name[i]);

        copy_one(old, new);
        free(old);
        free(new);
    }
    akin_names_free(&names);
}

char *
akin_test_need_shared(const char *below)
{
    char *path = akin_path_join(AKIN_SHARED, below);

    if (!akin_file_exists(path)) {
        print_message("skipped: the sample corpus (%s) is not here\n", below);
        free(path);
        skip();
        return NULL; /* not reached */
    }
    return path;
}

char *
akin_test_file(const char *below)
{
    return akin_path_join(AKIN_TESTS, below);
}

/* splitmix64 (Steele, Lea & Flood, OOPSLA 2014, figure 13). */
uint64_t
akin_test_random(struct akin_test_random *random)
{
    uint64_t z = random->state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

uint64_t
akin_test_below(struct akin_test_random *random, uint64_t n)
{
    return akin_test_random(random) % n;
}

double
akin_test_uniform(struct akin_test_random *random)
{
    return (double)(akin_test_random(random) >> 11) * 0x1.0p-53;
}

/* Box & Muller, Annals of Mathematical Statistics 1958. */
double
akin_test_normal(struct akin_test_random *random)
{
    double u = 1.0 - akin_test_uniform(random);
    double v = akin_test_uniform(random);

    return sqrt(-2.0 * log(u)) * cos(6.283185307179586 * v);
}
