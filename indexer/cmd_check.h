/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_check.h - akin-index check [--json] PATH...
 *
 * Reads metadata files, and those of folders and the folders in them, and
 * prints for each what is wrong, what is doubtful and how complete the records
 * are. Needs no store and changes nothing.
 */
#ifndef AKIN_CMD_CHECK_H
#define AKIN_CMD_CHECK_H

#include "akin/json.h"

/* argv[0] is "check". 0: no errors; 1: errors were found, or a file could not
 * be read; 2: wrong usage. */
int akin_cmd_check(int argc, char **argv);

/* What the command prints with --json, without the printing: {"files":
 * [{"path","error"?,"notes":[...],"datasets":[{"id","title","error"?,
 * "completeness"}],"file_lists":[...]}], "totals":{"files","datasets",
 * "errors","warnings"}}. The caller frees it. */
struct akin_json *akin_check_paths(char *const *paths, size_t n);

#endif
