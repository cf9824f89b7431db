/* SPDX-License-Identifier: Apache-2.0 */
/*
 * generation_publish.c - from the store to a new current generation.
 *
 * Where a run may die, and what is left then:
 *   before the rename   gen-N.tmp; `current` names the old generation
 *   before the switch   gen-N beside it; `current` names the old one
 *   after the switch    the new one is current; the old folder lies there
 * All are complete states for readers. In the first two the next publish goes
 * on with what was finished, when it is of the same (generation_resume.c), and
 * it removes whatever else is not current. A run that fails removes what it
 * made: if the disk is full, that helps. The lock is the system's (flock) and
 * so ends with the process. Every file and the folder are synced before
 * `current` names them.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "akin/file.h"
#include "generation_internal.h"

#define LOCK_NAME "publish.lock"
#define NUMBER_MAX UINT32_C(999999999)

void
akin__publish_progress(const struct akin__publish *pub, const char *step,
                       double fraction)
{
    if (pub->progress != NULL)
        pub->progress(pub->ctx, step, fraction);
}

/* --- one at a time --- */

static enum akin_status
lock(const char *store_dir, int *out, struct akin_error *err)
{
    char *path = akin_path_join(store_dir, LOCK_NAME);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    enum akin_status st = AKIN_OK;

    if (fd < 0) {
        st = AKIN_FAIL(err, AKIN_EIO, "cannot open %s: %s", path,
                       strerror(errno));
    } else if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK)
            st = AKIN_FAIL(err, AKIN_EAGAIN,
                           "store %s is being published by another run; try "
                           "again when it has ended",
                           store_dir);
        else
            st = AKIN_FAIL(err, AKIN_EIO, "cannot lock %s: %s", path,
                           strerror(errno));
        (void)close(fd);
    } else {
        *out = fd;
    }
    free(path);
    return st;
}

/* --- leftovers --- */

/* "gen-000012" and "gen-000012.tmp" are ours; *number gets 12, and 0 for the
 * unfinished ones. */
static bool
is_generation(const char *name, uint32_t *number)
{
    char *end = NULL;
    unsigned long value;

    if (strncmp(name, "gen-", 4) != 0 || name[4] < '0' || name[4] > '9')
        return false;
    value = strtoul(name + 4, &end, 10);
    if (value > NUMBER_MAX || (*end != '\0' && strcmp(end, ".tmp") != 0))
        return false;
    *number = *end == '\0' ? (uint32_t)value : 0;
    return true;
}

/* Removes every generation but the current one and the folder `keep` (may be
 * NULL). */
static enum akin_status
clean(const char *store_dir, uint32_t current, const char *keep,
      struct akin_error *err)
{
    struct akin_names names = {0};
    enum akin_status st = akin_dir_list(store_dir, &names, err);

    for (size_t i = 0; st == AKIN_OK && i < names.n; i++) {
        uint32_t number = 0;
        char *path;

        if (!is_generation(names.name[i], &number) ||
            (number == current && number != 0))
            continue;
        path = akin_path_join(store_dir, names.name[i]);
        if (keep == NULL || strcmp(path, keep) != 0)
            st = akin_file_remove(path, err);
        free(path);
    }
    akin_names_free(&names);
    return st;
}

/* --- what goes in --- */

static int
by_dataset(const void *a, const void *b)
{
    const struct akin_generation_image *x = a, *y = b;

    if (x->dataset != y->dataset)
        return x->dataset < y->dataset ? -1 : 1;
    return x->image < y->image ? -1 : x->image > y->image;
}

static enum akin_status
add_image(struct akin__publish *pub, size_t *room,
          const struct akin_image_brief *brief, struct akin_error *err)
{
    if (pub->n_images == *room) {
        size_t more = *room == 0 ? 1024 : *room * 2, bytes;
        struct akin_generation_image *grown = NULL;

        if (akin_size_mul(more, sizeof(*grown), &bytes))
            grown = realloc(pub->images, bytes);
        if (grown == NULL)
            return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for %zu images",
                             more);
        pub->images = grown;
        *room = more;
    }
    /* The padding goes to the file as well: it must not be what lay there. */
    memset(&pub->images[pub->n_images], 0, sizeof(pub->images[0]));
    pub->images[pub->n_images].image = brief->number;
    pub->images[pub->n_images].dataset = brief->dataset;
    pub->images[pub->n_images].n_tiles = brief->n_tiles;
    pub->n_images++;
    pub->last_image = brief->number;
    return AKIN_OK;
}

