/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include <pthread.h>

#include "akin/describe.h"
#include "akin/file.h"
#include "akin/projection.h"
#include "akin/store.h"
#include "ingest.h"
#include "reference_provider.h"

#define DIM 24u
#define EDGE 16

/* --- names --- */

static const struct {
    const char *id;
    bool is_known;
    size_t n;
} ids[] = {
    {"classical-1+network-1", true, 303},
    {"external:dino-v2.small/384", true, 384},
    {"external:a/8", true, 8},
    {"external:a/2048", true, 2048},
    {"external:a/7", false, 0},
    {"external:a/2049", false, 0},
    {"external:a/99999999999999999999999", false, 0},
    {"external:a/0384", false, 0},
    {"external:a/384 ", false, 0},
    {"external:a/", false, 0},
    {"external:a", false, 0},
    {"external:/64", false, 0},
    {"external:two words/64", false, 0},
    {"external:a/b/64", false, 0},
    {"neural-9", false, 0},
    {"", false, 0},
};

static void
an_id_names_one_set_or_none(void **state)
{
    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(ids); i++) {
        struct akin_feature_set set;

        print_message("  \"%s\"\n", ids[i].id);
        assert_int_equal(akin_feature_set_parse(akin_span_str(ids[i].id), &set),
                         ids[i].is_known);
        if (!ids[i].is_known)
            continue;
        assert_string_equal(set.id, ids[i].id);
        assert_int_equal(set.n, ids[i].n);
        assert_int_equal(akin_feature_set_is_external(&set), i > 0);
    }
}

/* --- messages --- */

static struct akin_feature_set
set_of(const char *name, uint64_t dim)
{
    struct akin_feature_set set;
    struct akin_error err = {0};

    assert_ok(akin_feature_set_external(akin_span_str(name), dim, &set, &err));
    return set;
}

static struct akin_provider_tiles
some_tiles(uint8_t *px, size_t n, uint32_t channels)
{
    for (size_t i = 0; i < n * EDGE * EDGE * channels; i++)
        px[i] = (uint8_t)(i * 37 + i / 91);
    return (struct akin_provider_tiles){
        .px = px, .n = n, .edge = EDGE, .channels = channels};
}

static void
a_request_is_read_as_it_was_written(void **state)
{
    uint8_t px[3 * EDGE * EDGE * 3];
    struct akin_provider_tiles tiles = some_tiles(px, 3, 3);
    struct akin__provider_request got;
    struct akin_buf message = {0};
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin__provider_put_request(7, &tiles, &message, &err));
    assert_ok(akin__provider_get_request(akin_buf_span(&message), &got, &err));
    assert_int_equal(got.kind, AKIN__PROVIDER_DESCRIBE);
    assert_int_equal(got.number, 7);
    assert_int_equal(got.tiles.n, 3);
    assert_int_equal(got.tiles.channels, 3);
    assert_memory_equal(got.tiles.px, px, sizeof(px));
    message.len--;
    assert_fails_with(
        akin__provider_get_request(akin_buf_span(&message), &got, &err),
        AKIN_EIO, "does not hold the tiles");
    assert_ok(akin__provider_put_request(8, NULL, &message, &err));
    assert_int_equal(message.len, AKIN__PROVIDER_HEAD);
    assert_ok(akin__provider_get_request(akin_buf_span(&message), &got, &err));
    assert_int_equal(got.kind, AKIN__PROVIDER_HELLO);
    tiles.n = AKIN__PROVIDER_TILES + 1;
    assert_fails_with(akin__provider_put_request(9, &tiles, &message, &err),
                      AKIN_ELIMIT, "at once");
    akin_buf_free(&message);
}

