/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dataset_people.c - which datasets a person made or annotated, in any version.
 *
 * The table people has an entry for each ORCID id and dataset that ever met. It
 * only says where to look: what is answered is read from the versions. (One
 * that was amended may name the person no more.)
 */
#include "akin/dataset.h"

#include <string.h>

#include "akin/normalize.h"
#include "store_values.h"

#define ORCID_LEN (AKIN_ORCID_TEXT - 1)
#define KEY_LEN (ORCID_LEN + 4)

/* ---- writing ---- */

static enum akin_status
put_person(struct akin_txn *txn, uint32_t number,
           const struct akin_json *person, struct akin_error *err)
{
    const char *orcid = akin_json_text(person, "orcid");
    struct akin__key tail = akin__key_number(number);
    uint8_t key[KEY_LEN];

    if (orcid == NULL || strlen(orcid) != ORCID_LEN)
        return AKIN_OK;
    memcpy(key, orcid, ORCID_LEN);
    memcpy(key + ORCID_LEN, tail.bytes, 4);
    return akin_txn_put(txn, AKIN_TABLE_PEOPLE, akin_span_of(key, sizeof(key)),
                        akin_span_of("", 0), err);
}

static const struct akin_json *
annotations_of(const struct akin_json *record)
{
    return akin_json_get(akin_json_get(record, "mifa"), "annotations");
}

enum akin_status
akin__dataset_people_put(struct akin_txn *txn, uint32_t number,
                         const struct akin_json *record, struct akin_error *err)
{
    const struct akin_json *authors = akin_json_get(record, "authors");
    const struct akin_json *sets = annotations_of(record);
    enum akin_status st = AKIN_OK;

    for (size_t i = 0; st == AKIN_OK && i < akin_json_count(authors); i++)
        st = put_person(txn, number, akin_json_at(authors, i), err);
    for (size_t s = 0; s < akin_json_count(sets); s++) {
        authors = akin_json_get(akin_json_at(sets, s), "authors");
        for (size_t i = 0; st == AKIN_OK && i < akin_json_count(authors); i++)
            st = put_person(txn, number, akin_json_at(authors, i), err);
    }
    return st;
}

/* ---- one dataset ---- */

struct search {
    const char *orcid;
    struct akin_json *names; /* of the person, as the records have them */
    struct akin_json *found; /* what becomes of this dataset */
    bool is_there;           /* in the version being looked at */
};

/* Appends a text that is not in the list yet. */
static void
add_once(struct akin_json *list, const char *text)
{
    for (size_t i = 0; i < akin_json_count(list); i++)
        if (strcmp(akin_json_string(akin_json_at(list, i)), text) == 0)
            return;
    akin_json_append(list, akin_json_new_string(text));
}

static bool
is_person(struct search *search, const struct akin_json *person)
{
    const char *orcid = akin_json_text(person, "orcid");
    const char *name = akin_json_text(person, "name");

    if (orcid == NULL || strcmp(orcid, search->orcid) != 0)
        return false;
    if (name != NULL)
        add_once(search->names, name);
    search->is_there = true;
    return true;
}

static void
look_at_authors(struct search *search, const struct akin_json *record)
{
    const struct akin_json *authors = akin_json_get(record, "authors");
    struct akin_json *roles = akin_json_get(search->found, "roles");

    for (size_t i = 0; i < akin_json_count(authors); i++) {
        const struct akin_json *author = akin_json_at(authors, i);
        const struct akin_json *own = akin_json_get(author, "role");

        if (!is_person(search, author))
            continue;
        add_once(roles, "author");
        for (size_t k = 0; k < akin_json_count(own); k++)
            add_once(roles, akin_json_string(akin_json_at(own, k)));
    }
}

static void
look_at_annotations(struct search *search, const struct akin_json *record)
{
    const struct akin_json *sets = annotations_of(record);

    for (size_t s = 0; s < akin_json_count(sets); s++) {
        const struct akin_json *set = akin_json_at(sets, s);
        const struct akin_json *authors = akin_json_get(set, "authors");
        const char *title = akin_json_text(set, "title");

        for (size_t i = 0; i < akin_json_count(authors); i++) {
            if (!is_person(search, akin_json_at(authors, i)))
                continue;
            add_once(akin_json_get(search->found, "roles"), "annotator");
            add_once(akin_json_get(search->found, "annotations"),
                     title != NULL ? title : "(without a title)");
        }
    }
}