static enum akin_status
list_images(struct akin__publish *pub, struct akin_txn *txn,
            struct akin_error *err)
{
    uint32_t number = 0;
    size_t room = 0;
    enum akin_status st;

    while ((st = akin_image_next(txn, 0, &number, err)) == AKIN_OK) {
        struct akin_image_brief brief;

        st = akin_image_brief(txn, number, &brief, err);
        if (st == AKIN_OK)
            st = add_image(pub, &room, &brief, err);
        if (st != AKIN_OK)
            return st;
        akin__resume_image(pub, &brief);
    }
    return st == AKIN_ENOTFOUND ? akin__resume_inputs(pub, txn, err) : st;
}

/* Which images, from one view of the store, and the number that follows. */
static enum akin_status
plan(struct akin__publish *pub, uint32_t *current, struct akin_error *err)
{
    struct akin_txn *txn = NULL;
    enum akin_status st = akin_txn_read(pub->store, &txn, err);

    if (st == AKIN_OK)
        st = akin_generation_current(txn, current, err);
    if (st == AKIN_OK && *current >= NUMBER_MAX)
        st = AKIN_FAIL(err, AKIN_ELIMIT,
                       "there is no generation above %" PRIu32, *current);
    if (st == AKIN_OK)
        st = list_images(pub, txn, err);
    akin_txn_end(txn);
    if (st != AKIN_OK)
        return st;
    if (pub->n_images > 1)
        qsort(pub->images, pub->n_images, sizeof(*pub->images), by_dataset);
    akin__publish_count(pub);
    pub->number = *current + 1;
    return AKIN_OK;
}

/* --- the switch --- */

struct change {
    uint32_t from, to;
};

static enum akin_status
switch_body(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    const struct change *change = ctx;
    uint32_t current = 0;
    enum akin_status st = akin_generation_current(txn, &current, err);

    if (st != AKIN_OK)
        return st;
    if (current != change->from)
        return AKIN_FAIL(err, AKIN_ESTALE,
                         "generation %" PRIu32
                         " became current while its successor was made; it was "
                         "%" PRIu32 " before",
                         current, change->from);
    return akin_manifest_set_number(txn, AKIN_MANIFEST_CURRENT, change->to,
                                    err);
}

/* gen-N.tmp -> gen-N -> current. */
static enum akin_status
make_current(struct akin__publish *pub, uint32_t current,
             struct akin_error *err)
{
    struct change change = {.from = current, .to = pub->number};
    const char *store_dir = akin_store_dir(pub->store);
    char *final = akin__generation_dir(store_dir, pub->number);
    enum akin_status st = akin_dir_sync(pub->dir, err);

    if (st == AKIN_OK && rename(pub->dir, final) != 0)
        st = AKIN_FAIL(err, AKIN_EIO, "cannot rename %s to %s: %s", pub->dir,
                       final, strerror(errno));
    if (st == AKIN_OK)
        st = akin_dir_sync(store_dir, err);
    if (st == AKIN_OK) {
        akin__publish_progress(pub, "switch", 0);
        st = akin_store_update(pub->store, switch_body, &change, err);
    }
    if (st == AKIN_OK)
        akin__publish_progress(pub, "switch", 1);
    if (st == AKIN_OK) { /* no reader asks for it: no failure if it stays */
        char *state = akin_path_join(final, AKIN__FILE_STATE);

        (void)!akin_file_remove(state, NULL);
        free(state);
    }
    free(final);
    return st;
}

/* gen-N.tmp, with what a run that died left there; when it died between rename
 * and switch, that is called gen-N. */
static enum akin_status
make_dir(struct akin__publish *pub, struct akin_error *err)
{
    char *final = akin__generation_dir(akin_store_dir(pub->store), pub->number);
    struct akin_file_stat there = {.is_dir = true};
    struct akin_buf name = {0};
    enum akin_status st = AKIN_OK;

    akin_buf_printf(&name, "%s.tmp", final);
    pub->dir = (char *)akin_buf_take(&name);
    (void)rename(final, pub->dir); /* if it cannot be, it is removed */
    free(final);
    if (akin_file_stat(pub->dir, &there, NULL) == AKIN_OK && !there.is_dir)
        st = akin_file_remove(pub->dir, err);
    return st == AKIN_OK ? akin_dir_make(pub->dir, err) : st;
}