static const struct {
    const char *what;
    const char *name;
    uint32_t dim;
    enum akin_test_wrong wrong;
    enum akin_status status;
    const char *says;
} replies[] = {
    {"as it should be", "model", DIM, AKIN_WRONG_NOTHING, AKIN_OK, ""},
    {"another name", "other", DIM, AKIN_WRONG_NOTHING, AKIN_ESTALE,
     "\"external:other/24\", the store holds \"external:model/24\""},
    {"another dimension", "model", 32, AKIN_WRONG_NOTHING, AKIN_ESTALE,
     "\"external:model/32\", the store holds \"external:model/24\""},
    {"too many numbers", "model", 4096, AKIN_WRONG_NOTHING, AKIN_EIO,
     "4096 numbers of a tile; a provider gives 8 to 2048"},
    {"not a number", "model", DIM, AKIN_WRONG_NAN, AKIN_EIO,
     "number 23 of tile 2 is not finite"},
    {"a tile less", "model", DIM, AKIN_WRONG_COUNT, AKIN_EIO,
     "2 tiles described instead of 3"},
    {"a byte less", "model", DIM, AKIN_WRONG_LENGTH, AKIN_EIO,
     "287 bytes of numbers instead of 3 tiles x 24 floats"},
    {"another request's", "model", DIM, AKIN_WRONG_NUMBER, AKIN_EIO,
     "an answer to request 6 instead of 5"},
    {"another protocol", "model", DIM, AKIN_WRONG_GARBAGE, AKIN_EIO,
     "does not start with"},
    {"a name with a blank", "model", DIM, AKIN_WRONG_NAME, AKIN_EIO,
     "the name of a provider"},
    {"a refusal", "model", DIM, AKIN_WRONG_REFUSED, AKIN_EAGAIN,
     "it refused: the model is being loaded"},
};

static void
a_reply_is_taken_or_refused_with_a_sentence(void **state)
{
    uint8_t px[3 * EDGE * EDGE];
    struct akin_provider_tiles tiles = some_tiles(px, 3, 1);
    struct akin_feature_set want = set_of("model", DIM);
    struct akin_buf request = {0}, reply = {0};
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin__provider_put_request(5, &tiles, &request, &err));
    for (size_t i = 0; i < AKIN_COUNT(replies); i++) {
        struct akin_test_provider provider = {.name = replies[i].name,
                                              .dim = replies[i].dim,
                                              .wrong = replies[i].wrong};
        struct akin__provider_wanted wanted = {
            .kind = AKIN__PROVIDER_DESCRIBE, .number = 5, .n = 3, .set = &want};
        struct akin_feature_set got;
        float numbers[3 * DIM];

        print_message("  %s\n", replies[i].what);
        err = (struct akin_error){0};
        assert_true(akin_test_provider_answer(&provider,
                                              akin_buf_span(&request), &reply));
        assert_fails_with(akin__provider_get_reply(akin_buf_span(&reply),
                                                   &wanted, &got, numbers,
                                                   &err),
                          replies[i].status, replies[i].says);
        /* Every shorter message is refused, too. */
        for (size_t len = 0; len < reply.len; len++)
            assert_int_not_equal(
                akin__provider_get_reply(akin_span_of(reply.data, len), &wanted,
                                         &got, numbers, NULL),
                AKIN_OK);
    }
    akin_buf_free(&request);
    akin_buf_free(&reply);
}

/* --- over a socket --- */

struct live {
    char *folder, *endpoint;
    struct akin_test_provider provider;
    pthread_t thread;
};

static void *
serve(void *arg)
{
    struct akin_test_provider *provider = arg;

    (void)akin_test_provider_serve(provider);
    return NULL;
}

static void
live_start(struct live *live, const char *name, uint32_t dim,
           enum akin_test_wrong wrong)
{
    live->provider = (struct akin_test_provider){
        .endpoint = live->endpoint, .name = name, .dim = dim, .wrong = wrong};
    assert_int_equal(
        pthread_create(&live->thread, NULL, serve, &live->provider), 0);
    while (atomic_load(&live->provider.is_ready) == 0)
        continue;
    assert_int_equal(atomic_load(&live->provider.is_ready), 1);
}

static void
live_stop(struct live *live)
{
    atomic_store(&live->provider.stop, 1);
    assert_int_equal(pthread_join(live->thread, NULL), 0);
}

static int
setup(void **state)
{
    struct live *live = akin_new(1, sizeof(*live));
    struct akin_buf endpoint = {0};

    live->folder = akin_test_folder();
    akin_buf_printf(&endpoint, "ipc://%s/sock", live->folder);
    live->endpoint = (char *)akin_buf_take(&endpoint);
    *state = live;
    return 0;
}

static int
teardown(void **state)
{
    struct live *live = *state;

    akin_test_remove(live->folder);
    free(live->endpoint);
    free(live);
    return 0;
}

