/* SPDX-License-Identifier: Apache-2.0 */
#include "get.h"

#include <string.h>
#include <strings.h>
#include <time.h>

#include "akin/completeness.h"
#include "akin/dataset.h"
#include "akin/normalize.h"
#include "akin/record.h"

#include "image_json.h"
#include "params.h"

struct wish {
    const char *id;
    bool history;
    int64_t images, images_after, files;
};

static enum akin_status
read_wish(const struct akin_json *params, struct wish *out,
          struct akin_error *err)
{
    static const char *const known[] = {"id", "history", "images",
                                        "images_after", "files"};
    enum akin_status st = akin_params_check(params, "parameter of get", known,
                                            AKIN_COUNT(known), err);

    if (st == AKIN_OK)
        st = akin_params_text(params, "id", &out->id, err);
    if (st == AKIN_OK && out->id == NULL)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "get needs the id of a dataset, or orcid:...");
    if (st == AKIN_OK)
        st = akin_params_bool(params, "history", &out->history, err);
    if (st == AKIN_OK)
        st = akin_params_int(params, "images", 0, AKIN_GET_IMAGES_MAX,
                             &out->images, err);
    if (st == AKIN_OK)
        st = akin_params_int(params, "images_after", 0, UINT32_MAX,
                             &out->images_after, err);
    if (st == AKIN_OK)
        st = akin_params_int(params, "files", 0, AKIN_GET_IMAGES_MAX,
                             &out->files, err);
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

/* ---- history ---- */

/* The people of a record, by name. */
static struct akin_json *
names_of(const struct akin_json *record)
{
    const struct akin_json *authors = akin_json_get(record, "authors");
    struct akin_json *names = akin_json_array();

    for (size_t i = 0; i < akin_json_count(authors); i++) {
        const struct akin_json *author = akin_json_at(authors, i);
        const char *name = akin_json_text(author, "name");

        if (name == NULL)
            name = akin_json_text(author, "orcid");
        if (name != NULL)
            akin_json_append(names, akin_json_new_string(name));
    }
    return names;
}

/* "history", each version with what changed since the one before, and
 * "original_creators": the authors of the first. */
static enum akin_status
put_history(struct akin_txn *txn, const char *id, struct akin_json *out,
            struct akin_error *err)
{
    const struct akin_json *before = NULL;
    struct akin_json *history = NULL;
    enum akin_status st = akin_dataset_history(txn, id, &history, err);

    if (st != AKIN_OK)
        return st;
    for (size_t i = 0; i < akin_json_count(history); i++) {
        struct akin_json *version = akin_json_at(history, i);
        const struct akin_json *record = akin_json_get(version, "record");

        date_time(version);
        if (i == 0)
            akin_json_set(out, "original_creators", names_of(record));
        else
            akin_json_set(version, "changes", akin_record_diff(before, record));
        before = record;
    }
    akin_json_set(out, "history", history);
    return AKIN_OK;
}

/* ---- what is not there ---- */

/* A removed dataset still has a history: {"tombstone", "history", ...}. */
static enum akin_status
answer_removed(struct akin_txn *txn, const char *id, struct akin_json *out,
               struct akin_error *err)
{
    struct akin_json *grave = NULL;
    enum akin_status st = akin_dataset_tombstone(txn, id, &grave, err);

    if (st != AKIN_OK)
        return AKIN_FAIL(err, st, "there is no dataset \"%s\"", id);
    date_time(grave);
    akin_json_unset(grave, "number");
    akin_json_set(out, "tombstone", grave);
    return put_history(txn, id, out, err);
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

/* ---- images and files ---- */

/* An image as JSON, with what a file list says of it as "metadata". */
static enum akin_status
put_image(struct akin_txn *txn, uint32_t number, struct akin_json *list,
          struct akin_error *err)
{
    struct akin_image_record image = {0};
    struct akin_json *json, *metadata = NULL;
    enum akin_status st = akin_image_get(txn, number, &image, err);

