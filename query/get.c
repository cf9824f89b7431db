/* SPDX-License-Identifier: Apache-2.0 */
#include "get.h"

#include <time.h>

#include "akin/completeness.h"
#include "akin/dataset.h"

#include "image_json.h"
#include "params.h"

struct wish {
    const char *id;
    bool history;
    int64_t images, images_after;
};

static enum akin_status
read_wish(const struct akin_json *params, struct wish *out,
          struct akin_error *err)
{
    static const char *const known[] = {"id", "history", "images",
                                        "images_after"};
    enum akin_status st = akin_params_check(params, "parameter of get", known,
                                            AKIN_COUNT(known), err);

    if (st == AKIN_OK)
        st = akin_params_text(params, "id", &out->id, err);
    if (st == AKIN_OK && out->id == NULL)
        return AKIN_FAIL(err, AKIN_EINVAL, "get needs the id of a dataset");
    if (st == AKIN_OK)
        st = akin_params_bool(params, "history", &out->history, err);
    if (st == AKIN_OK)
        st = akin_params_int(params, "images", 0, AKIN_GET_IMAGES_MAX,
                             &out->images, err);
    if (st == AKIN_OK)
        st = akin_params_int(params, "images_after", 0, UINT32_MAX,
                             &out->images_after, err);
    return st;
}

static void
set_time(struct akin_json *json, const char *key, int64_t seconds)
{
    char text[32];
    struct tm tm;
    time_t when = (time_t)seconds;

    if (gmtime_r(&when, &tm) != NULL &&
        strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm) > 0)
        akin_json_set_text(json, key, text);
}

/* The store keeps seconds; answers show dates. */
static void
date_time(struct akin_json *object)
{
    int64_t seconds;

    if (akin_json_int(akin_json_get(object, "time"), &seconds))
        set_time(object, "time", seconds);
}

/* Not there: if it was there once, the answer says why not any more. */
static enum akin_status
explain_absence(struct akin_session *session, struct akin_txn *txn,
                const char *id, struct akin_error *err)
{
    struct akin_json *grave = NULL;
    const char *when, *reason;

    if (akin_dataset_tombstone(txn, id, &grave, NULL) != AKIN_OK)
        return AKIN_FAIL(err, AKIN_ENOTFOUND, "there is no dataset \"%s\"", id);
    date_time(grave);
    when = akin_json_text(grave, "time");
    reason = akin_json_text(grave, "reason");
    (void)AKIN_FAIL(err, AKIN_ENOTFOUND, "dataset \"%s\" was removed %s: %s",
                    id, when != NULL ? when : "once",
                    reason != NULL ? reason : "no reason was given");
    akin_json_unset(grave, "number");
    session->error_data = akin_json_object();
    akin_json_set(session->error_data, "tombstone", grave);
    return AKIN_ENOTFOUND;
}

/* "images", "images_total", and "images_next" when there are more. */
static enum akin_status
put_images(struct akin_txn *txn, uint32_t dataset, const struct wish *wish,
           struct akin_json *out, struct akin_error *err)
{
    struct akin_json *list = akin_json_array();
    uint32_t number = 0, last = 0;
    int64_t total = 0, n = 0;
    bool more = false;
    enum akin_status st;

    akin_json_set(out, "images", list);
    while ((st = akin_image_next(txn, dataset, &number, err)) == AKIN_OK) {
        struct akin_image_record image = {0};

        total++;
        if (number <= wish->images_after)
            continue;
        more = n >= wish->images;
        if (more)
            continue;
        if ((st = akin_image_get(txn, number, &image, err)) != AKIN_OK)
            return st;
        akin_json_append(list, akin_image_json_full(&image));
        akin_image_record_free(&image);
        last = number;
        n++;
    }
    if (st != AKIN_ENOTFOUND)
        return st;
    akin_json_set_int(out, "images_total", total);
    if (more && n > 0)
        akin_json_set_int(out, "images_next", last);
    return AKIN_OK;
}

static enum akin_status
answer(struct akin_session *session, struct akin_txn *txn,
       const struct wish *wish, struct akin_json *out, struct akin_error *err)
{
    struct akin_dataset dataset = {0};
    struct akin_json *history = NULL;
    enum akin_status st = akin_dataset_find(txn, wish->id, &dataset, err);

    if (st == AKIN_ENOTFOUND)
        return explain_absence(session, txn, wish->id, err);
    if (st != AKIN_OK)
        return st;
    akin_json_set(out, "dataset", akin_json_share(dataset.record));
    akin_json_set_int(out, "version", dataset.version);
    set_time(out, "updated", dataset.updated_s);
    akin_json_set(out, "completeness", akin_completeness(dataset.record));
    st = put_images(txn, dataset.number, wish, out, err);
    if (st == AKIN_OK && wish->history) {
        st = akin_dataset_history(txn, wish->id, &history, err);
        for (size_t i = 0; i < akin_json_count(history); i++)
            date_time(akin_json_at(history, i));
        akin_json_set(out, "history", history);
    }
    akin_dataset_free(&dataset);
    return st;
}

enum akin_status
akin_get_answer(struct akin_session *session, const struct akin_json *params,
                struct akin_json **result, struct akin_error *err)
{
    struct wish wish = {.images = AKIN_GET_IMAGES};
    struct akin_reading reading = {0};
    struct akin_json *out;
    enum akin_status st = read_wish(params, &wish, err);

    if (st == AKIN_OK)
        st = akin__reading_begin(session, &reading, err);
    if (st != AKIN_OK)
        return st;
    out = akin_json_object();
    st = answer(session, reading.txn, &wish, out, err);
    akin__reading_end(&reading);
    if (st == AKIN_OK)
        *result = out;
    else
        akin_json_free(out);
    return st;
}
