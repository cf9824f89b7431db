/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text_search.c - asking the full-text index.
 *
 * Which datasets are allowed is a function that SQL calls for each match, so
 * that no rank is computed of what a filter takes away.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "text_db.h"
#include "text_internal.h"

#define SNIPPET_WORDS 24
#define POINTER "akin_bitmap"

struct allowance {
    const struct akin_bitmap *set; /* NULL: all */
};

/* akin_allowed(?2, rowid) */
static void
sql_allowed(sqlite3_context *sql, int n, sqlite3_value **value)
{
    const struct allowance *allowed = sqlite3_value_pointer(value[0], POINTER);
    uint32_t number = (uint32_t)sqlite3_value_int64(value[1]);

    (void)n;
    sqlite3_result_int(sql, allowed == NULL || allowed->set == NULL ||
                                akin_bitmap_has(allowed->set, number));
}

enum akin_status
akin__text_functions(struct akin_text *text, struct akin_error *err)
{
    if (sqlite3_create_function(text->db, "akin_allowed", 2, SQLITE_UTF8, NULL,
                                sql_allowed, NULL, NULL) != SQLITE_OK)
        return akin__text_failed(text, "function", err);
    return AKIN_OK;
}

static void
put_question(enum akin__text_ask ask, struct akin_buf *sql)
{
    switch (ask) {
    case AKIN__ASK_NAMES:
        akin_buf_puts(sql, "SELECT number FROM names WHERE name=?1");
        break;
    case AKIN__ASK_RANKED:
        akin_buf_puts(sql, "SELECT rowid, bm25(docs");
        for (size_t i = 0; i < AKIN_N_TEXT_COLUMNS; i++)
            akin_buf_printf(sql, ",%g", akin__text_columns[i].weight);
        akin_buf_puts(sql, ") FROM docs WHERE docs MATCH ?1 AND "
                           "akin_allowed(?2, rowid)");
        break;
    case AKIN__ASK_NUMBERS:
        akin_buf_puts(sql, "SELECT rowid FROM docs WHERE docs MATCH ?1");
        break;
    default:
        akin_buf_puts(sql, "SELECT rowid");
        for (size_t i = 0; i < AKIN_N_TEXT_COLUMNS; i++)
            if (akin__text_columns[i].is_whole)
                akin_buf_printf(sql, ",highlight(docs,%zu,char(2),char(3))", i);
            else
                akin_buf_printf(sql,
                                ",snippet(docs,%zu,char(2),char(3),"
                                "'\xe2\x80\xa6',%d)",
                                i, SNIPPET_WORDS);
        akin_buf_puts(sql, " FROM docs WHERE docs MATCH ?1 AND rowid=?2");
    }
}

/* A question, ready to be bound; the lock is held. */
static enum akin_status
get_ask(struct akin_text *text, enum akin__text_ask ask, sqlite3_stmt **out,
        struct akin_error *err)
{
    enum akin_status st = AKIN_OK;

    if (text->ask[ask] == NULL) {
        struct akin_buf sql = {0};

        put_question(ask, &sql);
        st =
            akin__text_prepare(text, akin_buf_text(&sql), &text->ask[ask], err);
        akin_buf_free(&sql);
    }
    *out = text->ask[ask];
    return st;
}

static void
end_ask(sqlite3_stmt *ask)
{
    if (ask == NULL)
        return;
    (void)sqlite3_reset(ask);
    (void)sqlite3_clear_bindings(ask);
}

/* The datasets whose accession the query names; owned. */
static enum akin_status
find_names(struct akin_text *text, const struct akin_text_query *query,
           struct akin_bitmap *out, struct akin_error *err)
{
    sqlite3_stmt *ask = NULL;
    enum akin_status st = get_ask(text, AKIN__ASK_NAMES, &ask, err);

    for (size_t i = 0; st == AKIN_OK && i < akin_json_count(query->names);
         i++) {
        char *name =
            akin__text_fold(akin_json_string(akin_json_at(query->names, i)));
        int rc;

        (void)sqlite3_bind_text(ask, 1, name, -1, SQLITE_STATIC);
        while ((rc = sqlite3_step(ask)) == SQLITE_ROW)
            akin_bitmap_add(out, (uint32_t)sqlite3_column_int64(ask, 0));
        if (rc != SQLITE_DONE)
            st = akin__text_failed(text, "names", err);
        end_ask(ask);
        free(name);
    }
    return st;
}

struct found {
    struct akin_text_hit *hit;
    size_t n, cap;
};

static void
add_hit(struct found *found, struct akin_text_hit hit)
{
    if (found->n == found->cap) {
        size_t cap = found->cap == 0 ? 64 : 2 * found->cap;
        struct akin_text_hit *bigger = akin_new(cap, sizeof(*bigger));

        if (found->n > 0)
            memcpy(bigger, found->hit, found->n * sizeof(*bigger));
        free(found->hit);
        found->hit = bigger;
        found->cap = cap;
    }
    found->hit[found->n++] = hit;
}