    if (st != AKIN_OK)
        return st;
    json = akin_image_json_full(&image);
    st = akin_dataset_file_of(txn, image.dataset, image.name, &metadata, err);
    if (st == AKIN_OK)
        akin_json_set(json, "metadata", metadata);
    akin_json_append(list, json);
    akin_image_record_free(&image);
    return st == AKIN_ENOTFOUND ? AKIN_OK : st;
}

/* "files_total", and "files" when they were asked for. */
static enum akin_status
put_files(struct akin_txn *txn, uint32_t dataset, const struct wish *wish,
          struct akin_json *out, struct akin_error *err)
{
    struct akin_json *files = NULL;
    uint64_t total = 0;
    enum akin_status st = akin_dataset_files(txn, dataset, (size_t)wish->files,
                                             &files, &total, err);

    if (st != AKIN_OK)
        return st;
    if (total > 0)
        akin_json_set_int(out, "files_total", (int64_t)total);
    if (akin_json_count(files) > 0)
        akin_json_set(out, "files", files);
    else
        akin_json_free(files);
    return AKIN_OK;
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
        total++;
        if (number <= wish->images_after)
            continue;
        more = n >= wish->images;
        if (more)
            continue;
        if ((st = put_image(txn, number, list, err)) != AKIN_OK)
            return st;
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
    enum akin_status st = akin_dataset_find(txn, wish->id, &dataset, err);

    if (st == AKIN_ENOTFOUND && wish->history)
        return answer_removed(txn, wish->id, out, err);
    if (st == AKIN_ENOTFOUND)
        return explain_absence(session, txn, wish->id, err);
    if (st != AKIN_OK)
        return st;
    akin_json_set(out, "dataset", akin_json_share(dataset.record));
    akin_json_set_int(out, "version", dataset.version);
    set_time(out, "updated", dataset.updated_s);
    akin_json_set(out, "completeness", akin_completeness(dataset.record));
    st = put_images(txn, dataset.number, wish, out, err);
    if (st == AKIN_OK)
        st = put_files(txn, dataset.number, wish, out, err);
    if (st == AKIN_OK && wish->history)
        st = put_history(txn, wish->id, out, err);
    akin_dataset_free(&dataset);
    return st;
}

/* ---- people ---- */

/* "orcid:0000-0002-1825-0097", "https://orcid.org/..." or the id alone. */
static bool
is_person(const char *id)
{
    char orcid[AKIN_ORCID_TEXT];

    return strncasecmp(id, "orcid:", 6) == 0 ||
           strstr(id, "orcid.org/") != NULL ||
           (strlen(id) == AKIN_ORCID_TEXT - 1 &&
            akin_orcid_find(id, orcid) != AKIN_ORCID_NONE);
}

static enum akin_status
answer_person(struct akin_txn *txn, const char *id, struct akin_json *out,
              struct akin_error *err)
{
    struct akin_json *person = NULL;
    char orcid[AKIN_ORCID_TEXT];
    enum akin_status st;

    switch (akin_orcid_find(id, orcid)) {
    case AKIN_ORCID_NONE:
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "\"%s\" holds no ORCID id, which looks like "
                         "0000-0002-1825-0097",
                         id);
    case AKIN_ORCID_WRONG:
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "the check digit of ORCID id %s is wrong: one digit "
                         "must be mistyped",
                         orcid);
    default:
        break;
    }
    st = akin_dataset_person(txn, orcid, &person, err);
    if (st == AKIN_OK)
        akin_json_set(out, "person", person);
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
    st = is_person(wish.id) ? answer_person(reading.txn, wish.id, out, err)
                            : answer(session, reading.txn, &wish, out, err);
    akin__reading_end(&reading);
    if (st == AKIN_OK)
        *result = out;
    else
        akin_json_free(out);
    return st;
}