/* Removes the old generation, or after a failure the half-made one. What is
 * current is asked of the store: a commit that failed may yet be on disk. What
 * cannot be removed now is removed by the next run; readers are served either
 * way, so that is no failure. */
static void
clean_after(struct akin_store *store)
{
    struct akin_txn *txn = NULL;
    uint32_t current = 0;
    enum akin_status st = akin_txn_read(store, &txn, NULL);

    if (st == AKIN_OK)
        st = akin_generation_current(txn, &current, NULL);
    akin_txn_end(txn);
    if (st == AKIN_OK)
        (void)!clean(akin_store_dir(store), current, NULL, NULL);
}

static enum akin_status
take_steps(struct akin__publish *pub, struct akin_error *err)
{
    static enum akin_status (*const steps[AKIN__N_STEPS])(
        struct akin__publish *, struct akin_error *) = {
        [AKIN__STEP_TRAIN] = akin__publish_train,
        [AKIN__STEP_PROJECT] = akin__publish_project,
        [AKIN__STEP_INDEX] = akin__publish_index,
        [AKIN__STEP_MODEL] = akin__publish_model,
        [AKIN__STEP_CALIBRATE] = akin__publish_calibrate,
        [AKIN__STEP_METADATA] = akin__publish_catalog};
    enum akin_status st = AKIN_OK;

    if (pub->n_kept > 0)
        akin__publish_progress(pub, "resume", 1);
    for (size_t i = pub->n_kept; st == AKIN_OK && i < AKIN__N_STEPS; i++) {
        enum akin__step step = (enum akin__step)i;

        akin__publish_progress(pub, akin__step_name(step), 0);
        st = steps[i](pub, err);
        if (st == AKIN_OK)
            st = akin__resume_note(pub, step, err);
        if (st == AKIN_OK)
            akin__publish_progress(pub, akin__step_name(step), 1);
    }
    return st;
}

static enum akin_status
publish(struct akin__publish *pub, struct akin_error *err)
{
    uint32_t current = 0;
    enum akin_status st = plan(pub, &current, err);

    if (st == AKIN_OK)
        st = make_dir(pub, err);
    if (st == AKIN_OK)
        st = clean(akin_store_dir(pub->store), current, pub->dir, err);
    if (st == AKIN_OK)
        st = akin__resume_begin(pub, err);
    if (st == AKIN_OK)
        st = take_steps(pub, err);
    if (st == AKIN_OK)
        st = akin__publish_manifest(pub, err);
    if (st == AKIN_OK)
        st = make_current(pub, current, err);
    clean_after(pub->store);
    return st;
}

static double
now_s(void)
{
    struct timespec ts = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static void
fill_report(const struct akin__publish *pub, struct akin_publish_report *report,
            double seconds)
{
    *report = (struct akin_publish_report){
        .generation = pub->number,
        .n_tiles = pub->n_rows,
        .n_images = pub->n_images,
        .n_datasets = pub->n_datasets,
        .n_records = pub->n_records,
        .trained = pub->trained,
        .exact = !pub->indexed,
        .recall = pub->indexed ? pub->model.recall : 0,
        .steps_kept = pub->n_kept,
        .seconds = seconds};
}

enum akin_status
akin_generation_publish(struct akin_store *store,
                        const struct akin_config *config,
                        akin_publish_progress_fn *progress, void *ctx,
                        struct akin_publish_report *report,
                        struct akin_error *err)
{
    struct akin__publish pub = {
        .store = store, .config = config, .progress = progress, .ctx = ctx};
    double start_s = now_s();
    int lock_fd = -1;
    enum akin_status st = lock(akin_store_dir(store), &lock_fd, err);

    if (st != AKIN_OK)
        return st;
    st = publish(&pub, err);
    if (st == AKIN_OK && report != NULL)
        fill_report(&pub, report, now_s() - start_s);
    if (st != AKIN_OK)
        akin_error_prefix(err, "publish");
    akin_projection_free(pub.projection);
    akin_json_free(pub.state);
    free(pub.images);
    free(pub.dir);
    (void)close(lock_fd); /* and with it the lock */
    return st;
}
