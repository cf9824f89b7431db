/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record_internal.h - what the readers of records share: building a canonical
 * record from texts as found, and the readers themselves.
 *
 * The builders take texts as found (NULL is fine), clean them and set nothing
 * when nothing is left. What they change or doubt goes to the report.
 */
#ifndef AKIN_RECORD_INTERNAL_H
#define AKIN_RECORD_INTERNAL_H

#include "akin/normalize.h"
#include "akin/record.h"

#define AKIN_RECORD_BYTES_MAX ((uint64_t)64 << 20) /* one metadata file */
#define AKIN_RECORD_TEXT_MAX 200000 /* bytes of one text; longer is cut */

/* ---- readers: append canonical records to the array ---- */

/* name: of the file, for ids of records that have none and for "source". */
enum akin_status akin__record_rocrate(const struct akin_json *crate,
                                      const char *name,
                                      struct akin_json *records,
                                      struct akin_record_report *report,
                                      struct akin_error *err) AKIN_MUST_USE;
enum akin_status akin__record_biostudies(const struct akin_json *submission,
                                         const char *name,
                                         struct akin_json *records,
                                         struct akin_record_report *report,
                                         struct akin_error *err) AKIN_MUST_USE;
enum akin_status akin__record_idr(struct akin_span text, const char *name,
                                  struct akin_json *records,
                                  struct akin_record_report *report,
                                  struct akin_error *err) AKIN_MUST_USE;
/* Our own schema, and dataset.json as collections write it: an object, an array
 * of them, or {"datasets":[...]}. kind: "dataset-json" or "yaml". */
enum akin_status akin__record_dataset(const struct akin_json *json,
                                      const char *kind, const char *name,
                                      struct akin_json *records,
                                      struct akin_record_report *report,
                                      struct akin_error *err) AKIN_MUST_USE;
/* YAML 1.1 without tags -> JSON. Nodes, depth and copies made by aliases are
 * bounded. */
enum akin_status akin__yaml_parse(struct akin_span text, struct akin_json **out,
                                  struct akin_error *err) AKIN_MUST_USE;
/* Completes annotation sets from the file lists that lie in the folder, where
 * they do: types and source images. */
void akin__record_file_lists(const char *folder, struct akin_json *records,
                             struct akin_record_report *report);
/* Chooses the reader by name, then by content. */
enum akin_status akin__record_read(struct akin_span bytes, const char *name,
                                   struct akin_json **records,
                                   struct akin_record_report *report,
                                   struct akin_error *err) AKIN_MUST_USE;

/* Reports (info, under code) that a value was written otherwise than it is
 * kept: nothing when both are the same. */
void akin__note_spelling(struct akin_record_report *report, const char *code,
                         const char *path, const char *found, const char *kept);

/* ---- values as found ---- */

/* The i-th of a value that may be absent, a scalar or an array of them;
 * NULL behind the end. null counts as absent. */
const struct akin_json *akin__value_at(const struct akin_json *value, size_t i);
/* The first string of such a value, or of {"@value": ...}; a number is written
 * to scratch. NULL when there is none. */
const char *akin__value_text(const struct akin_json *value, char scratch[32]);
/* As akin_json_get without regard to case, blanks, '-' and '_'. */
struct akin_json *akin__get_named(const struct akin_json *object,
                                  const char *name);

/* ---- building ---- */

/* A record that knows its source. kind: "ro-crate", ... */
struct akin_json *akin__record_new(const char *kind, const char *reader,
                                   const char *name);

/* Sets a cleaned text; false when nothing was left of it. */
bool akin__set_line(struct akin_json *object, const char *key,
                    const char *text);
bool akin__set_paragraphs(struct akin_json *object, const char *key,
                          const char *text);
/* Appends a cleaned text to the array under key, which is made when needed;
 * what is there already is not added again. */
void akin__add_line(struct akin_json *object, const char *key,
                    const char *text);
/* The object or array under key, made when it is not there; borrowed. */
struct akin_json *akin__sub_object(struct akin_json *object, const char *key);
struct akin_json *akin__sub_array(struct akin_json *object, const char *key);

/* Adds {"id","label"} (taken over, NULL is fine) to the array under key. The
 * same id, or the same label without an id, is there once; a second label of
 * one id is reported under path. */
void akin__add_term(struct akin_json *object, const char *key,
                    struct akin_json *term, struct akin_record_report *report,
                    const char *path);
/* Terms written as text: "Homo sapiens (NCBITaxon:9606); ...". prefix as for
 * akin_term_parse. "unknown" and the like are reported and go to extra of
 * record. */
void akin__add_terms_text(struct akin_json *record, struct akin_json *object,
                          const char *key, const char *prefix, const char *text,
                          struct akin_record_report *report);
/* True for "unknown", "n/a", "not applicable", "none", ... */
bool akin__says_nothing(const char *text);

void akin__set_license(struct akin_json *record, const char *text,
                       struct akin_record_report *report);
void akin__set_date(struct akin_json *record, const char *text,
                    struct akin_record_report *report);
/* key: "bytes" or "files" of "size". */
void akin__set_size(struct akin_json *record, const char *key,
                    const struct akin_json *value,
                    struct akin_record_report *report);
void akin__add_keywords(struct akin_json *record,
                        const struct akin_json *value);
/* orcid: any text that may hold one. Reports wrong check digits under path. */
void akin__set_orcid(struct akin_json *person, const char *orcid,
                     struct akin_record_report *report, const char *path);
/* A publication of what is known; any may be NULL. The same DOI, PubMed id or
 * title is there once. */
struct akin__publication {
    const char *title, *doi, *pubmed, *url, *authors, *year;
};
void akin__add_publication(struct akin_json *record,
                           const struct akin__publication *found,
                           struct akin_record_report *report);
/* The annotation types of a text ("counts, class_labels"); what is none becomes
 * "other" and is kept in extra. Weak annotations become the confidence. */
void akin__add_annotation_types(struct akin_json *record,
                                struct akin_json *annotation, const char *text,
                                struct akin_record_report *report);
/* Puts a value (taken over) under extra.<key>; a second one makes an array. */
void akin__add_extra(struct akin_json *record, const char *key,
                     struct akin_json *value);

/* Reports a text that is no certain value ("\"%s\" is <what>") and keeps it
 * under extra.unclear, so that it is not lost. */
void akin__keep_unclear(struct akin_json *record,
                        struct akin_record_report *report, const char *path,
                        const char *text, const char *what);

/* What every reader does last: e-mail addresses out, empty things away,
 * doubtful text reported, fields in the order of the schema; appends it to
 * records. */
void akin__record_finish(struct akin_json *record, struct akin_json *records,
                         struct akin_record_report *report);

#endif
