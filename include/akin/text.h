/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/text.h - which datasets speak of these words?
 *
 * A full-text index (SQLite FTS5) over datasets: words without regard to case,
 * accents and English endings, ranked by BM25 (Robertson & Zaragoza, 2009) with
 * a weight for each column. What people type is parsed here and never reaches
 * SQLite as it is:
 *
 *   mouse embryo      both words          "cell cycle"   these words in a row
 *   mito*             a beginning         -fixed         not this word
 *   mouse OR rat      either; binds less than standing side by side
 *   a AND b NOT c     the same as a b -c
 *   (mouse OR rat) embryo -(fixed OR stained)     brackets, also around words
 *   S-BIAD634         an accession: its dataset comes first
 *
 * Threads: made by one thread; then any number may search (they take turns).
 */
#ifndef AKIN_TEXT_H
#define AKIN_TEXT_H

#include "akin/bitmap.h"
#include "akin/json.h"

enum akin_text_column {
    AKIN_TEXT_ID,
    AKIN_TEXT_TITLE,
    AKIN_TEXT_DESCRIPTION,
    AKIN_TEXT_KEYWORDS,
    AKIN_TEXT_AUTHORS,
    AKIN_TEXT_TERMS,
    AKIN_TEXT_ANNOTATIONS,
    AKIN_TEXT_OTHER,
    AKIN_N_TEXT_COLUMNS
};
/* "id", "title", ...: keys of highlights. */
const char *akin_text_column_name(enum akin_text_column column);

/* The words of one dataset. Start from {0}; free with akin_text_doc_free. */
struct akin_text_doc {
    uint32_t number; /* of the dataset */
    struct akin_buf column[AKIN_N_TEXT_COLUMNS];
    struct akin_json *names; /* accessions: array of texts, or NULL */
};
void akin_text_doc_free(struct akin_text_doc *doc);

struct akin_text; /* opaque */

/* An empty index, in memory (path NULL) or in a file, which is replaced. */
enum akin_status akin_text_new(const char *path, struct akin_text **out,
                               struct akin_error *err) AKIN_MUST_USE;
/* An index that akin_text_new made in a file, or akin_text_save wrote, to be
 * asked; nobody may change the file meanwhile. EFORMAT: it is none. */
enum akin_status akin_text_open(const char *path, struct akin_text **out,
                                struct akin_error *err) AKIN_MUST_USE;
/* A copy in memory, to be changed while the first one is asked. */
enum akin_status akin_text_copy(struct akin_text *text, struct akin_text **out,
                                struct akin_error *err) AKIN_MUST_USE;
/* Writes the index to a file, tidied up for reading, and syncs it. */
enum akin_status akin_text_save(struct akin_text *text, const char *path,
                                struct akin_error *err) AKIN_MUST_USE;
void akin_text_free(struct akin_text *text); /* NULL is fine */

/* Changing it, between begin and end: put replaces what has that number. */
enum akin_status akin_text_begin(struct akin_text *text,
                                 struct akin_error *err) AKIN_MUST_USE;
enum akin_status akin_text_put(struct akin_text *text,
                               const struct akin_text_doc *doc,
                               struct akin_error *err) AKIN_MUST_USE;
enum akin_status akin_text_remove(struct akin_text *text, uint32_t number,
                                  struct akin_error *err) AKIN_MUST_USE;
enum akin_status akin_text_end(struct akin_text *text,
                               struct akin_error *err) AKIN_MUST_USE;

#define AKIN_TEXT_QUERY_BYTES 4096
#define AKIN_TEXT_QUERY_WORDS 64 /* brackets count */
#define AKIN_TEXT_QUERY_DEPTH 16

struct akin_text_query; /* opaque: what a person typed, parsed */

/* EINVAL: no word that is looked for, a quote that does not close; ELIMIT. */
enum akin_status akin_text_parse(const char *text, struct akin_text_query **out,
                                 struct akin_error *err) AKIN_MUST_USE;
void akin_text_query_free(struct akin_text_query *query);
/* What SQLite is asked; for tests. Valid as long as the query. */
const char *akin_text_query_match(const struct akin_text_query *query);

struct akin_text_hit {
    uint32_t number;
    bool is_name; /* the query is, or has, the dataset's accession */
    double score; /* larger is better */
};
/* Everything found among `allowed` (NULL: all), best first: accessions, then
 * by score, equals by number. *hits is owned by the caller: free(). */
enum akin_status akin_text_search(struct akin_text *text,
                                  const struct akin_text_query *query,
                                  const struct akin_bitmap *allowed,
                                  struct akin_text_hit **hits, size_t *n,
                                  struct akin_error *err) AKIN_MUST_USE;

/* The numbers alone of everything found, without an order: much cheaper. Owned
 * by the caller. */
enum akin_status akin_text_find(struct akin_text *text,
                                const struct akin_text_query *query,
                                struct akin_bitmap **out,
                                struct akin_error *err) AKIN_MUST_USE;

/* The numbers of the datasets that have this accession or address among their
 * names, whatever else it may mean; case does not count. Owned by the caller.
 */
enum akin_status akin_text_named(struct akin_text *text, const char *name,
                                 struct akin_bitmap **out,
                                 struct akin_error *err) AKIN_MUST_USE;

/* {"title":"...","description":"..."}: parts of the columns that match, with
 * the words between AKIN_TEXT_MARK and AKIN_TEXT_UNMARK; {} when none is.
 * Owned by the caller. */
#define AKIN_TEXT_MARK "\x02"
#define AKIN_TEXT_UNMARK "\x03"
enum akin_status akin_text_highlights(struct akin_text *text,
                                      const struct akin_text_query *query,
                                      uint32_t number, struct akin_json **out,
                                      struct akin_error *err) AKIN_MUST_USE;

#endif
