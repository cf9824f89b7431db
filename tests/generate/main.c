/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin-generate: draws the example datasets, so that akin can be tried and
 * tested where nobody has images at hand.
 *
 * Every image has its own random numbers, made of the seed, the dataset's id
 * and the image's number: it does not depend on what else is drawn.
 */
#include "examples.h"
#include "sheet.h"

#include <errno.h>
#include <getopt.h>
#include <pthread.h>

#include "akin/bytes.h"
#include "akin/config.h"
#include "akin/file.h"
#include "akin/hash.h"

#define IMAGES 6
#define IMAGES_MAX 10000
#define JOBS_MAX 64

struct options {
    const char *folder;
    const char *only; /* one dataset, or NULL */
    uint64_t seed;
    int n_images;
    bool list, questions, strangers;
    const char *sheet; /* a file, or NULL */
};

static void
usage(FILE *out)
{
    (void)fputs(
        "usage: akin-generate FOLDER [--seed N] [--images N] [--only ID]\n"
        "       akin-generate FOLDER --queries | --strangers [--seed N]\n"
        "       akin-generate --list | --sheet FILE.png [--only ID]\n\n"
        "Draws small datasets that a microscopist would recognise.\n\n"
        "  --seed N     other images of the same kinds (1)\n"
        "  --images N   images in each dataset (6)\n"
        "  --only ID    one dataset\n"
        "  --queries    images that are in no dataset, to ask with\n"
        "  --strangers  landscapes, plots and noise: nothing is like them\n"
        "  --sheet FILE a picture of the datasets, for looking at\n"
        "  --list       the datasets: id, category, metadata, files, title;\n"
        "               those of one category show the same thing\n",
        out);
}

static bool
parse_count(const char *text, uint64_t max, uint64_t *out)
{
    char *end = NULL;
    unsigned long long value;

    errno = 0;
    value = strtoull(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || *text == '-' ||
        value > max)
        return false;
    *out = value;
    return true;
}

/* 0: go on; otherwise the exit code plus one. */
static int
parse_options(int argc, char **argv, struct options *options)
{
    static const struct option known[] = {
        {"seed", required_argument, NULL, 's'},
        {"images", required_argument, NULL, 'n'},
        {"only", required_argument, NULL, 'o'},
        {"queries", no_argument, NULL, 'q'},
        {"strangers", no_argument, NULL, 'x'},
        {"sheet", required_argument, NULL, 'p'},
        {"list", no_argument, NULL, 'l'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0}};
    uint64_t n = IMAGES;
    int c;

    while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
        bool good = c != '?';

        if (c == 'h') {
            usage(stdout);
            return 1;
        }
        if (c == 's')
            good = parse_count(optarg, UINT64_MAX, &options->seed);
        if (c == 'n')
            good = parse_count(optarg, IMAGES_MAX, &n) && n > 0;
        if (c == 'o')
            options->only = optarg;
        if (c == 'p')
            options->sheet = optarg;
        options->questions |= c == 'q';
        options->strangers |= c == 'x';
        options->list |= c == 'l';
        if (!good) {
            usage(stderr);
            return 3;
        }
    }
    options->n_images = (int)n;
    options->folder = optind < argc ? argv[optind] : NULL;
    if ((options->folder == NULL) !=
            (options->list || options->sheet != NULL) ||
        optind + 1 < argc) {
        usage(stderr);
        return 3;
    }
    return 0;
}

static struct akin_test_random
numbers_for(const struct options *options, const char *name, int image)
{
    struct akin_hash hash = akin_hash_of(akin_span_str(name));
    uint64_t mixed = akin_hash_mix(options->seed, akin_le64(hash.bytes));

    return (struct akin_test_random){akin_hash_mix(mixed, (uint64_t)image)};
}

static enum akin_status
draw_one(const struct options *options, const char *name, int image,
         scene_fn *scene, enum file_kind file, const char *path,
         struct akin_error *err)
{
    struct akin_test_random random = numbers_for(options, name, image);
    struct picture picture = scene(&random);
    enum akin_status st = picture_write(&picture, path, file, err);

    picture_free(&picture);
    return st;
}

/* The images of one dataset, drawn by a few threads. */
struct work {
    const struct options *options;
    const struct example *example;
    const char *folder; /* of the images */
    pthread_mutex_t lock;
    int next;            /* image; under the lock, as the error is */
    enum akin_status st; /* the first failure */
    struct akin_error err;
};

static int
take_image(struct work *work)
{
    int image = -1;

    (void)pthread_mutex_lock(&work->lock);
    if (work->st == AKIN_OK && work->next < work->options->n_images)
        image = work->next++;
    (void)pthread_mutex_unlock(&work->lock);
    return image;
}

static void *
draw_images(void *ctx)
{
    struct work *work = ctx;
    const struct example *example = work->example;
    int i;

    while ((i = take_image(work)) >= 0) {
        struct akin_buf path = {0};
        struct akin_error err = {0};

        akin_buf_printf(&path, "%s/%s-%03d%s", work->folder, example->id, i + 1,
                        file_kind_suffix(example->file));
        if (draw_one(work->options, example->id, i, example->scene,
                     example->file, akin_buf_text(&path), &err) != AKIN_OK) {
            (void)pthread_mutex_lock(&work->lock);
            work->st = err.status;
            work->err = err;
            (void)pthread_mutex_unlock(&work->lock);
        }
        akin_buf_free(&path);
    }
    return NULL;
}

