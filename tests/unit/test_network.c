/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/network.h"
#include "network_internal.h"

#define N AKIN_N_NETWORK

struct fixture {
    struct akin_network *network;
    struct akin_network_work *work;
};

static int
set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct akin_error err = {0};

    assert_non_null(f);
    assert_ok(akin_network_builtin(&f->network, &err));
    assert_ok(akin_network_work_new(&f->work, &err));
    *state = f;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;

    akin_network_free(f->network);
    akin_network_work_free(f->work);
    free(f);
    return 0;
}

static void
fill(float *to, size_t n, uint64_t seed)
{
    struct akin_test_random random = {seed};

    for (size_t i = 0; i < n; i++)
        to[i] = (float)akin_test_normal(&random);
}

static float *
numbers(size_t n, uint64_t seed)
{
    float *out = calloc(n, sizeof(*out));

    assert_non_null(out);
    fill(out, n, seed);
    return out;
}

/* 3 x 3 over one input channel at (y, x) of the output, in double. */
static double
plain_3x3(const float *in, size_t edge, size_t n_in, size_t c, size_t stride,
          size_t y, size_t x, const float *w, size_t w_step)
{
    double sum = 0;

    for (int ky = 0; ky < 3; ky++)
        for (int kx = 0; kx < 3; kx++) {
            long sy = (long)(y * stride) + ky - 1;
            long sx = (long)(x * stride) + kx - 1;

            if (sy < 0 || sx < 0 || sy >= (long)edge || sx >= (long)edge)
                continue;
            sum += (double)in[((size_t)sy * edge + (size_t)sx) * n_in + c] *
                   (double)w[(size_t)(ky * 3 + kx) * w_step];
        }
    return sum;
}

static void
assert_relu(float is, double sum)
{
    double want = sum > 0 ? sum : 0;

    assert_true(fabs((double)is - want) < 1e-4 * (1 + fabs(want)));
}

static void
depthwise_equals_the_plain_sum(void **state)
{
    const size_t edge = 8, ch = 32;

    (void)state;
    for (size_t stride = 1; stride <= 2; stride++) {
        float *in = numbers(edge * edge * ch, 1), *w = numbers(9 * ch, 2);
        float *bias = numbers(ch, 3), *out = numbers(edge * edge * ch, 4);
        size_t half = edge / stride, row = edge * ch;
        struct akin__depthwise job = {in, w, bias, edge, ch, stride, NULL};

        akin__conv_depthwise(&job, 0, 1, out);
        akin__conv_depthwise(&job, 2, half, out + 2 * half * ch);
        job.in = in + stride * row; /* the second row, as if all began there */
        job.before = job.in - row;
        akin__conv_depthwise(&job, 0, 1, out + half * ch);
        for (size_t y = 0; y < half; y++)
            for (size_t x = 0; x < half; x++)
                for (size_t c = 0; c < ch; c++)
                    assert_relu(out[(y * half + x) * ch + c],
                                (double)bias[c] + plain_3x3(in, edge, ch, c,
                                                            stride, y, x, w + c,
                                                            ch));
        free(in);
        free(w);
        free(bias);
        free(out);
    }
}

static void
stem_equals_the_plain_sum(void **state)
{
    const size_t edge = 16, n_out = 16;

    (void)state;
    for (size_t n = 1; n <= 3; n += 2) {
        float *in = numbers(edge * edge * n, 1), *w = numbers(9 * n * n_out, 2);
        float *bias = numbers(n_out, 3);
        float *out = numbers(edge * edge / 4 * n_out, 4);

        akin__conv_stem(in, edge, n, w, bias, out);
        for (size_t i = 0; i < edge * edge / 4 * n_out; i++) {
            size_t k = i % n_out, x = i / n_out % (edge / 2);
            double sum = (double)bias[k];

            for (size_t c = 0; c < n; c++)
                sum += plain_3x3(in, edge, n, c, 2, i / n_out / (edge / 2), x,
                                 w + c * n_out + k, n * n_out);
            assert_relu(out[i], sum);
        }
        free(in);
        free(w);
        free(bias);
        free(out);
    }
}

