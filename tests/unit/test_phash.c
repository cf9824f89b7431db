/* SPDX-License-Identifier: Apache-2.0 */
/* Hashes of a drawn picture and of what is made of it. */
#include "akin_test.h"

#include "akin/phash.h"

#define EDGE 128u

/* A smooth scene of blobs that depends on the seed; x, y in 0..1. */
static double
scene(uint64_t seed, double x, double y)
{
    struct akin_test_random random = {seed};
    double sum = 0;

    for (int i = 0; i < 12; i++) {
        double cx = akin_test_uniform(&random);
        double cy = akin_test_uniform(&random);
        double r = 0.04 + 0.15 * akin_test_uniform(&random);
        double dx = (x - cx) / r, dy = (y - cy) / r;

        sum += exp(-(dx * dx + dy * dy));
    }
    return sum;
}

struct making {
    uint64_t seed;
    uint32_t w, h;
    unsigned way; /* as akin_phash_laid */
    double gain, offset, noise;
};

static uint64_t
hash_of(const struct making *m)
{
    struct akin_test_random random = {m->seed + 99};
    struct akin_plane plane = {0};
    struct akin_error err = {0};
    struct akin_tile_rect rect = {0, 0, m->w, m->h};
    uint64_t hash;

    assert_ok(akin_plane_alloc(&plane, m->w, m->h, 1, AKIN_SAMPLE_F32, 1 << 24,
                               &err));
    for (uint32_t j = 0; j < m->h; j++)
        for (uint32_t i = 0; i < m->w; i++) {
            double x = (i + 0.5) / m->w, y = (j + 0.5) / m->h, swap = x;

            if ((m->way & 4) != 0) {
                x = y;
                y = swap;
            }
            if ((m->way & 1) != 0)
                x = 1 - x;
            if ((m->way & 2) != 0)
                y = 1 - y;
            ((float *)plane.px)[(size_t)j * m->w + i] =
                (float)(m->offset + m->gain * scene(m->seed, x, y) +
                        m->noise * akin_test_normal(&random));
        }
    hash = akin_phash(&plane, rect);
    akin_plane_free(&plane);
    return hash;
}

static void
a_hash_does_not_mind_scale_brightness_and_a_little_noise(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct making m = {seed, EDGE, EDGE, 0, 1, 0, 0};
        uint64_t hash = hash_of(&m);

        m.gain = 40;
        m.offset = 300;
        assert_true(akin_phash_distance(hash, hash_of(&m)) <= 1);
        m.w = m.h = 96;
        assert_true(akin_phash_distance(hash, hash_of(&m)) <= 6);
        m.noise = 2;
        assert_true(akin_phash_distance(hash, hash_of(&m)) <= 10);
    }
}

static void
the_hash_of_a_picture_laid_another_way_is_the_hash_laid_so(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct making m = {seed, EDGE, EDGE, 0, 1, 0, 0};
        uint64_t hash = hash_of(&m);

        for (unsigned way = 0; way < AKIN_PHASH_WAYS; way++) {
            uint64_t laid;

            m.way = way;
            laid = hash_of(&m);
            /* A few signs of coefficients near 0 may differ by rounding. */
            assert_true(
                __builtin_popcountll(laid ^ akin_phash_laid(hash, way)) <= 1);
            assert_true(akin_phash_distance(hash, laid) <= 1);
            assert_true(akin_phash_distance(laid, hash) <= 1);
        }
    }
}

static void
other_pictures_have_other_hashes(void **state)
{
    uint64_t hash[20];

    (void)state;
    for (uint64_t i = 0; i < 20; i++) {
        struct making m = {i + 1, EDGE, EDGE, 0, 1, 0, 0};

        hash[i] = hash_of(&m);
        assert_int_not_equal(hash[i], 0);
    }
    for (size_t a = 0; a < 20; a++)
        for (size_t b = 0; b < a; b++)
            assert_true(akin_phash_distance(hash[a], hash[b]) > 10);
}

static void
transposing_twice_and_mirroring_twice_change_nothing(void **state)
{
    struct akin_test_random random = {5};

    (void)state;
    for (int i = 0; i < 100; i++) {
        uint64_t hash = akin_test_random(&random);

        for (unsigned way = 1; way <= 4; way *= 2)
            assert_true(akin_phash_laid(akin_phash_laid(hash, way), way) ==
                        hash);
        assert_int_equal(akin_phash_distance(hash, hash), 0);
    }
}

static void
any_rectangle_has_a_hash(void **state)
{
    struct making m = {3, 1, 1, 0, 1, 0, 0};

    (void)state;
    assert_int_not_equal(hash_of(&m), 0);
    m.w = 3;
    m.h = 1100;
    assert_int_not_equal(hash_of(&m), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            a_hash_does_not_mind_scale_brightness_and_a_little_noise),
        cmocka_unit_test(
            the_hash_of_a_picture_laid_another_way_is_the_hash_laid_so),
        cmocka_unit_test(other_pictures_have_other_hashes),
        cmocka_unit_test(transposing_twice_and_mirroring_twice_change_nothing),
        cmocka_unit_test(any_rectangle_has_a_hash),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
