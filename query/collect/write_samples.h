/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write_samples.h - the samples as files, in one or both forms.
 *
 *   shards/SPLIT-000000.tar   WebDataset: KEY.png and KEY.json next to each
 *                             other; a shard ends behind the sample with which
 *                             it is longer than output.shard_bytes
 *   images/SPLIT/KEY.png      an image folder as Hugging Face reads it, with
 *   images/SPLIT/metadata.jsonl   one line a sample, "file_name" first
 *
 * Threads: one.
 */
#ifndef AKIN_COLLECT_WRITE_SAMPLES_H
#define AKIN_COLLECT_WRITE_SAMPLES_H

#include "write_files.h"
#include "write_spool.h"

/* Writes all samples and lists shards and metadata.jsonl in files. */
enum akin_status akin__samples_write(const struct akin_collection *collection,
                                     struct akin__spool *spool,
                                     struct akin__files *files,
                                     akin_collect_progress_fn *progress,
                                     void *ctx,
                                     struct akin_error *err) AKIN_MUST_USE;

#endif
