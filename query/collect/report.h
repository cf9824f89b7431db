/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report.h - report.html: what became of a collection at each step, for people.
 *
 * One file that needs nothing else: steps as bars, composition by facet before
 * and after, samples of each cluster, copies that were found, licences, people.
 *
 * Threads: one.
 */
#ifndef AKIN_COLLECT_REPORT_H
#define AKIN_COLLECT_REPORT_H

#include "write_manifest.h"
#include "write_spool.h"

/* Appends the page. Pictures come from the spool, those of copies from the
 * image files; one that cannot be read is left out. EIO: the spool. */
enum akin_status akin__report_write(const struct akin__manifest *manifest,
                                    struct akin__spool *spool,
                                    struct akin_buf *out,
                                    struct akin_error *err) AKIN_MUST_USE;

#endif