static void
assert_pointwise_fits(size_t n_in, size_t n_out, bool has_residual)
{
    const size_t n_px = 96;
    float *in = numbers(n_px * n_in, 1), *w = numbers(n_in * n_out, 2);
    float *packed = numbers(n_in * n_out, 5);
    float *bias = numbers(n_out, 3), *out = numbers(n_px * n_out, 4);
    float *residual = numbers(n_px * n_out, 6);

    for (size_t i = 0; i < n_in * n_out; i++) /* as a float16 holds them */
        w[i] = rintf(w[i] * 256) / 2048;
    akin__pack_pointwise(w, n_in, n_out, packed);
    akin__conv_pointwise(in, n_px, n_in, n_out, packed, bias,
                         has_residual ? residual : NULL, out);
    for (size_t p = 0; p < n_px; p++)
        for (size_t k = 0; k < n_out; k++) {
            double sum = (double)bias[k];

            for (size_t i = 0; i < n_in; i++)
                sum += (double)in[p * n_in + i] * (double)w[i * n_out + k];
            if (has_residual)
                sum += (double)residual[p * n_out + k];
            assert_relu(out[p * n_out + k], sum);
        }
    free(in);
    free(w);
    free(packed);
    free(bias);
    free(out);
    free(residual);
}

static void
pointwise_equals_the_plain_sum(void **state)
{
    (void)state;
    assert_pointwise_fits(16, 32, false);
    assert_pointwise_fits(32, 64, false);
    assert_pointwise_fits(64, 64, false);
    assert_pointwise_fits(64, 64, true);
    assert_pointwise_fits(256, 32, true);
}

static void
linear_equals_the_plain_sum(void **state)
{
    const size_t n_in = 40, n_out = 128;
    float *in = numbers(n_in, 1), *w = numbers(n_in * n_out, 2);
    float *bias = numbers(n_out, 3), *out = numbers(n_out, 4);

    (void)state;
    akin__linear(in, n_in, n_out, w, bias, out);
    for (size_t k = 0; k < n_out; k++) {
        double sum = (double)bias[k];

        for (size_t i = 0; i < n_in; i++)
            sum += (double)in[i] * (double)w[i * n_out + k];
        assert_float_equal(out[k], sum, 1e-4);
    }
    free(in);
    free(w);
    free(bias);
    free(out);
}

static void
pool_gives_mean_and_deviation(void **state)
{
    enum { CHANNELS = 64 };
    float in[4 * CHANNELS], out[2 * CHANNELS];

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(in); i++)
        in[i] = i % 2 == 0 && i / CHANNELS % 2 == 0 ? 1 : i % 2 == 0 ? 3 : 10;
    akin__pool(in, 4, CHANNELS, out);
    for (size_t k = 0; k < CHANNELS; k += 2) {
        assert_float_equal(out[k], 2, 1e-6);
        assert_float_equal(out[k + 1], 10, 1e-6);
        assert_float_equal(out[CHANNELS + k], sqrtf(1 + 1e-5f), 1e-5);
        assert_float_equal(out[CHANNELS + k + 1], sqrtf(1e-5f), 1e-5);
    }
}

static void
draw(struct akin_plane *plane, double gain, double offset)
{
    size_t n = (size_t)plane->width * plane->height;

    for (size_t i = 0; i < n; i++) {
        size_t column = i % plane->width, row = i / plane->width;
        double x = (double)column, y = (double)row;
        double v = 100 + 60 * sin(x / 5) * cos(y / 7) + 40 * sin((x + y) / 31);
        double s = floor(v) * gain + offset;

        for (size_t c = 0; c < plane->channels; c++) {
            size_t at = i * plane->channels + c;

            if (plane->sample == AKIN_SAMPLE_U8)
                ((uint8_t *)plane->px)[at] = (uint8_t)s;
            else if (plane->sample == AKIN_SAMPLE_U16)
                ((uint16_t *)plane->px)[at] = (uint16_t)s;
            else
                ((float *)plane->px)[at] = (float)s;
        }
    }
}

static void
drawn(struct fixture *f, uint32_t w, uint32_t h, uint32_t channels,
      enum akin_sample sample, double gain, double offset, float *out)
{
    struct akin_plane plane = {0};
    struct akin_error err = {0};

    assert_ok(akin_plane_alloc(&plane, w, h, channels, sample, 1 << 24, &err));
    draw(&plane, gain, offset);
    akin_network_compute(f->network, f->work, &plane,
                         (struct akin_tile_rect){0, 0, w, h}, out);
    for (size_t i = 0; i < N; i++)
        assert_true(isfinite(out[i]));
    akin_plane_free(&plane);
}