static void
it_says_who_it_is_and_describes_after_a_restart(void **state)
{
    struct live *live = *state;
    struct akin_provider *provider = NULL;
    uint8_t px[2 * EDGE * EDGE];
    struct akin_provider_tiles tiles = some_tiles(px, 2, 1);
    float before[2 * DIM], after[2 * DIM];
    struct akin_feature_set set;
    struct akin_error err = {0};

    assert_ok(akin_provider_open(live->endpoint, 20000, &provider, &err));
    live_start(live, "model", DIM, AKIN_WRONG_NOTHING);
    assert_ok(akin_provider_hello(provider, &set, &err));
    assert_string_equal(set.id, "external:model/24");
    assert_ok(akin_provider_describe(provider, &set, &tiles, before, &err));
    live_stop(live);
    live_start(live, "model", DIM, AKIN_WRONG_NOTHING);
    assert_ok(akin_provider_describe(provider, &set, &tiles, after, &err));
    assert_memory_equal(before, after, sizeof(before));
    live_stop(live);
    live_start(live, "model", 2 * DIM, AKIN_WRONG_NOTHING);
    assert_fails_with(
        akin_provider_describe(provider, &set, &tiles, after, &err),
        AKIN_ESTALE, "\"external:model/48\", the store holds");
    live_stop(live);
    akin_provider_close(provider);
}

static void
silence_ends_with_a_sentence(void **state)
{
    struct live *live = *state;
    struct akin_provider *provider = NULL;
    struct akin_feature_set set;
    struct akin_error err = {0};

    assert_ok(akin_provider_open(live->endpoint, 50, &provider, &err));
    assert_fails_with(akin_provider_hello(provider, &set, &err), AKIN_EAGAIN,
                      "no answer within 0.05 s");
    live_start(live, "model", DIM, AKIN_WRONG_SILENT);
    assert_fails_with(akin_provider_hello(provider, &set, &err), AKIN_EAGAIN,
                      live->endpoint);
    live_stop(live);
    akin_provider_close(provider);
    assert_fails_with(akin_provider_open("/tmp/x", 50, &provider, &err),
                      AKIN_EINVAL, "an address starts with");
}

/* A grey 8-bit BMP. */
static void
write_image(const char *path, uint32_t seed)
{
    const uint32_t W = 96, H = 80;
    uint8_t head[54] = {'B', 'M', [10] = 54, [14] = 40, [26] = 1, [28] = 24};
    struct akin_buf bmp = {0};
    struct akin_error err = {0};

    akin_put_le32(head + 2, 54 + W * H * 3);
    akin_put_le32(head + 18, W);
    akin_put_le32(head + 22, H);
    akin_buf_put(&bmp, head, sizeof(head));
    for (uint32_t i = 0; i < W * H; i++) {
        uint8_t px[3];

        for (uint32_t c = 0; c < 3; c++)
            px[c] = (uint8_t)(128 + 90 * sin((double)(i % W) / (3.0 + seed)) *
                                        cos(floor(i / (double)W) / (4.0 + c)));
        akin_buf_put(&bmp, px, sizeof(px));
    }
    assert_ok(akin_file_write(path, akin_buf_span(&bmp), &err));
    akin_buf_free(&bmp);
}

