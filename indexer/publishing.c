/* SPDX-License-Identifier: Apache-2.0 */
#include "publishing.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "akin/dataset.h"
#include "akin/image_record.h"

#define SHARE 4 /* a quarter */

static enum akin_status
count_images(struct akin_txn *txn, uint32_t last_image,
             struct akin_counts *counts, struct akin_error *err)
{
    enum akin_status st;
    uint32_t number = 0;
    uint64_t old_images = 0;

    while ((st = akin_image_next(txn, 0, &number, err)) == AKIN_OK) {
        struct akin_image_brief brief;

        if ((st = akin_image_brief(txn, number, &brief, err)) != AKIN_OK)
            return st;
        counts->images++;
        counts->tiles += brief.n_tiles;
        if (number > last_image)
            counts->tail_tiles += brief.n_tiles;
        else
            old_images++;
    }
    if (counts->generation_images > old_images)
        counts->lost_images = counts->generation_images - old_images;
    return st == AKIN_ENOTFOUND ? AKIN_OK : st;
}

/* The generation's part of the counts; gives its last image. */
static uint32_t
count_generation(struct akin_store *store, struct akin_counts *counts)
{
    struct akin_generation *gen = NULL;
    uint32_t last_image = 0;
    enum akin_status st = akin_generation_open(store, &gen, &counts->trouble);

    if (st == AKIN_OK) {
        last_image = gen->last_image;
        counts->generation = gen->number;
        counts->generation_tiles = gen->n_rows;
        counts->generation_images = gen->n_images;
        (void)snprintf(counts->projection, sizeof(counts->projection), "%s",
                       akin_projection_id(gen->projection));
    } else {
        counts->is_stale = st != AKIN_ENOTFOUND;
    }
    akin_generation_close(gen);
    return last_image;
}

enum akin_status
akin_count(struct akin_store *store, struct akin_counts *out,
           struct akin_error *err)
{
    struct akin_counts counts = {.features = *akin_store_features(store)};
    struct akin_txn *txn = NULL;
    uint32_t last_image = count_generation(store, &counts);
    enum akin_status st = akin_txn_read(store, &txn, err);

    if (st == AKIN_OK)
        st = akin_txn_count(txn, AKIN_TABLE_DATASETS, &counts.datasets, err);
    if (st == AKIN_OK)
        st = akin_txn_count(txn, AKIN_TABLE_QUARANTINE, &counts.quarantined,
                            err);
    if (st == AKIN_OK)
        st = count_images(txn, last_image, &counts, err);
    akin_txn_end(txn);
    if (st == AKIN_OK)
        st = akin_generation_behind(store, &counts.tail_datasets, err);
    if (st == AKIN_OK)
        *out = counts;
    return st;
}

bool
akin_publishing_is_due(const struct akin_counts *counts,
                       const struct akin_config *config)
{
    if (counts->generation == 0)
        return counts->tiles > 0 || counts->datasets > 0 || counts->is_stale;
    return counts->tail_tiles > config->publish_tail_tiles ||
           counts->tail_datasets > config->publish_tail_datasets ||
           counts->tail_tiles > counts->generation_tiles / SHARE ||
           counts->lost_images > counts->generation_images / SHARE;
}

/* Steps come as fractions; the bar wants counts. */
struct shown {
    struct akin_progress *progress;
    bool is_quiet;
    char step[64];
};

static void
show_step(void *ctx, const char *step, double fraction)
{
    struct shown *shown = ctx;

    if (strcmp(step, "resume") == 0) {
        if (!shown->is_quiet) {
            (void)printf("going on with a publish that was cut off\n");
            (void)fflush(stdout); /* it may take minutes, or be cut off again */
        }
        return;
    }
    if (strcmp(shown->step, step) != 0) {
        (void)snprintf(shown->step, sizeof(shown->step), "%s", step);
        akin_progress_step(shown->progress, shown->step, 100);
    }
    akin_progress_show(shown->progress, (uint64_t)(fraction * 100), 0);
}

enum akin_status
akin_publishing_run(struct akin_store *store, const struct akin_config *config,
                    struct akin_progress *progress, bool is_quiet,
                    struct akin_error *err)
{
    struct akin_publish_report report = {0};
    struct shown shown = {.progress = progress, .is_quiet = is_quiet};
    enum akin_status st =
        akin_generation_publish(store, config, show_step, &shown, &report, err);

    akin_progress_clear(progress);
    if (st != AKIN_OK) {
        akin_error_prefix(err, "publish");
        return st;
    }
    if (is_quiet)
        return AKIN_OK;
    (void)printf("published: generation %" PRIu32 ", %" PRIu64
                 " tiles of %" PRIu64 " images in %" PRIu64
                 " datasets, %" PRIu64 " records, %s projection, ",
                 report.generation, report.n_tiles, report.n_images,
                 report.n_datasets, report.n_records,
                 report.trained ? "trained"
                 : akin_feature_set_is_external(akin_store_features(store))
                     ? "plain"
                     : "built-in");
    if (report.exact)
        (void)printf("exact search, %.1f s\n", report.seconds);
    else
        (void)printf("IVF with recall %.3f, %.1f s\n", report.recall,
                     report.seconds);
    return AKIN_OK;
}
