/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/record.h - the canonical dataset record, and what makes one.
 *
 * Readers turn what repositories publish (dataset.json, RO-Crate, BioStudies
 * submission, IDR study.txt, our own YAML or JSON) into one JSON form, whose
 * schema is include/akin/dataset.schema.json:
 *   id title description publisher license license_original date_published
 *   year keywords authors publications funders organism imaging_method
 *   modality category size thumbnails models rembi mifa version source
 * What cannot be normalised with certainty is kept as it was and reported,
 * never dropped.
 *
 * Threads: no shared state.
 */
#ifndef AKIN_RECORD_H
#define AKIN_RECORD_H

#include "akin/json.h"

/* How much of the input was changed, doubted or missed: an array of
 * {"level":"info|warning|error","code","path","text"}. */
struct akin_record_report {
    struct akin_json *notes; /* owned; NULL until the first note */
};
void akin_record_note(struct akin_record_report *report, const char *level,
                      const char *code, const char *path, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
void akin_record_report_free(struct akin_record_report *report);

/* True when a file of this name is metadata that a reader here knows. */
bool akin_record_is_metadata_name(const char *name);

/* Reads one metadata file; the reader is chosen by name, then by content. A
 * file may hold several datasets; *records is an array of canonical records,
 * owned by the caller. EFORMAT says what is wrong and where. report may be
 * NULL. */
enum akin_status akin_record_read_file(const char *path,
                                       struct akin_json **records,
                                       struct akin_record_report *report,
                                       struct akin_error *err) AKIN_MUST_USE;

/* The record of a folder that has no metadata: id and title from its name. */
struct akin_json *akin_record_for_folder(const char *path);

/* What a dataset is called in two kinds of metadata (an archive's submission
 * and its crate, a crate and the folder of the images): one record of both.
 *   - What is read anew replaces all that its kind (source.kind) said before.
 *   - Of two kinds that fill one field, the one with more term ids and ORCID
 *     ids has it, else the one that stands first: biostudies, idr-study,
 *     ro-crate, dataset-json, yaml, folder. So a poorer description fills
 *     gaps and takes nothing away.
 *   - source.also says which fields are of another kind than the record.
 * stored may be NULL, and may be a merged record. Owned by the caller. */
struct akin_json *akin_record_merge(const struct akin_json *stored,
                                    const struct akin_json *read);
/* The place of a record's kind in that order, 0 first; AKIN_RECORD_KINDS for a
 * kind of no name. */
#define AKIN_RECORD_KINDS 6
size_t akin_record_rank(const struct akin_json *record);

/* What changed from one version to the next: an array, in the order of the
 * fields, of {"field": "authors/Ada Example/affiliations", "old", "new"}; old
 * or new is left out where there is none. Items of lists are recognised by
 * their id or name. Owned by the caller. */
struct akin_json *akin_record_diff(const struct akin_json *old,
                                   const struct akin_json *current);

/* EINVAL with the first rule that a canonical record breaks. */
enum akin_status akin_record_check(const struct akin_json *record,
                                   struct akin_error *err) AKIN_MUST_USE;

#endif
