/* SPDX-License-Identifier: Apache-2.0 */
/*
 * declare_internal.h - between reading metadata (declare.c) and storing what it
 * said (declare_put.c).
 */
#ifndef AKIN_INDEXER_DECLARE_INTERNAL_H
#define AKIN_INDEXER_DECLARE_INTERNAL_H

#include "akin/record_tally.h"
#include "declare.h"

#define AKIN__PENDING_MAX                                                      \
    64 /* records of one commit, unless one file holds more */

/* One declaration: a place that says that a dataset exists. */
struct akin__declaration {
    char *path;     /* of its source state: "<file>#<id>" */
    const char *id; /* in path */
    uint32_t number;
    size_t kind; /* akin_record_rank */
};

/* A record on its way into the store. */
struct akin__pending {
    struct akin_json *record; /* as it was read */
    struct akin_json *files;  /* of its file lists, or NULL */
    size_t kind;              /* akin_record_rank */
    char *file;               /* metadata file, or folder and "/" */
    char *path;               /* of the declaration */
    uint32_t group;
    bool is_folder;
    /* Filled by the transaction. */
    uint32_t number;
    enum akin_dataset_change change;
    enum { PUT, REFUSED, SAID_TWICE } outcome;
    struct akin_error error;
};

/* The datasets of a group: declaration[first..first+n). */
struct akin__members {
    size_t first, n;
    uint32_t folder; /* for images that no other member claims; 0: none */
};

struct akin_declared {
    struct akin__declaration *declaration;
    size_t n, cap;
    struct akin__members *members; /* of each group */
    size_t n_groups;
    /* [number]: its first declaration + 1 (0: none yet), a bit for each kind
     * of metadata that has declared it, and whether this run made its version
     */
    struct akin__seen {
        uint32_t first, kinds;
        bool is_ours;
    } * seen;
    size_t n_seen;
    uint32_t into; /* all files belong to this dataset; 0: no such wish */
};

struct akin__declaring {
    struct akin_writer *writer;
    const struct akin_source *source;
    struct akin_declared *out;
    struct akin__pending *pending;
    size_t n, cap;
    struct akin_terms *terms; /* that ship with akin */
    int64_t now_s;
};

void akin__pending_clear(struct akin__pending *p);

/* Makes a record pending and takes it and its files (may be NULL) over. file:
 * what declares it. */
void akin__declare_add(struct akin__declaring *s, uint32_t group,
                       const char *file, struct akin_json *record,
                       struct akin_json *files);

/* Commits what is pending, counts it and learns the numbers. */
enum akin_status akin__declare_flush(struct akin__declaring *s,
                                     struct akin_error *err) AKIN_MUST_USE;

/* Makes p (path, file, number) a member of its group; takes p->path over. */
void akin__declare_keep(struct akin__declaring *s, struct akin__pending *p);

#endif
