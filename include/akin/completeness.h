/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/completeness.h - how much of what REMBI and MIFA ask for does a record
 * say, and what keeps it from being ready for machine learning?
 *
 * Sources: REMBI (Sarkans et al., Nature Methods 2021,
 * doi:10.1038/s41592-021-01166-8), figure 1: study, study component, biosample,
 * specimen, image acquisition, image data, image analysis. MIFA
 * (Zulueta-Coarasa et al., Nature Methods 2025,
 * doi:10.1038/s41592-025-02835-8), table 1 for annotations and versions.
 *
 * Threads: no shared state.
 */
#ifndef AKIN_COMPLETENESS_H
#define AKIN_COMPLETENESS_H

#include "akin/json.h"

/* The report of a canonical record; owned by the caller:
 * {"score": 0..100,              60% of rembi and 40% of mifa
 *  "rembi": {"score", "modules": {"study": {"score", "present": [...],
 *                                           "partly": [...], "missing": [...]},
 *                                 ...}},
 *  "mifa": the same with modules annotations and version,
 *  "ai_ready": true or false,
 *  "needed": ["an open licence", ...],   what is missing for that
 *  "ssl_ready", "ssl_needed"}            the same for training without labels
 * An attribute of a module that has several objects is "partly" there when only
 * some have it, and counts by their share. */
struct akin_json *akin_completeness(const struct akin_json *record);

/* Appends the report as lines for people, each with this indent. */
void akin_completeness_text(const struct akin_json *report, const char *indent,
                            struct akin_buf *out);

#endif
