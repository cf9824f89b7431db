/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record_rocrate_internal.h - one RO-Crate in work.
 *
 * A crate is a flat list of nodes that name each other by "@id". Archives write
 * one value as a scalar, an array or not at all, types as a string or an array,
 * and put a node now in the list, now where it is used: the functions here hide
 * that.
 */
#ifndef AKIN_RECORD_ROCRATE_INTERNAL_H
#define AKIN_RECORD_ROCRATE_INTERNAL_H

#include "record_internal.h"

#define AKIN__CRATE_NODES_MAX 200000

struct akin__crate_entry {
    const char *id;
    struct akin_json *node;
};

struct akin__crate {
    struct akin__crate_entry *entry; /* sorted by id */
    size_t n;
    struct akin_json *record; /* being made */
    struct akin_record_report *report;
};

/* The node of this id; a slash at the end or "./" at the start may differ. */
struct akin_json *akin__crate_find(const struct akin__crate *crate,
                                   const char *id);

/* The property; also under a prefixed or full name ("schema:about"). */
struct akin_json *akin__crate_get(const struct akin_json *node,
                                  const char *name);

/* True when the node has this type, with or without a prefix. */
bool akin__crate_is(const struct akin_json *node, const char *type);

/* The node that a value means: by reference, or itself when it is inline. NULL
 * for text and for a reference to nothing. *id: the reference, or NULL. */
const struct akin_json *akin__crate_node(const struct akin__crate *crate,
                                         const struct akin_json *value,
                                         const char **id);

/* akin_json_string of a property's first value, or its "@id". */
const char *akin__crate_text(const struct akin_json *node, const char *name);

/* Reports a reference to a node that the crate does not have. */
void akin__crate_dangling(struct akin__crate *crate, const char *property,
                          const char *id);

/* The properties of the study's node, read into crate->record. */
void akin__crate_people(struct akin__crate *crate,
                        const struct akin_json *root);
void akin__crate_papers(struct akin__crate *crate,
                        const struct akin_json *root);
void akin__crate_biology(struct akin__crate *crate,
                         const struct akin_json *root);
void akin__crate_methods(struct akin__crate *crate,
                         const struct akin_json *root);

/* An array of {"id","label"}: the terms of a Taxon, a DefinedTerm, a reference
 * or a text; usually one, several when ids are joined by commas, none when it
 * says nothing. prefix as for akin_curie_normalize. The caller frees it. */
struct akin_json *akin__crate_terms(struct akin__crate *crate,
                                    const struct akin_json *value,
                                    const char *prefix, const char *path);

#endif