static void
provider_trouble_halts_an_image_and_never_blames_it(void **state)
{
    struct live *live = *state;
    char *dir = akin_path_join(live->folder, "store");
    char *path = akin_path_join(live->folder, "a.bmp");
    struct akin_feature_set set = set_of("model", DIM);
    struct akin_ingester *ingester = NULL;
    struct akin_store *store = NULL;
    struct akin_ingested *in;
    struct akin_config config;
    struct akin_error err = {0};

    write_image(path, 1);
    akin_config_init(&config);
    config.tile_size = 64;
    config.descriptor_timeout_ms = 5000;
    assert_ok(akin_store_open_for(dir, AKIN_STORE_CREATE, &set, &store, &err));
    assert_ok(akin_ingester_new(store, &config, &ingester, &err));
    in = akin_ingest(ingester, path, "a.bmp", 1, 1);
    assert_int_equal(in->kind, AKIN_INGEST_HALTED);
    assert_non_null(strstr(in->error.text, "descriptor.endpoint=ipc"));
    akin_ingested_free(in);
    akin_ingester_free(ingester);

    assert_ok(
        akin_config_set(&config, "descriptor.endpoint", live->endpoint, &err));
    assert_ok(akin_ingester_new(store, &config, &ingester, &err));
    live_start(live, "model", DIM, AKIN_WRONG_NAN);
    in = akin_ingest(ingester, path, "a.bmp", 1, 1);
    assert_int_equal(in->kind, AKIN_INGEST_HALTED);
    assert_non_null(strstr(in->error.text, "is not finite"));
    akin_ingested_free(in);
    live_stop(live);

    live_start(live, "model", DIM, AKIN_WRONG_NOTHING);
    in = akin_ingest(ingester, path, "a.bmp", 1, 1);
    assert_int_equal(in->kind, AKIN_INGEST_DESCRIBED);
    assert_int_equal(in->described.n_features, DIM);
    assert_true(in->described.n_disturbed > 0);
    /* All of an image is one request. */
    assert_int_equal(atomic_load(&live->provider.n_requests), 1);
    assert_int_equal(atomic_load(&live->provider.n_tiles),
                     in->described.n_tiles + in->described.n_disturbed);
    for (size_t i = 0; i < in->described.n_tiles; i++) {
        double squares = 0;

        for (size_t k = 0; k < DIM; k++)
            squares += pow((double)in->described.features[i * DIM + k], 2);
        assert_true(fabs(squares - 2) < 1e-3); /* two histograms */
    }
    akin_ingested_free(in);

    /* A file that is no image is its own fault, here too. */
    assert_ok(akin_file_write(path, akin_span_str("no image"), &err));
    in = akin_ingest(ingester, path, "a.bmp", 1, 1);
    assert_int_equal(in->kind, AKIN_INGEST_BAD);
    akin_ingested_free(in);
    live_stop(live);
    akin_ingester_free(ingester);
    akin_store_close(store);
    free(dir);
    free(path);
}

/* --- what becomes of the numbers --- */

static void
stores_of_different_descriptors_refuse_each_other_by_name(void **state)
{
    struct live *live = *state;
    char *dir = akin_path_join(live->folder, "store");
    struct akin_feature_set set = set_of("model", DIM);
    struct akin_feature_set other = set_of("model", 48);
    struct akin_store *store = NULL, *second = NULL;
    struct akin_error err = {0};

    assert_ok(akin_store_open_for(dir, AKIN_STORE_CREATE, &set, &store, &err));
    assert_fails_with(
        akin_store_open_for(dir, AKIN_STORE_WRITE, &other, &second, &err),
        AKIN_ESTALE,
        "holds features \"external:model/24\", not \"external:model/48\"");
    assert_fails_with(akin_store_open_for(dir, AKIN_STORE_CREATE,
                                          akin_feature_set_builtin(), &second,
                                          &err),
                      AKIN_ESTALE, "not \"classical-1+network-1\"");
    akin_store_close(store);
    assert_ok(akin_store_open(dir, AKIN_STORE_READ, &store, &err));
    assert_string_equal(akin_store_features(store)->id, set.id);
    akin_store_close(store);
    free(dir);
}

static double
cosine(const float *a, const float *b, size_t n)
{
    double dot = 0, aa = 0, bb = 0;

    for (size_t i = 0; i < n; i++) {
        dot += (double)a[i] * (double)b[i];
        aa += (double)a[i] * (double)a[i];
        bb += (double)b[i] * (double)b[i];
    }
    return dot / sqrt(aa * bb);
}

/* The projection keeps the angles of 40 tiles of n numbers within `off`. */
static void
check_angles(const struct akin_projection *projection, const float *features,
             size_t n, double off)
{
    float *out = akin_new(40, AKIN_DIM * sizeof(*out));

    akin_projection_apply(projection, features, 40, out);
    for (size_t i = 1; i < 40; i++)
        assert_true(fabs(cosine(features, features + i * n, n) -
                         cosine(out, out + i * AKIN_DIM, AKIN_DIM)) <= off);
    free(out);
}

