/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/facet.h - which datasets satisfy a filter, and how do they count?
 *
 * An index in memory over dataset records: for each field of the filter
 * language value -> set of dataset numbers, numbers as sorted pairs for
 * ranges, and for each facet a list of values a dataset. It answers a filter
 * exactly as akin_filter_matches would on each record, with the images of a
 * dataset as the record's "images".
 *
 * Counts are of distinct datasets. Facets of ontology terms are trees: a term
 * counts all that is below it.
 *
 * Threads: made by one thread; after akin_facets_finish immutable, any number
 * may read.
 */
#ifndef AKIN_FACET_H
#define AKIN_FACET_H

#include "akin/bitmap.h"
#include "akin/filter.h"
#include "akin/image.h"
#include "akin/term.h"

struct akin_facets; /* opaque */

/* An empty index. terms: names and parents for facets of terms, borrowed for
 * the life of the index; NULL: records' own labels, no trees. */
struct akin_facets *akin_facets_new(const struct akin_terms *terms);
void akin_facets_free(struct akin_facets *facets); /* NULL is fine */

/* Adds a dataset, each number once. record and images are borrowed for the
 * call; of images format, bits, dim_* and pixel_um_x count (0: not known). */
void akin_facets_add(struct akin_facets *facets, uint32_t number,
                     const struct akin_json *record,
                     const struct akin_image_info *images, size_t n_images);
/* Sorts and makes the trees: once, after the last dataset. */
void akin_facets_finish(struct akin_facets *facets);

/* Appends the index as bytes, ending with their hash; what finish makes is left
 * out. Labels and spellings that only removed datasets had go as well. */
void akin_facets_write(const struct akin_facets *facets, struct akin_buf *out);
/* The index that akin_facets_write wrote, without some datasets (NULL: all of
 * them), to which more may be added; then akin_facets_finish. EFORMAT: anything
 * else, also when it was changed in one bit. */
enum akin_status akin_facets_read(struct akin_span bytes,
                                  const struct akin_terms *terms,
                                  const struct akin_bitmap *without,
                                  struct akin_facets **out,
                                  struct akin_error *err) AKIN_MUST_USE;

/* All datasets, borrowed. */
const struct akin_bitmap *akin_facets_all(const struct akin_facets *facets);

/* The datasets that pass; owned by the caller. filter NULL: all. except: NULL,
 * or a facet whose own conditions are left out: those that must hold and speak
 * of this facet's fields alone. */
struct akin_bitmap *akin_facets_match(const struct akin_facets *facets,
                                      const struct akin_filter *filter,
                                      const char *except);
/* Are there conditions that `except` would leave out? */
bool akin_facets_is_own(const struct akin_filter *filter, const char *facet);

/* The names of all facets that every index has. Besides, "image.NAME" is the
 * facet of an attribute that file lists give to images (file_list.h). */
size_t akin_facet_names(const char *const **names);
/* The attribute that such a name means, inside facet; NULL: it means none. */
const char *akin_facet_attribute(const char *facet);

#define AKIN_FACET_MAX 10000 /* most values that may be asked for */

/* Counts one facet over a set of datasets: an array of {"value","label",
 * "count"} and, where terms below it occur, "children" of the same kind; at
 * most max at each level, most frequent first, equals by label. Values without
 * datasets in the set are left out. EINVAL: no such facet, with the nearest. */
enum akin_status akin_facets_count(const struct akin_facets *facets,
                                   const char *facet,
                                   const struct akin_bitmap *datasets,
                                   size_t max, struct akin_json **out,
                                   struct akin_error *err) AKIN_MUST_USE;

/* Values with a word that begins with text (without regard to ASCII case), of
 * the facets that suggestions are made of (words of titles, too): an array of
 * {"field","value","label","count"}, most frequent first; at most max of each
 * field. Owned by the caller. */
struct akin_json *akin_facets_complete(const struct akin_facets *facets,
                                       const char *text, size_t max);
/* Datasets with a term or one below it: 0 when none has. */
size_t akin_facets_term_count(const struct akin_facets *facets,
                              const char *facet, const char *curie);

#endif
