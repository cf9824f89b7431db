/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report_pictures.h - the parts of the report that show pictures: samples of
 * each cluster, and copies beside what stands for them.
 *
 * Threads: one.
 */
#ifndef AKIN_COLLECT_REPORT_PICTURES_H
#define AKIN_COLLECT_REPORT_PICTURES_H

#include "write_spool.h"

/* Append. Clusters by falling number of samples, each with its first samples.
 * EIO: the spool. */
enum akin_status akin__report_clusters(const struct akin_collection *collection,
                                       struct akin__spool *spool,
                                       struct akin_buf *out,
                                       struct akin_error *err) AKIN_MUST_USE;
void akin__report_copies(const struct akin_collection *collection,
                         struct akin_buf *out);

#endif