static void
too_few_tiles_give_a_projection_that_keeps_angles(void **state)
{
    static const size_t dims[] = {8, 64, 100, 700};

    (void)state;
    for (size_t d = 0; d < AKIN_COUNT(dims); d++) {
        struct akin_feature_set set = set_of("model", dims[d]);
        struct akin_projection *plain = NULL, *learned = NULL, *back = NULL;
        struct akin_projection_trainer *trainer = NULL;
        float *features = akin_new(40 * dims[d], sizeof(*features));
        struct akin_test_random random = {d};
        struct akin_buf bytes = {0};
        struct akin_error err = {0};

        for (size_t i = 0; i < 40 * dims[d]; i++)
            features[i] = (float)akin_test_normal(&random);
        assert_ok(akin_projection_plain(&set, &plain, &err));
        check_angles(plain, features, dims[d], dims[d] <= 64 ? 1e-5 : 0.6);
        assert_ok(akin_projection_trainer_new(&set, &trainer, &err));
        akin_projection_trainer_add(trainer, features, 40, 1.0);
        assert_fails_with(
            akin_projection_trainer_finish(trainer, &learned, &err),
            AKIN_EAGAIN, "40 tiles are too few");
        assert_ok(akin_projection_trainer_plain(trainer, &learned, &err));
        check_angles(learned, features, dims[d], 1e-4);
        akin_projection_write(learned, &bytes);
        assert_ok(akin_projection_read(akin_buf_span(&bytes), &back, &err));
        assert_string_equal(akin_projection_features(back)->id, set.id);
        assert_string_equal(akin_projection_id(back),
                            akin_projection_id(learned));
        akin_buf_free(&bytes);
        akin_projection_trainer_free(trainer);
        akin_projection_free(plain);
        akin_projection_free(learned);
        akin_projection_free(back);
        free(features);
    }
}

/* One direction tells tiles apart, another is all nuisance. */
static void
enough_tiles_teach_what_does_not_count(void **state)
{
    const size_t n = 600, n_copies = 3;
    struct akin_feature_set set = set_of("model", 8);
    struct akin_projection_trainer *trainer = NULL;
    struct akin_projection *projection = NULL;
    struct akin_test_random random = {9};
    float tiles[4][8] = {{3, 0}, {3, 4}, {-3, 0}, {-3, 4}}, out[4 * AKIN_DIM];
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin_projection_trainer_new(&set, &trainer, &err));
    for (size_t i = 0; i < n; i++) {
        float tile[8], copies[3 * 8];

        for (size_t k = 0; k < 8; k++)
            tile[k] = (float)akin_test_normal(&random) * (k == 0   ? 3.0f
                                                          : k == 1 ? 4.0f
                                                                   : 0.1f);
        akin_projection_trainer_add(trainer, tile, 1, 1.0);
        for (size_t c = 0; c < n_copies; c++) {
            memcpy(copies + c * 8, tile, sizeof(tile));
            copies[c * 8 + 1] = (float)akin_test_normal(&random) * 4.0f;
        }
        akin_projection_trainer_disturbed(trainer, tile, copies, n_copies);
    }
    assert_ok(akin_projection_trainer_finish(trainer, &projection, &err));
    akin_projection_apply(projection, &tiles[0][0], 4, out);
    assert_true(cosine(out, out + AKIN_DIM, AKIN_DIM) > 0.5);
    assert_true(cosine(out, out + (size_t)2 * AKIN_DIM, AKIN_DIM) < 0);
    for (size_t k = 8; k < AKIN_DIM; k++)
        assert_true(out[k] == 0.0f);
    akin_projection_free(projection);
    akin_projection_trainer_free(trainer);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_names_one_set_or_none),
        cmocka_unit_test(a_request_is_read_as_it_was_written),
        cmocka_unit_test(a_reply_is_taken_or_refused_with_a_sentence),
        cmocka_unit_test_setup_teardown(
            it_says_who_it_is_and_describes_after_a_restart, setup, teardown),
        cmocka_unit_test_setup_teardown(silence_ends_with_a_sentence, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            provider_trouble_halts_an_image_and_never_blames_it, setup,
            teardown),
        cmocka_unit_test_setup_teardown(
            stores_of_different_descriptors_refuse_each_other_by_name, setup,
            teardown),
        cmocka_unit_test(too_few_tiles_give_a_projection_that_keeps_angles),
        cmocka_unit_test(enough_tiles_teach_what_does_not_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