static int
by_score(const void *a, const void *b)
{
    const struct akin_text_hit *x = a, *y = b;

    if (x->is_name != y->is_name)
        return x->is_name ? -1 : 1;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

static enum akin_status
find_words(struct akin_text *text, const struct akin_text_query *query,
           const struct akin_bitmap *allowed, struct akin_bitmap *names,
           struct found *found, struct akin_error *err)
{
    sqlite3_stmt *ask = NULL;
    struct allowance allowance = {allowed};
    enum akin_status st = get_ask(text, AKIN__ASK_RANKED, &ask, err);
    int rc = SQLITE_DONE;

    if (st == AKIN_OK) {
        (void)sqlite3_bind_text(ask, 1, query->match, -1, SQLITE_STATIC);
        (void)sqlite3_bind_pointer(ask, 2, &allowance, POINTER, NULL);
    }
    while (st == AKIN_OK && (rc = sqlite3_step(ask)) == SQLITE_ROW) {
        struct akin_text_hit hit = {(uint32_t)sqlite3_column_int64(ask, 0),
                                    false, -sqlite3_column_double(ask, 1)};

        hit.is_name = akin_bitmap_has(names, hit.number);
        hit.score = isfinite(hit.score) ? hit.score : 0;
        akin_bitmap_remove(names, hit.number);
        add_hit(found, hit);
    }
    if (st == AKIN_OK && rc != SQLITE_DONE)
        st = akin__text_failed(text, "search", err);
    end_ask(ask);
    return st;
}

struct rest {
    struct found *found;
    const struct akin_bitmap *allowed;
};

/* An accession that its dataset's words do not match ("S-BIAD1 mouse"). */
static bool
add_rest(uint32_t number, void *ctx)
{
    struct rest *rest = ctx;

    if (rest->allowed == NULL || akin_bitmap_has(rest->allowed, number))
        add_hit(rest->found, (struct akin_text_hit){number, true, 0});
    return true;
}

enum akin_status
akin_text_search(struct akin_text *text, const struct akin_text_query *query,
                 const struct akin_bitmap *allowed, struct akin_text_hit **hits,
                 size_t *n, struct akin_error *err)
{
    struct akin_bitmap *names = akin_bitmap_new();
    struct found found = {0};
    struct rest rest = {&found, allowed};
    enum akin_status st;

    (void)pthread_mutex_lock(&text->lock);
    st = find_names(text, query, names, err);
    if (st == AKIN_OK)
        st = find_words(text, query, allowed, names, &found, err);
    (void)pthread_mutex_unlock(&text->lock);
    if (st == AKIN_OK) {
        akin_bitmap_each(names, add_rest, &rest);
        if (found.n > 1)
            qsort(found.hit, found.n, sizeof(*found.hit), by_score);
        *hits = found.hit;
        *n = found.n;
    } else {
        free(found.hit);
    }
    akin_bitmap_free(names);
    return st;
}

enum akin_status
akin_text_find(struct akin_text *text, const struct akin_text_query *query,
               struct akin_bitmap **out, struct akin_error *err)
{
    struct akin_bitmap *found = akin_bitmap_new();
    sqlite3_stmt *ask = NULL;
    int rc = SQLITE_DONE;
    enum akin_status st;

    (void)pthread_mutex_lock(&text->lock);
    st = find_names(text, query, found, err);
    if (st == AKIN_OK)
        st = get_ask(text, AKIN__ASK_NUMBERS, &ask, err);
    if (st == AKIN_OK)
        (void)sqlite3_bind_text(ask, 1, query->match, -1, SQLITE_STATIC);
    while (st == AKIN_OK && (rc = sqlite3_step(ask)) == SQLITE_ROW)
        akin_bitmap_add(found, (uint32_t)sqlite3_column_int64(ask, 0));
    if (st == AKIN_OK && rc != SQLITE_DONE)
        st = akin__text_failed(text, "search", err);
    end_ask(ask);
    (void)pthread_mutex_unlock(&text->lock);
    if (st == AKIN_OK)
        *out = found;
    else
        akin_bitmap_free(found);
    return st;
}

enum akin_status
akin_text_named(struct akin_text *text, const char *name,
                struct akin_bitmap **out, struct akin_error *err)
{
    struct akin_text_query query = {.names = akin_json_array()};
    struct akin_bitmap *found = akin_bitmap_new();
    enum akin_status st;

    akin_json_append(query.names, akin_json_new_string(name));
    (void)pthread_mutex_lock(&text->lock);
    st = find_names(text, &query, found, err);
    (void)pthread_mutex_unlock(&text->lock);
    akin_json_free(query.names);
    if (st == AKIN_OK)
        *out = found;
    else
        akin_bitmap_free(found);
    return st;
}

/* --- highlights --- */

static enum akin_status
mark(struct akin_text *text, const struct akin_text_query *query,
     uint32_t number, struct akin_json *out, struct akin_error *err)
{
    sqlite3_stmt *ask = NULL;
    enum akin_status st = get_ask(text, AKIN__ASK_MARKS, &ask, err);
    int rc;

    if (st != AKIN_OK)
        return st;
    (void)sqlite3_bind_text(ask, 1, query->match, -1, SQLITE_STATIC);
    (void)sqlite3_bind_int64(ask, 2, number);
    rc = sqlite3_step(ask);
    for (int i = 0; rc == SQLITE_ROW && i < AKIN_N_TEXT_COLUMNS; i++) {
        const char *part = (const char *)sqlite3_column_text(ask, i + 1);

        if (part != NULL && strstr(part, AKIN_TEXT_MARK) != NULL)
            akin_json_set_text(out, akin__text_columns[i].name, part);
    }
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        st = akin__text_failed(text, "highlights", err);
    end_ask(ask);
    return st;
}

enum akin_status
akin_text_highlights(struct akin_text *text,
                     const struct akin_text_query *query, uint32_t number,
                     struct akin_json **out, struct akin_error *err)
{
    struct akin_json *json = akin_json_object();
    enum akin_status st;

    (void)pthread_mutex_lock(&text->lock);
    st = mark(text, query, number, json, err);
    (void)pthread_mutex_unlock(&text->lock);
    if (st == AKIN_OK)
        *out = json;
    else
        akin_json_free(json);
    return st;
}
