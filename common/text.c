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

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "akin/file.h"
#include "text_db.h"
#include "text_internal.h"

#define APPLICATION_ID 1095453007 /* "AKIN" + 1: names have addresses, too */

const struct akin__text_column akin__text_columns[AKIN_N_TEXT_COLUMNS] = {
    [AKIN_TEXT_ID] = {"id", 10, true},
    [AKIN_TEXT_TITLE] = {"title", 8, true},
    [AKIN_TEXT_DESCRIPTION] = {"description", 2, false},
    [AKIN_TEXT_KEYWORDS] = {"keywords", 5, false},
    [AKIN_TEXT_AUTHORS] = {"authors", 4, false},
    [AKIN_TEXT_TERMS] = {"terms", 4, false},
    [AKIN_TEXT_ANNOTATIONS] = {"annotations", 2, false},
    [AKIN_TEXT_OTHER] = {"other", 1, false},
};

const char *
akin_text_column_name(enum akin_text_column column)
{
    return akin__text_columns[column].name;
}

enum akin_status
akin__text_failed(struct akin_text *text, const char *what,
                  struct akin_error *err)
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
        return akin__text_failed(text, "sql", err);
    return AKIN_OK;
}

enum akin_status
akin__text_prepare(struct akin_text *text, const char *sql, sqlite3_stmt **out,
                   struct akin_error *err)
{
    if (sqlite3_prepare_v2(text->db, sql, -1, out, NULL) != SQLITE_OK)
        return akin__text_failed(text, "prepare", err);
    return AKIN_OK;
}

static enum akin_status
open_db(const char *path, int flags, struct akin_text **out,
        struct akin_error *err)
{
    struct akin_text *text = akin_new(1, sizeof(*text));
    enum akin_status st = AKIN_OK;
    int rc = pthread_mutex_init(&text->lock, NULL);

    assert(rc == 0);
    (void)rc;
    /* FULLMUTEX: one connection for all threads. */
    if (sqlite3_open_v2(path, &text->db, flags | SQLITE_OPEN_FULLMUTEX, NULL) !=
        SQLITE_OK)
        st = text->db == NULL ? AKIN_FAIL(err, AKIN_ENOMEM, "text index")
                              : akin__text_failed(text, path, err);
    if (st == AKIN_OK)
        st = akin__text_functions(text, err);
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
        akin_buf_printf(&sql, "%s,", akin__text_columns[i].name);
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

/* A file that nobody changes, and whose name may be gone: SQLite need not lock
 * it, nor look for a journal. */
static void
put_uri(const char *path, struct akin_buf *out)
{
    akin_buf_puts(out, "file:");
    for (const char *p = path; *p != '\0'; p++)
        if (strchr("%?#", *p) != NULL)
            akin_buf_printf(out, "%%%02X", (unsigned)(unsigned char)*p);
        else
            akin_buf_put(out, p, 1);
    akin_buf_puts(out, "?immutable=1");
}

enum akin_status
akin_text_open(const char *path, struct akin_text **out, struct akin_error *err)
{
    struct akin_text *text = NULL;
    sqlite3_stmt *ask = NULL;
    struct akin_buf uri = {0};
    enum akin_status st;
    int id = 0;

    put_uri(path, &uri);
    st = open_db(akin_buf_text(&uri), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI,
                 &text, err);
    akin_buf_free(&uri);

    if (st == AKIN_OK)
        st = akin__text_prepare(text, "PRAGMA application_id", &ask, err);
    if (st == AKIN_OK && sqlite3_step(ask) == SQLITE_ROW)
        id = sqlite3_column_int(ask, 0);
    (void)sqlite3_finalize(ask);
    if (st == AKIN_OK && id != APPLICATION_ID)
        st = AKIN_FAIL(err, AKIN_EFORMAT,
                       "%s is not a text index of this version", path);
    if (st == AKIN_OK)
        *out = text;
    else
        akin_text_free(text);
    return st;
}

static enum akin_status
copy_into(struct akin_text *text, struct akin_text *copy,
          struct akin_error *err)
{
    sqlite3_backup *backup =
        sqlite3_backup_init(copy->db, "main", text->db, "main");

    if (backup != NULL) {
        (void)sqlite3_backup_step(backup, -1);
        (void)sqlite3_backup_finish(backup);
    }
    return sqlite3_errcode(copy->db) == SQLITE_OK
               ? AKIN_OK
               : akin__text_failed(copy, "copy", err);
}

enum akin_status
akin_text_copy(struct akin_text *text, struct akin_text **out,
               struct akin_error *err)
{
    struct akin_text *copy = NULL;
    enum akin_status st = open_db(
        ":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &copy, err);

    if (st == AKIN_OK)
        st = copy_into(text, copy, err);
    if (st == AKIN_OK)
        *out = copy;
    else
        akin_text_free(copy);
    return st;
}

enum akin_status
akin_text_save(struct akin_text *text, const char *path, struct akin_error *err)
{
    struct akin_text *copy = NULL;
    enum akin_status st = akin_file_remove(path, err);

    if (st == AKIN_OK)
        st = open_db(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &copy,
                     err);
    if (st == AKIN_OK)
        st = run(copy, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;", err);
    if (st == AKIN_OK)
        st = copy_into(text, copy, err);
    if (st == AKIN_OK)
        st = run(copy,
                 "INSERT INTO docs(docs) VALUES('optimize');"
                 "PRAGMA synchronous=FULL; VACUUM",
                 err);
    akin_text_free(copy);
    return st;
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
    for (size_t i = 0; i < AKIN__N_ASKS; i++)
        (void)sqlite3_finalize(text->ask[i]);
    (void)sqlite3_close(text->db);
    (void)pthread_mutex_destroy(&text->lock);
    free(text);
}

enum akin_status
akin_text_begin(struct akin_text *text, struct akin_error *err)
{
    struct akin_buf sql = {0};
    enum akin_status st = run(text, "BEGIN", err);

    akin_buf_puts(&sql, "INSERT INTO docs(rowid");
    for (size_t i = 0; i < AKIN_N_TEXT_COLUMNS; i++)
        akin_buf_printf(&sql, ",%s", akin__text_columns[i].name);
    akin_buf_puts(&sql, ") VALUES(?1");
    for (int i = 0; i < AKIN_N_TEXT_COLUMNS; i++)
        akin_buf_printf(&sql, ",?%d", i + 2);
    akin_buf_puts(&sql, ")");
    if (st == AKIN_OK)
        st = akin__text_prepare(text, akin_buf_text(&sql), &text->put, err);
    if (st == AKIN_OK)
        st = akin__text_prepare(text, "DELETE FROM docs WHERE rowid=?1",
                                &text->drop, err);
    if (st == AKIN_OK)
        st = akin__text_prepare(text, "INSERT INTO names VALUES(?1,?2)",
                                &text->put_name, err);
    if (st == AKIN_OK)
        st = akin__text_prepare(text, "DELETE FROM names WHERE number=?1",
                                &text->drop_names, err);
    akin_buf_free(&sql);
    return st;
}

static enum akin_status
step(struct akin_text *text, sqlite3_stmt *stmt, struct akin_error *err)
{
    int rc = sqlite3_step(stmt);

    (void)sqlite3_reset(stmt);
    return rc == SQLITE_DONE ? AKIN_OK : akin__text_failed(text, "change", err);
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
