/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/file_list.h - what a submission says of each of its files.
 *
 * BioStudies submissions name a file list for each study component and each
 * annotation set: JSON (an array of {"path","size","attributes"}), or a table
 * (comma, semicolon or tab; RFC 4180) whose column "Files" has the paths and
 * whose other columns are attributes. Such a list tells which image an
 * annotation belongs to ("Source image").
 *
 * Threads: no shared state.
 */
#ifndef AKIN_FILE_LIST_H
#define AKIN_FILE_LIST_H

#include "akin/record.h"

#define AKIN_FILE_LIST_BYTES_MAX ((uint64_t)256 << 20)
#define AKIN_FILE_LIST_FILES_MAX 2000000
#define AKIN_FILE_LIST_COLUMNS_MAX 256
#define AKIN_FILE_LIST_CELL_MAX 65536 /* bytes of one cell or value */

/* Reads a list. *out is an object with one member for each path, as it is
 * written in the list without "./" and '/' before it:
 *   {"size_bytes": 3217536, "attributes": {"Source image": "a/b.tif"}}
 * size_bytes is there where the list tells it; an attribute that a file has
 * several times is an array. The caller frees *out. Paths that are there twice
 * or that leave the folder ("..") are reported and the later one is left out.
 * EFORMAT names the line, or says that no column has paths; ELIMIT: one of the
 * numbers above. report may be NULL. */
enum akin_status akin_record_file_list(const char *path, struct akin_json **out,
                                       struct akin_record_report *report,
                                       struct akin_error *err) AKIN_MUST_USE;

/* The files of a record: those of the lists that it names (extra.file_lists)
 * and that lie beside its metadata file; and of lists that need no naming:
 *   files.csv, file_list.csv, filelist.csv (.tsv, .json)   beside a metadata
 *       file that speaks for its folder (dataset.json, ro-crate-metadata.json)
 *   idrNNNN-*-annotation.csv, -assays.csv, -library.csv (.tsv, .txt)   beside
 *       idrNNNN-study.txt
 * *out as above, each with "list", the name of its list; an empty object when
 * there is none. A list that cannot be read is reported and left out. */
void akin_record_files(const char *metadata_path,
                       const struct akin_json *record, struct akin_json **out,
                       struct akin_record_report *report);

#define AKIN_FILE_VALUES_MAX 256 /* distinct values of one attribute */
#define AKIN_FILE_VALUE_MAX 200  /* bytes of one value */
#define AKIN_FILE_ATTRIBUTES_MAX 64

/* What the files say together, for filters and facets of their dataset: an
 * object {attribute: [distinct values]}, or NULL when nothing can be said.
 * files: as akin_record_files gives them. Names are made plain ("Source image"
 * is source_image, "Species" organism); what the filter language compares as
 * numbers (channels, pixel_size_um ...) is numbers. Attributes with more
 * different values than fit, or longer ones (file names, running numbers,
 * texts) are left out. The caller frees it. */
struct akin_json *akin_file_attributes(const struct akin_json *files);

/* akin_record_file_list from memory; name tells the kind where the bytes do
 * not. */
enum akin_status akin_file_list_parse(struct akin_span bytes, const char *name,
                                      struct akin_json **out,
                                      struct akin_record_report *report,
                                      struct akin_error *err) AKIN_MUST_USE;

#endif
