/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/record_tally.h - what the records of a source have in common: what had
 * to be normalised, what contradicts itself, what is missing, counted.
 *
 * A source is what publishes the records ("BioImage Archive"), or the kind of
 * metadata where nobody is named.
 *
 * Threads: as JSON values (json.h).
 */
#ifndef AKIN_RECORD_TALLY_H
#define AKIN_RECORD_TALLY_H

#include "akin/record.h"
#include "akin/term.h"

#define AKIN_TALLY_EXAMPLES 3 /* of each finding */

/* Adds one record to the tally, an object that begins empty:
 *   {"BioImage Archive (ro-crate)": {"datasets": 804,
 *      "normalised": {"term_spelling": {"count": 2100, "datasets": 790,
 *                       "examples": [{"id": "S-BIAD634", "text": "..."}]}},
 *      "doubtful": {...}, "contradicted": {...},
 *      "missing": {"orcid": {...}}}}
 * notes: of this record's report (NULL: none). A note's class follows from its
 * code; of each finding the first AKIN_TALLY_EXAMPLES datasets are examples. */
void akin_record_tally(struct akin_json *tally, const struct akin_json *record,
                       const struct akin_json *notes);

/* Appends the tally as lines for people. */
void akin_record_tally_text(const struct akin_json *tally,
                            struct akin_buf *out);

/* Notes, as warnings with the code "label", where the id and the label of a
 * term of the record contradict each other. */
void akin_record_check_labels(const struct akin_terms *terms,
                              const struct akin_json *record,
                              struct akin_record_report *report);

#endif
