/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write_licence.h - what licences ask for, one by one and together.
 *
 * From the families of licences that images carry (Creative Commons, Open Data
 * Commons, permissive software licences): what their deeds and texts ask of who
 * passes on a changed work. No legal advice; a licence outside of the table
 * asks to be read.
 *
 * Threads: no shared state.
 */
#ifndef AKIN_COLLECT_WRITE_LICENCE_H
#define AKIN_COLLECT_WRITE_LICENCE_H

#include "collect.h"

struct akin__duties {
    bool is_known;       /* else: read it */
    bool attribution;    /* name authors, source and changes */
    bool notice;         /* keep the licence's text */
    bool share_alike;    /* pass changed works on under the same licence */
    bool non_commercial; /* no commercial use */
    bool no_derivatives; /* changed works must not be passed on */
};
/* spdx NULL: no licence is known. */
struct akin__duties akin__licence_duties(const char *spdx);

/* The licence's page; appends. Nothing for NULL. */
void akin__licence_url(const char *spdx, struct akin_buf *out);

/* The licences of the datasets that samples are of, by falling number of
 * samples. The texts belong to the records; NULL: no licence. */
struct akin__licence_count {
    const char *spdx;
    uint64_t n_samples;
    size_t n_datasets;
};
/* Owned by the caller: free(). */
struct akin__licence_count *
akin__licences_of(const struct akin_collection *collection, size_t *n);

/* Markdown: a table of licences with what each asks for, and sentences for the
 * collection as a whole. Appends. */
void akin__licences_markdown(const struct akin_collection *collection,
                             struct akin_buf *out);

/* The sentences alone, an array of texts owned by the caller. */
struct akin_json *
akin__licences_together(const struct akin_collection *collection);

#endif
