/* SPDX-License-Identifier: Apache-2.0 */
/*
 * save.h - the plan itself, written down: which tiles are in, which are not,
 * and why.
 *
 *   samples.jsonl   {"sample","split","dataset","image","tile",x,y,w,h,...}
 *   dropped.jsonl   {"dataset","image","tile","why"} and, for a copy, "of"
 *
 * Lines are in the order of samples, and of tiles. The same plan gives the
 * same bytes.
 *
 * Threads: one.
 */
#ifndef AKIN_COLLECT_SAVE_H
#define AKIN_COLLECT_SAVE_H

#include "sample.h"

/* Writes both into a folder that is there. EIO; ESTALE: an image was removed
 * meanwhile. */
enum akin_status akin_collect_save(const struct akin_collection *collection,
                                   const char *dir,
                                   struct akin_error *err) AKIN_MUST_USE;

#endif