static double
cosine(const float *a, const float *b)
{
    double ab = 0, aa = 0, bb = 0;

    for (size_t i = 0; i < N; i++) {
        ab += (double)a[i] * (double)b[i];
        aa += (double)a[i] * (double)a[i];
        bb += (double)b[i] * (double)b[i];
    }
    return ab / sqrt(aa * bb);
}

static void
sample_type_gain_offset_and_equal_channels_do_not_count(void **state)
{
    struct fixture *f = *state;
    float first[N], other[N];

    drawn(f, 256, 256, 1, AKIN_SAMPLE_U8, 1, 0, first);
    drawn(f, 256, 256, 1, AKIN_SAMPLE_U16, 200, 900, other);
    assert_true(cosine(first, other) > 0.99999);
    drawn(f, 256, 256, 1, AKIN_SAMPLE_F32, 0.001, -7, other);
    assert_true(cosine(first, other) > 0.9999);
    drawn(f, 256, 256, 3, AKIN_SAMPLE_U8, 1, 0, other);
    for (size_t i = 0; i < N; i++)
        assert_true(fabs((double)first[i] - (double)other[i]) < 1e-3);
}

static void
every_size_of_tile_gives_finite_numbers(void **state)
{
    static const uint32_t edges[] = {1, 2, 3, 17, 127, 128, 129, 255, 1024};
    struct fixture *f = *state;
    float out[N];

    for (size_t i = 0; i < AKIN_COUNT(edges); i++) {
        drawn(f, edges[i], 256, 1, AKIN_SAMPLE_U8, 1, 0, out);
        drawn(f, 100, edges[i], 3, AKIN_SAMPLE_F32, 1e30, 0, out);
        drawn(f, edges[i], edges[i], 1, AKIN_SAMPLE_U16, 0, 77, out);
    }
}

static void
picture_has_mean_zero_and_deviation_one(void **state)
{
    enum { SIDE = AKIN_NETWORK_EDGE };
    float *picture = numbers((size_t)SIDE * SIDE, 1);
    struct akin_plane plane = {0};
    struct akin_error err = {0};
    double sum = 0, squares = 0;

    (void)state;
    assert_ok(
        akin_plane_alloc(&plane, 300, 200, 1, AKIN_SAMPLE_U8, 1 << 20, &err));
    draw(&plane, 1, 0);
    akin__network_picture(&plane, (struct akin_tile_rect){20, 10, 256, 190},
                          picture);
    for (size_t i = 0; i < (size_t)SIDE * SIDE; i++) {
        sum += (double)picture[i];
        squares += (double)picture[i] * (double)picture[i];
    }
    assert_true(fabs(sum / (SIDE * SIDE)) < 1e-4);
    assert_true(fabs(squares / (SIDE * SIDE) - 1) < 1e-3);
    akin_plane_free(&plane);
    free(picture);
}

static void
read_refuses_what_is_no_network(void **state)
{
    extern const unsigned char akin__builtin_network[];
    extern const size_t akin__builtin_network_len;
    size_t len = akin__builtin_network_len;
    uint8_t *copy = malloc(len);
    struct akin_network *out = NULL;
    struct akin_error err = {0};

    (void)state;
    assert_non_null(copy);
    memcpy(copy, akin__builtin_network, len);
    assert_fails_with(
        akin_network_read(akin_span_of(copy, len - 1), &out, &err),
        AKIN_EFORMAT, "bytes instead of");
    assert_fails_with(akin_network_read(akin_span_of(copy, 0), &out, &err),
                      AKIN_EFORMAT, "bytes instead of");
    copy[0] = 'X';
    assert_fails_with(akin_network_read(akin_span_of(copy, len), &out, &err),
                      AKIN_EFORMAT, "AKNET001");
    copy[0] = 'A';
    copy[len - 1] = 0x7e; /* not a number */
    assert_fails_with(akin_network_read(akin_span_of(copy, len), &out, &err),
                      AKIN_EFORMAT, "not finite");
    assert_null(out);
    free(copy);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(depthwise_equals_the_plain_sum),
        cmocka_unit_test(stem_equals_the_plain_sum),
        cmocka_unit_test(pointwise_equals_the_plain_sum),
        cmocka_unit_test(linear_equals_the_plain_sum),
        cmocka_unit_test(pool_gives_mean_and_deviation),
        cmocka_unit_test(
            sample_type_gain_offset_and_equal_channels_do_not_count),
        cmocka_unit_test(every_size_of_tile_gives_finite_numbers),
        cmocka_unit_test(picture_has_mean_zero_and_deviation_one),
        cmocka_unit_test(read_refuses_what_is_no_network),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
