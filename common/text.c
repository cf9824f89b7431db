/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text.c - the full-text index in SQLite FTS5.
 *
 * docs    the words; rowid is the dataset's number
 * names   accessions in lower case -> dataset's number
 *
 * The index is derived: nothing is synced, and a broken file is made again.
 */
#include "akin/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "akin/file.h"
#include "text_internal.h"

#define APPLICATION_ID 1095453006 /* "AKIN" */
#define SNIPPET_WORDS 24

static const struct {
    const char *name;
    double weight; /* of a word in this column, for BM25 */
    bool is_whole; /* highlighted as a whole, not as a snippet */
} columns[AKIN_N_TEXT_COLUMNS] = {
    [AKIN_TEXT_ID] = {"id", 10, true},
    [AKIN_TEXT_TITLE] = {"title", 8, true},
    [AKIN_TEXT_DESCRIPTION] = {"description", 2, false},
    [AKIN_TEXT_KEYWORDS] = {"keywords", 5, false},
    [AKIN_TEXT_AUTHORS] = {"authors", 4, false},
    [AKIN_TEXT_TERMS] = {"terms", 4, false},
    [AKIN_TEXT_ANNOTATIONS] = {"annotations", 2, false},
    [AKIN_TEXT_OTHER] = {"other", 1, false},
};

struct akin_text {
    sqlite3 *db;
    sqlite3_stmt *put, *drop, *put_name, *drop_names; /* while it changes */
};

const char *
akin_text_column_name(enum akin_text_column column)
{
    return columns[column].name;
}

static enum akin_status
failed(struct akin_text *text, const char *what, struct akin_error *err)
{
    int code = sqlite3_errcode(text->db);
    enum akin_status st =
        code == SQLITE_NOMEM                              ? AKIN_ENOMEM
        : code == SQLITE_NOTADB || code == SQLITE_CORRUPT ? AKIN_EFORMAT
        : code == SQLITE_FULL || code == SQLITE_IOERR ||
                code == SQLITE_CANTOPEN || code == SQLITE_READONLY
            ? AKIN_EIO
            : AKIN_EINTERNAL;

    return AKIN_FAIL(err, st, "text index: %s: %s", what,
                     sqlite3_errmsg(text->db));
}