/* Versions come oldest first. */
static void
look_at_version(void *ctx, struct akin_dataset *dataset)
{
    struct search *search = ctx;
    struct akin_json *found = search->found;
    int64_t first = 0;

    search->is_there = false;
    look_at_authors(search, dataset->record);
    look_at_annotations(search, dataset->record);
    akin_json_set_text(found, "id", akin_json_text(dataset->record, "id"));
    akin_json_set_text(found, "title",
                       akin_json_text(dataset->record, "title"));
    akin_json_set_int(found, "versions", dataset->version);
    if (!search->is_there)
        return;
    if (!akin_json_int(akin_json_get(found, "first_version"), &first))
        akin_json_set_int(found, "first_version", dataset->version);
    akin_json_set_int(found, "last_version", dataset->version);
}

/* A removed dataset says why. */
static void
note_grave(struct akin_txn *txn, struct akin_json *found)
{
    const char *id = akin_json_text(found, "id");
    struct akin_json *grave = NULL;
    const char *reason;

    if (id == NULL ||
        akin__dataset_grave(txn, id, &grave, NULL, NULL) != AKIN_OK)
        return;
    reason = akin_json_text(grave, "reason");
    akin_json_set_text(found, "removed", reason == NULL ? "" : reason);
    akin_json_free(grave);
}

static enum akin_status
look_at_dataset(struct akin_txn *txn, uint32_t number, struct search *search,
                struct akin_error *err)
{
    struct akin_dataset current = {0};
    struct akin_error why = {0};
    enum akin_status st;

    search->found = akin_json_object();
    akin_json_set(search->found, "id", akin_json_new_string(""));
    akin_json_set(search->found, "title", akin_json_new_string(""));
    akin_json_set(search->found, "roles", akin_json_array());
    akin_json_set(search->found, "annotations", akin_json_array());
    if ((st = akin__dataset_each_old(txn, number, look_at_version, search,
                                     err)) != AKIN_OK)
        return st;
    st = akin_dataset_get(txn, number, &current, &why);
    if (st == AKIN_OK)
        look_at_version(search, &current);
    else if (st == AKIN_ENOTFOUND)
        note_grave(txn, search->found);
    else if (err != NULL)
        *err = why;
    akin_dataset_free(&current);
    return st == AKIN_ENOTFOUND ? AKIN_OK : st;
}

/* ---- all of a person ---- */

enum akin_status
akin_dataset_person(struct akin_txn *txn, const char *orcid,
                    struct akin_json **out, struct akin_error *err)
{
    struct search search = {.orcid = orcid, .names = akin_json_array()};
    struct akin_json *all = akin_json_array();
    struct akin_cursor cur = {0};
    enum akin_status st;

    while ((st = akin_cursor_next(txn, AKIN_TABLE_PEOPLE, akin_span_str(orcid),
                                  &cur, err)) == AKIN_OK) {
        if (cur.key.len != KEY_LEN) {
            st = AKIN_FAIL(err, AKIN_EFORMAT,
                           "the table people has a key of %zu bytes",
                           cur.key.len);
            break;
        }
        st = look_at_dataset(txn, akin_be32(cur.key.data + ORCID_LEN), &search,
                             err);
        if (akin_json_get(search.found, "first_version") != NULL)
            akin_json_append(all, search.found);
        else
            akin_json_free(search.found);
        if (st != AKIN_OK)
            break;
    }
    akin_cursor_end(&cur);
    if (st == AKIN_ENOTFOUND && akin_json_count(all) == 0)
        st = AKIN_FAIL(err, AKIN_ENOTFOUND, "no dataset names the person %s",
                       orcid);
    else if (st == AKIN_ENOTFOUND)
        st = AKIN_OK;
    if (st == AKIN_OK) {
        *out = akin_json_object();
        akin_json_set_text(*out, "orcid", orcid);
        akin_json_set(*out, "names", search.names);
        akin_json_set(*out, "contributions", all);
    } else {
        akin_json_free(search.names);
        akin_json_free(all);
    }
    return st;
}
