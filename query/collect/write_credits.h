/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write_credits.h - who made what: CREDITS.md for people, citations.bib for
 * papers.
 *
 * Authors, annotators (also where annotations are left out), ORCIDs,
 * publications, funders, licence and changes of every dataset that a sample is
 * of. People keep the order of their source.
 *
 * Threads: no shared state.
 */
#ifndef AKIN_COLLECT_WRITE_CREDITS_H
#define AKIN_COLLECT_WRITE_CREDITS_H

#include "collect.h"

/* Append. */
void akin__credits_markdown(const struct akin_collection *collection,
                            struct akin_buf *out);
void akin__credits_bibtex(const struct akin_collection *collection,
                          struct akin_buf *out);

/* Text with a backslash before what Markdown gives a meaning; appends. */
void akin__markdown_text(const char *text, struct akin_buf *out);

/* People of all datasets, each once (by ORCID, else by name), as objects
 * {"name","orcid","role":["author","annotator"],"datasets":[ids]}; an array
 * owned by the caller. */
struct akin_json *
akin__credits_people(const struct akin_collection *collection);

#endif