static enum akin_status
run(struct akin_text *text, const char *sql, struct akin_error *err)
{
    if (sqlite3_exec(text->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return failed(text, "sql", err);
    return AKIN_OK;
}

static enum akin_status
prepare(struct akin_text *text, const char *sql, sqlite3_stmt **out,
        struct akin_error *err)
{
    if (sqlite3_prepare_v2(text->db, sql, -1, out, NULL) != SQLITE_OK)
        return failed(text, "prepare", err);
    return AKIN_OK;
}

static enum akin_status
open_db(const char *path, int flags, struct akin_text **out,
        struct akin_error *err)
{
    struct akin_text *text = akin_new(1, sizeof(*text));
    enum akin_status st = AKIN_OK;

    /* FULLMUTEX: one connection for all threads. */
    if (sqlite3_open_v2(path, &text->db, flags | SQLITE_OPEN_FULLMUTEX, NULL) !=
        SQLITE_OK)
        st = text->db == NULL ? AKIN_FAIL(err, AKIN_ENOMEM, "text index")
                              : failed(text, path, err);
    if (st != AKIN_OK) {
        akin_text_free(text);
        return st;
    }
    (void)sqlite3_extended_result_codes(text->db, 0);
    *out = text;
    return AKIN_OK;
}

static enum akin_status
make_tables(struct akin_text *text, struct akin_error *err)
{
    struct akin_buf sql = {0};
    enum akin_status st;

    akin_buf_printf(&sql,
                    "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
                    "PRAGMA application_id=%d;"
                    "CREATE TABLE names(name TEXT, number INTEGER);"
                    "CREATE INDEX names_name ON names(name);"
                    "CREATE INDEX names_number ON names(number);"
                    "CREATE VIRTUAL TABLE docs USING fts5(",
                    APPLICATION_ID);
    for (size_t i = 0; i < AKIN_N_TEXT_COLUMNS; i++)
        akin_buf_printf(&sql, "%s,", columns[i].name);
    akin_buf_puts(&sql, "tokenize='porter unicode61 remove_diacritics 2');");
    st = run(text, akin_buf_text(&sql), err);
    akin_buf_free(&sql);
    return st;
}

enum akin_status
akin_text_new(const char *path, struct akin_text **out, struct akin_error *err)
{
    struct akin_text *text = NULL;
    enum akin_status st = AKIN_OK;

    if (path != NULL)
        st = akin_file_remove(path, err);
    if (st == AKIN_OK)
        st = open_db(path != NULL ? path : ":memory:",
                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &text, err);
    if (st == AKIN_OK)
        st = make_tables(text, err);
    if (st == AKIN_OK)
        *out = text;
    else
        akin_text_free(text);
    return st;
}

enum akin_status
akin_text_open(const char *path, struct akin_text **out, struct akin_error *err)
{
    struct akin_text *text = NULL;
    sqlite3_stmt *ask = NULL;
    enum akin_status st = open_db(path, SQLITE_OPEN_READONLY, &text, err);
    int id = 0;

    if (st == AKIN_OK)
        st = prepare(text, "PRAGMA application_id", &ask, err);
    if (st == AKIN_OK && sqlite3_step(ask) == SQLITE_ROW)
        id = sqlite3_column_int(ask, 0);
    (void)sqlite3_finalize(ask);
    if (st == AKIN_OK && id != APPLICATION_ID)
        st = AKIN_FAIL(err, AKIN_EFORMAT, "%s is not a text index", path);
    if (st == AKIN_OK)
        *out = text;
    else
        akin_text_free(text);
    return st;
}

enum akin_status
akin_text_copy(struct akin_text *text, struct akin_text **out,
               struct akin_error *err)
{
    struct akin_text *copy = NULL;
    sqlite3_backup *backup;
    enum akin_status st = open_db(
        ":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &copy, err);

    if (st != AKIN_OK)
        return st;
    backup = sqlite3_backup_init(copy->db, "main", text->db, "main");
    if (backup != NULL) {
        (void)sqlite3_backup_step(backup, -1);
        (void)sqlite3_backup_finish(backup);
    }
    if (sqlite3_errcode(copy->db) != SQLITE_OK) {
        st = failed(copy, "copy", err);
        akin_text_free(copy);
        return st;
    }
    *out = copy;
    return AKIN_OK;
}

static void
end_statements(struct akin_text *text)
{
    (void)sqlite3_finalize(text->put);
    (void)sqlite3_finalize(text->drop);
    (void)sqlite3_finalize(text->put_name);
    (void)sqlite3_finalize(text->drop_names);
    text->put = text->drop = text->put_name = text->drop_names = NULL;
}

void
akin_text_free(struct akin_text *text)
{
    if (text == NULL)
        return;
    end_statements(text);
    (void)sqlite3_close(text->db);
    free(text);
}

enum akin_status
akin_text_begin(struct akin_text *text, struct akin_error *err)
{
    struct akin_buf sql = {0};
    enum akin_status st = run(text, "BEGIN", err);

    akin_buf_puts(&sql, "INSERT INTO docs(rowid");
    for (size_t i = 0; i < AKIN_N_TEXT_COLUMNS; i++)
        akin_buf_printf(&sql, ",%s", columns[i].name);
    akin_buf_puts(&sql, ") VALUES(?1");
    for (int i = 0; i < AKIN_N_TEXT_COLUMNS; i++)
        akin_buf_printf(&sql, ",?%d", i + 2);
    akin_buf_puts(&sql, ")");
    if (st == AKIN_OK)
        st = prepare(text, akin_buf_text(&sql), &text->put, err);
    if (st == AKIN_OK)
        st = prepare(text, "DELETE FROM docs WHERE rowid=?1", &text->drop, err);
    if (st == AKIN_OK)
        st = prepare(text, "INSERT INTO names VALUES(?1,?2)", &text->put_name,
                     err);
    if (st == AKIN_OK)
        st = prepare(text, "DELETE FROM names WHERE number=?1",
                     &text->drop_names, err);
    akin_buf_free(&sql);
    return st;
}

static enum akin_status
step(struct akin_text *text, sqlite3_stmt *stmt, struct akin_error *err)
{
    int rc = sqlite3_step(stmt);

    (void)sqlite3_reset(stmt);
    return rc == SQLITE_DONE ? AKIN_OK : failed(text, "change", err);
}

enum akin_status
akin_text_remove(struct akin_text *text, uint32_t number,
                 struct akin_error *err)
{
    enum akin_status st;

    (void)sqlite3_bind_int64(text->drop, 1, number);
    (void)sqlite3_bind_int64(text->drop_names, 1, number);
    st = step(text, text->drop, err);
    return st == AKIN_OK ? step(text, text->drop_names, err) : st;
}

enum akin_status
akin_text_put(struct akin_text *text, const struct akin_text_doc *doc,
              struct akin_error *err)
{
    enum akin_status st = akin_text_remove(text, doc->number, err);

    (void)sqlite3_bind_int64(text->put, 1, doc->number);
    for (int i = 0; i < AKIN_N_TEXT_COLUMNS; i++)
        (void)sqlite3_bind_text64(
            text->put, i + 2, akin_buf_text(&doc->column[i]),
            doc->column[i].len, SQLITE_STATIC, SQLITE_UTF8);
    if (st == AKIN_OK)
        st = step(text, text->put, err);
    (void)sqlite3_clear_bindings(text->put);
    for (size_t i = 0; st == AKIN_OK && i < akin_json_count(doc->names); i++) {
        char *name =
            akin__text_fold(akin_json_string(akin_json_at(doc->names, i)));

        (void)sqlite3_bind_text(text->put_name, 1, name, -1, SQLITE_STATIC);
        (void)sqlite3_bind_int64(text->put_name, 2, doc->number);
        st = step(text, text->put_name, err);
        (void)sqlite3_clear_bindings(text->put_name);
        free(name);
    }
    return st;
}

enum akin_status
akin_text_end(struct akin_text *text, struct akin_error *err)
{
    end_statements(text);
    return run(text, "COMMIT", err);
}

/* --- searching --- */

/* The datasets whose accession the query names; owned. */
static enum akin_status
find_names(struct akin_text *text, const struct akin_text_query *query,
           struct akin_bitmap *out, struct akin_error *err)
{
    sqlite3_stmt *ask = NULL;
    enum akin_status st =
        prepare(text, "SELECT number FROM names WHERE name=?1", &ask, err);

    for (size_t i = 0; st == AKIN_OK && i < akin_json_count(query->names);
         i++) {
        char *name =
            akin__text_fold(akin_json_string(akin_json_at(query->names, i)));
        int rc;

        (void)sqlite3_bind_text(ask, 1, name, -1, SQLITE_STATIC);
        while ((rc = sqlite3_step(ask)) == SQLITE_ROW)
            akin_bitmap_add(out, (uint32_t)sqlite3_column_int64(ask, 0));
        if (rc != SQLITE_DONE)
            st = failed(text, "names", err);
        (void)sqlite3_reset(ask);
        (void)sqlite3_clear_bindings(ask);
        free(name);
    }
    (void)sqlite3_finalize(ask);
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

static enum akin_status
prepare_match(struct akin_text *text, const struct akin_text_query *query,
              sqlite3_stmt **out, struct akin_error *err)
{
    struct akin_buf sql = {0};
    enum akin_status st;

    akin_buf_puts(&sql, "SELECT rowid, bm25(docs");
    for (size_t i = 0; i < AKIN_N_TEXT_COLUMNS; i++)
        akin_buf_printf(&sql, ",%g", columns[i].weight);
    akin_buf_puts(&sql, ") FROM docs WHERE docs MATCH ?1");
    st = prepare(text, akin_buf_text(&sql), out, err);
    if (st == AKIN_OK)
        (void)sqlite3_bind_text(*out, 1, query->match, -1, SQLITE_STATIC);
    akin_buf_free(&sql);
    return st;
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
    enum akin_status st = prepare_match(text, query, &ask, err);
    int rc = SQLITE_DONE;

    while (st == AKIN_OK && (rc = sqlite3_step(ask)) == SQLITE_ROW) {
        struct akin_text_hit hit = {(uint32_t)sqlite3_column_int64(ask, 0),
                                    false, -sqlite3_column_double(ask, 1)};

        if (allowed != NULL && !akin_bitmap_has(allowed, hit.number))
            continue;
        hit.is_name = akin_bitmap_has(names, hit.number);
        hit.score = isfinite(hit.score) ? hit.score : 0;
        akin_bitmap_remove(names, hit.number);
        add_hit(found, hit);
    }
    if (st == AKIN_OK && rc != SQLITE_DONE)
        st = failed(text, "search", err);
    (void)sqlite3_finalize(ask);
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
    enum akin_status st = find_names(text, query, names, err);

    if (st == AKIN_OK)
        st = find_words(text, query, allowed, names, &found, err);
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

/* --- highlights --- */

static enum akin_status
prepare_highlights(struct akin_text *text, sqlite3_stmt **out,
                   struct akin_error *err)
{
    struct akin_buf sql = {0};
    enum akin_status st;

    akin_buf_puts(&sql, "SELECT rowid");
    for (size_t i = 0; i < AKIN_N_TEXT_COLUMNS; i++)
        if (columns[i].is_whole)
            akin_buf_printf(&sql, ",highlight(docs,%zu,char(2),char(3))", i);
        else
            akin_buf_printf(&sql,
                            ",snippet(docs,%zu,char(2),char(3),'\xe2\x80\xa6',"
                            "%d)",
                            i, SNIPPET_WORDS);
    akin_buf_puts(&sql, " FROM docs WHERE docs MATCH ?1 AND rowid=?2");
    st = prepare(text, akin_buf_text(&sql), out, err);
    akin_buf_free(&sql);
    return st;
}

enum akin_status
akin_text_highlights(struct akin_text *text,
                     const struct akin_text_query *query, uint32_t number,
                     struct akin_json **out, struct akin_error *err)
{
    struct akin_json *json;
    sqlite3_stmt *ask = NULL;
    enum akin_status st = prepare_highlights(text, &ask, err);
    int rc;

    if (st != AKIN_OK)
        return st;
    (void)sqlite3_bind_text(ask, 1, query->match, -1, SQLITE_STATIC);
    (void)sqlite3_bind_int64(ask, 2, number);
    json = akin_json_object();
    rc = sqlite3_step(ask);
    for (int i = 0; rc == SQLITE_ROW && i < AKIN_N_TEXT_COLUMNS; i++) {
        const char *part = (const char *)sqlite3_column_text(ask, i + 1);

        if (part != NULL && strstr(part, AKIN_TEXT_MARK) != NULL)
            akin_json_set_text(json, columns[i].name, part);
    }
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        st = failed(text, "highlights", err);
    (void)sqlite3_finalize(ask);
    if (st == AKIN_OK)
        *out = json;
    else
        akin_json_free(json);
    return st;
}
