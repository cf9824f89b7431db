/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text_db.h - the text index's connection to SQLite, for the two files that
 * speak to it: text.c makes and changes, text_search.c asks.
 */
#ifndef AKIN_TEXT_DB_H
#define AKIN_TEXT_DB_H

#include <pthread.h>

#include <sqlite3.h>

#include "akin/text.h"

/* Questions are prepared once: that takes longer than a narrow one. */
enum akin__text_ask {
    AKIN__ASK_NAMES,
    AKIN__ASK_RANKED,
    AKIN__ASK_NUMBERS,
    AKIN__ASK_MARKS,
    AKIN__N_ASKS
};

struct akin_text {
    sqlite3 *db;
    sqlite3_stmt *put, *drop, *put_name, *drop_names; /* while it changes */
    pthread_mutex_t lock; /* of what follows, and of asking */
    sqlite3_stmt *ask[AKIN__N_ASKS];
};

struct akin__text_column {
    const char *name;
    double weight; /* of a word in this column, for BM25 */
    bool is_whole; /* highlighted as a whole, not as a snippet */
};
extern const struct akin__text_column akin__text_columns[AKIN_N_TEXT_COLUMNS];

enum akin_status akin__text_failed(struct akin_text *text, const char *what,
                                   struct akin_error *err);
enum akin_status akin__text_prepare(struct akin_text *text, const char *sql,
                                    sqlite3_stmt **out, struct akin_error *err);
/* Makes SQL know which datasets are allowed. */
enum akin_status akin__text_functions(struct akin_text *text,
                                      struct akin_error *err);

#endif
