/* SPDX-License-Identifier: Apache-2.0 */
/*
 * drawn_collection.h - a planned collection without a store, from records given
 * as JSON: for tests of what writers make of it.
 */
#ifndef AKIN_DRAWN_COLLECTION_H
#define AKIN_DRAWN_COLLECTION_H

#include "collect/collect.h"

/* Datasets of an array of records, each with samples_each kept samples of its
 * own cluster; splits in turn. options: as of the method. Free with
 * akin_collection_free. Ends the test when a text is wrong. */
struct akin_collection *akin_drawn_collection(const char *records,
                                              const char *options,
                                              size_t samples_each);

#endif