static enum akin_status
draw_parallel(struct work *work, struct akin_error *err)
{
    pthread_t thread[JOBS_MAX];
    size_t n = akin_config_threads(0), started = 0;

    if (n > JOBS_MAX)
        n = JOBS_MAX;
    while (started + 1 < n &&
           pthread_create(&thread[started], NULL, draw_images, work) == 0)
        started++;
    (void)draw_images(work);
    while (started > 0)
        (void)pthread_join(thread[--started], NULL);
    if (work->st != AKIN_OK)
        *err = work->err;
    return work->st;
}

static enum akin_status
draw_dataset(const struct options *options, const struct example *example,
             struct akin_error *err)
{
    char *folder = akin_path_join(options->folder, example->id);
    char *images = akin_path_join(folder, "images");
    struct work work = {.options = options,
                        .example = example,
                        .folder = images,
                        .lock = PTHREAD_MUTEX_INITIALIZER};
    enum akin_status st = akin_dir_make(images, err);

    if (st == AKIN_OK)
        st = draw_parallel(&work, err);
    if (st == AKIN_OK)
        st = metadata_write(example, folder, options->n_images, err);
    free(images);
    free(folder);
    return st;
}

static enum akin_status
draw_questions(const struct options *options, const struct question *list,
               size_t n, struct akin_error *err)
{
    enum akin_status st = akin_dir_make(options->folder, err);

    for (size_t i = 0; st == AKIN_OK && i < n; i++) {
        const struct question *question = &list[i];
        struct akin_buf path = {0};

        akin_buf_printf(&path, "%s/%s%s", options->folder, question->name,
                        file_kind_suffix(question->file));
        st = draw_one(options, question->name, 0, question->scene,
                      question->file, akin_buf_text(&path), err);
        akin_buf_free(&path);
    }
    return st;
}

static enum akin_status
draw_datasets(const struct options *options, struct akin_error *err)
{
    enum akin_status st = AKIN_OK;
    bool found = options->only == NULL;

    for (size_t i = 0; st == AKIN_OK && i < n_examples; i++) {
        if (options->only != NULL && strcmp(options->only, examples[i].id) != 0)
            continue;
        st = draw_dataset(options, &examples[i], err);
        found = true;
    }
    if (!found)
        st = AKIN_FAIL(err, AKIN_ENOTFOUND,
                       "there is no dataset \"%s\"; --list shows them",
                       options->only);
    return st;
}

/* Three images of each dataset, two datasets a row; then the questions. */
static enum akin_status
draw_sheet(const struct options *options, struct akin_error *err)
{
    int n = options->only != NULL ? 1 : (int)n_examples, i = 0;
    int n_places = options->only != NULL ? 3 : 3 * n + (int)n_questions;
    struct sheet sheet = sheet_new(6, (n_places + 5) / 6, 300);
    enum akin_status st;

    for (size_t e = 0; e < n_examples; e++) {
        if (options->only != NULL && strcmp(options->only, examples[e].id) != 0)
            continue;
        for (int k = 0; k < 3; k++) {
            struct akin_test_random random =
                numbers_for(options, examples[e].id, k);
            struct picture picture = examples[e].scene(&random);

            sheet_put(&sheet, i++, &picture);
            picture_free(&picture);
        }
    }
    for (size_t q = 0; options->only == NULL && q < n_questions; q++) {
        struct akin_test_random random =
            numbers_for(options, questions[q].name, 0);
        struct picture picture = questions[q].scene(&random);

        sheet_put(&sheet, i++, &picture);
        picture_free(&picture);
    }
    st = picture_write(&sheet.page, options->sheet, FILE_PNG, err);
    sheet_free(&sheet);
    return st;
}

static void
list_datasets(void)
{
    static const char *const metadata[] = {"dataset.json",
                                           "ro-crate-metadata.json", "none"};

    for (size_t i = 0; i < n_examples; i++)
        (void)printf("%s\t%s\t%s\t%s\t%s\n", examples[i].id,
                     examples[i].category, metadata[examples[i].metadata],
                     file_kind_name(examples[i].file), examples[i].title);
}

int
main(int argc, char **argv)
{
    struct options options = {.seed = 1};
    struct akin_error err = {0};
    int early = parse_options(argc, argv, &options);
    enum akin_status st;

    if (early != 0)
        return early - 1;
    if (options.list) {
        list_datasets();
        return 0;
    }
    if (options.sheet != NULL)
        st = draw_sheet(&options, &err);
    else if (options.questions)
        st = draw_questions(&options, questions, n_questions, &err);
    else if (options.strangers)
        st = draw_questions(&options, strangers, n_strangers, &err);
    else
        st = draw_datasets(&options, &err);
    if (st != AKIN_OK)
        (void)fprintf(stderr, "akin-generate: %s\n", err.text);
    return st == AKIN_OK ? 0 : 1;
}
