/* SPDX-License-Identifier: Apache-2.0 */
/*
 * divide.c - step 4: parts (train, val, test) between which nothing leaks.
 *
 * What belongs together (a study, a plate, an image) is a unit, and units that
 * share a group of copies are one, also when the copies themselves were
 * dropped. A unit goes to one part as a whole. Which one is a greedy choice,
 * largest units first, after the idea of iterative stratification (Sechidis et
 * al., ECML PKDD 2011, section 3.2), with units in the place of samples.
 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "akin/duplicates.h"
#include "akin/hash.h"

#include "collect_internal.h"

#define TOLERANCE                                                              \
    0.01 /* of all samples: by so much a part may be too large                 \
          */
#define TXN_IMAGES ((size_t)4096) /* read in one transaction */
#define NO_ROOM 1e12              /* more than any cost of a part with room */

/* --- units to parts --- */

struct unit_order {
    uint64_t size, random;
    uint32_t unit;
};

static int
by_falling_size(const void *a, const void *b)
{
    const struct unit_order *x = a, *y = b;

    if (x->size != y->size)
        return x->size > y->size ? -1 : 1;
    if (x->random != y->random)
        return x->random < y->random ? -1 : 1;
    return x->unit < y->unit ? -1 : x->unit > y->unit;
}

/* Counts of strata in parts; the last row is that of all samples. */
struct tally {
    const struct akin__division *d;
    double *have;  /* (n_strata + 1) x n_parts */
    double *total; /* n_strata + 1 */
};

/* How full a part would be, of a stratum, with half of a unit more: 1 is as
 * full as it should be. */
static double
fill_of(const struct tally *t, size_t stratum, size_t part, double size)
{
    double wanted = t->total[stratum] * t->d->shares[part];

    return (t->have[stratum * t->d->n_parts + part] + size / 2) / wanted;
}

/* By how many samples a part would be too large. */
static double
excess_of(const struct tally *t, size_t part, double size)
{
    const struct akin__division *d = t->d;

    return t->have[d->n_strata * d->n_parts + part] + size -
           t->total[d->n_strata] * d->shares[part];
}

/* Of the parts with room for the unit the one that lacks it most, in all and in
 * the mean over its strata; where none has room, that which it overfills
 * least. */
static size_t
best_part(const struct tally *t, uint32_t unit)
{
    const struct akin__division *d = t->d;
    double size = (double)d->size[unit], best_cost = INFINITY;
    double room = t->total[d->n_strata] * TOLERANCE;
    uint32_t n = d->first[unit + 1] - d->first[unit];
    size_t best = 0;

    for (size_t p = 0; p < d->n_parts; p++) {
        double excess = excess_of(t, p, size), strata = 0, cost;

        if (d->shares[p] <= 0)
            continue;
        for (uint32_t k = d->first[unit]; k < d->first[unit + 1]; k++)
            strata += fill_of(t, d->stratum[k], p, size);
        cost = fill_of(t, d->n_strata, p, size) + (n > 0 ? strata / n : 0);
        if (excess > room)
            cost = NO_ROOM + excess;
        if (cost < best_cost) {
            best = p;
            best_cost = cost;
        }
    }
    return best;
}

static void
tally_total(struct tally *t)
{
    const struct akin__division *d = t->d;

    for (size_t u = 0; u < d->n_units; u++) {
        t->total[d->n_strata] += (double)d->size[u];
        for (uint32_t k = d->first[u]; k < d->first[u + 1]; k++)
            t->total[d->stratum[k]] += (double)d->size[u];
    }
    for (size_t s = 0; s <= d->n_strata; s++)
        if (t->total[s] <= 0)
            t->total[s] = 1;
}

static void
assign_all(struct tally *t, const struct unit_order *order, uint8_t *part)
{
    const struct akin__division *d = t->d;

    for (size_t i = 0; i < d->n_units; i++) {
        uint32_t u = order[i].unit;
        size_t p = best_part(t, u);

        part[u] = (uint8_t)p;
        t->have[d->n_strata * d->n_parts + p] += (double)d->size[u];
        for (uint32_t k = d->first[u]; k < d->first[u + 1]; k++)
            t->have[d->stratum[k] * d->n_parts + p] += (double)d->size[u];
    }
}

enum akin_status
akin__divide_units(const struct akin__division *d, uint8_t *part,
                   struct akin_error *err)
{
    struct unit_order *order = calloc(d->n_units + 1, sizeof(*order));
    struct tally t = {.d = d};
    enum akin_status st = AKIN_OK;

    assert(d->n_parts > 0);
    t.have = calloc((d->n_strata + 1) * d->n_parts, sizeof(*t.have));
    t.total = calloc(d->n_strata + 1, sizeof(*t.total));
    if (order == NULL || t.have == NULL || t.total == NULL) {
        st = AKIN_FAIL(err, AKIN_ENOMEM, "no memory to divide %zu units",
                       d->n_units);
    } else {
        for (size_t u = 0; u < d->n_units; u++)
            order[u] = (struct unit_order){
                d->size[u], akin_hash_mix(d->seed, u), (uint32_t)u};
        qsort(order, d->n_units, sizeof(*order), by_falling_size);
        tally_total(&t);
        assign_all(&t, order, part);
    }
    free(order);
    free(t.have);
    free(t.total);
    return st;
}

/* --- samples to units --- */

static const char *const strata_facets[] = {"organism", "imaging_method",
                                            "category"};

struct dividing {
    struct akin__collect *w;
    uint32_t *node; /* of each sample: study, plate or image, 0..n_nodes-1 */
    uint32_t n_nodes;
    uint32_t *unit; /* of each node */
    uint32_t n_units;
    /* of struct akin__division */
    uint64_t *size;
    uint32_t *first, *stratum;
};

struct plate {
    uint64_t dataset, name;
    uint32_t first, n; /* samples */
};

static int
by_plate(const void *a, const void *b)
{
    const struct plate *x = a, *y = b;

    if (x->dataset != y->dataset)
        return x->dataset < y->dataset ? -1 : 1;
    if (x->name != y->name)
        return x->name < y->name ? -1 : 1;
    return x->first < y->first ? -1 : x->first > y->first;
}

/* The plate of an image, as a number; 0 without a name. An image that was
 * removed meanwhile is one of its own. */
static enum akin_status
read_plate(struct akin__collect *w, uint32_t image, uint64_t *out,
           struct akin_error *err)
{
    struct akin_image_record record = {0};
    struct akin_buf name = {0};
    enum akin_status st = AKIN_OK;

    *out = akin_hash_mix(1, image); /* without a store: the image */
    if (w->session != NULL) {
        st = akin_image_get(w->reading.txn, image, &record, err);
        if (st == AKIN_OK) {
            akin_collect_unit_name(&record, &name);
            *out = name.len == 0
                       ? 0
                       : akin_le64(akin_hash_of(akin_buf_span(&name)).bytes);
        }
        st = st == AKIN_ENOTFOUND ? AKIN_OK : st;
    }
    akin_buf_free(&name);
    akin_image_record_free(&record);
    return st;
}

/* node[] of plates: images are runs of samples, and a plate has several. */
static enum akin_status
number_plates(struct dividing *d, struct akin_error *err)
{
    struct akin_collection *c = d->w->c;
    struct plate *plate = calloc(c->n_samples + 1, sizeof(*plate));
    size_t n = 0;
    enum akin_status st = AKIN_OK;

    if (plate == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to divide %zu tiles",
                         c->n_samples);
    for (size_t i = 0; st == AKIN_OK && i < c->n_samples; i++) {
        if (i > 0 && c->sample[i].image == c->sample[i - 1].image) {
            plate[n - 1].n++;
            continue;
        }
        plate[n].dataset = c->sample[i].dataset;
        plate[n].first = (uint32_t)i;
        plate[n].n = 1;
        if (d->w->session != NULL && n % TXN_IMAGES == 0)
            st = akin__collect_txn_begin(d->w, err);
        if (st == AKIN_OK)
            st = read_plate(d->w, c->sample[i].image, &plate[n].name, err);
        n++;
    }
    akin__collect_txn_end(d->w);
    qsort(plate, n, sizeof(*plate), by_plate);
    for (size_t i = 0; st == AKIN_OK && i < n; i++) {
        if (i == 0 || plate[i].dataset != plate[i - 1].dataset ||
            plate[i].name != plate[i - 1].name)
            d->n_nodes++;
        for (uint32_t k = 0; k < plate[i].n; k++)
            d->node[plate[i].first + k] = d->n_nodes - 1;
    }
    free(plate);
    return st;
}

static enum akin_status
number_nodes(struct dividing *d, struct akin_error *err)
{
    struct akin_collection *c = d->w->c;
    uint32_t image = 0;

    switch (d->w->options->split_by) {
    case AKIN_COLLECT_BY_GROUP:
        return number_plates(d, err);
    case AKIN_COLLECT_BY_IMAGE:
        for (size_t i = 0; i < c->n_samples; i++) {
            image += i > 0 && c->sample[i].image != c->sample[i - 1].image;
            d->node[i] = image;
        }
        d->n_nodes = c->n_samples > 0 ? image + 1 : 0;
        return AKIN_OK;
    default:
        for (size_t i = 0; i < c->n_samples; i++)
            d->node[i] = c->sample[i].dataset;
        d->n_nodes = (uint32_t)c->n_datasets;
        return AKIN_OK;
    }
}

/* Nodes with copies of one another become one unit. seen: of each group, the
 * first node met; n_groups. */
static void
join_groups(const struct dividing *d, struct akin_duplicates *sets,
            uint32_t *seen)
{
    const struct akin_collection *c = d->w->c;

    for (size_t g = 0; g < c->n_groups; g++)
        seen[g] = AKIN_COLLECT_NONE;
    for (size_t i = 0; i < c->n_samples; i++) {
        uint32_t g = c->sample[i].group;

        if (g == AKIN_COLLECT_NONE)
            continue;
        if (seen[g] == AKIN_COLLECT_NONE)
            seen[g] = d->node[i];
        akin_duplicates_join(sets, seen[g], d->node[i]);
    }
}

static enum akin_status
join_nodes(struct dividing *d, struct akin_error *err)
{
    struct akin_duplicates *sets = NULL;
    uint32_t *seen = calloc((size_t)d->w->c->n_groups + 1, sizeof(*seen));
    enum akin_status st = akin_duplicates_new(d->n_nodes, &sets, err);

    d->unit = calloc((size_t)d->n_nodes + 1, sizeof(*d->unit));
    if (st == AKIN_OK && seen != NULL && d->unit != NULL) {
        join_groups(d, sets, seen);
        d->n_units = akin_duplicates_number(sets, true, d->unit);
    } else if (st == AKIN_OK) {
        st = AKIN_FAIL(err, AKIN_ENOMEM, "no memory to divide %zu units",
                       (size_t)d->n_nodes);
    }
    akin_duplicates_free(sets);
    free(seen);
    return st;
}

static int
by_both(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

/* Pairs of unit and dataset, each once, sorted: unit in the upper half. */
static uint64_t *
unit_datasets(const struct dividing *d, size_t *n)
{
    const struct akin_collection *c = d->w->c;
    uint64_t *pair = calloc(c->n_samples + 1, sizeof(*pair));
    size_t kept = 0, once = 0;

    for (size_t i = 0; pair != NULL && i < c->n_samples; i++)
        if (c->sample[i].fate == AKIN_FATE_KEPT) {
            uint64_t both =
                (uint64_t)d->unit[d->node[i]] << 32 | c->sample[i].dataset;

            if (kept == 0 || pair[kept - 1] != both)
                pair[kept++] = both;
        }
    if (kept > 0)
        qsort(pair, kept, sizeof(*pair), by_both);
    for (size_t i = 0; i < kept; i++)
        if (i == 0 || pair[i] != pair[i - 1])
            pair[once++] = pair[i];
    *n = once;
    return pair;
}

/* size, first, stratum: a stratum is a value of one of strata_facets. */
static enum akin_status
describe_units(struct dividing *d, size_t *n_strata, struct akin_error *err)
{
    const struct akin_collection *c = d->w->c;
    size_t n_pairs = 0, at = 0, room = 0;
    uint64_t *pair = unit_datasets(d, &n_pairs);

    for (size_t f = 0; f < AKIN_COUNT(strata_facets); f++) {
        const struct akin__collect_values *v =
            akin__collect_values_of(d->w, strata_facets[f]);

        for (size_t i = 0; pair != NULL && i < n_pairs; i++)
            room +=
                v->start[(uint32_t)pair[i] + 1] - v->start[(uint32_t)pair[i]];
    }
    d->size = calloc((size_t)d->n_units + 1, sizeof(*d->size));
    d->first = calloc((size_t)d->n_units + 1, sizeof(*d->first));
    d->stratum = calloc(room + 1, sizeof(*d->stratum));
    if (pair == NULL || d->size == NULL || d->first == NULL ||
        d->stratum == NULL) {
        free(pair);
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to divide %zu tiles",
                         c->n_samples);
    }
    for (size_t i = 0; i < c->n_samples; i++)
        if (c->sample[i].fate == AKIN_FATE_KEPT)
            d->size[d->unit[d->node[i]]]++;
    for (size_t u = 0, i = 0; u < d->n_units; u++) {
        for (; i < n_pairs && pair[i] >> 32 == u; i++) {
            uint32_t base = 0;

            for (size_t f = 0; f < AKIN_COUNT(strata_facets); f++) {
                const struct akin__collect_values *v =
                    akin__collect_values_of(d->w, strata_facets[f]);

                for (uint32_t k = v->start[(uint32_t)pair[i]];
                     k < v->start[(uint32_t)pair[i] + 1]; k++)
                    d->stratum[at++] = base + v->of[k];
                base += (uint32_t)v->n;
            }
        }
        d->first[u + 1] = (uint32_t)at;
    }
    for (size_t f = 0; f < AKIN_COUNT(strata_facets); f++)
        *n_strata += akin__collect_values_of(d->w, strata_facets[f])->n;
    free(pair);
    return AKIN_OK;
}

static void
put_parts(struct dividing *d, const uint8_t *part)
{
    struct akin_collection *c = d->w->c;

    for (size_t i = 0; i < c->n_samples; i++)
        if (c->sample[i].fate == AKIN_FATE_KEPT) {
            c->sample[i].split = part[d->unit[d->node[i]]];
            c->split[c->sample[i].split].n++;
        }
    for (size_t u = 0; u < d->n_units; u++)
        c->split[part[u]].n_units += d->size[u] > 0;
    for (size_t p = 0; p < c->n_splits; p++)
        if (c->split[p].wanted > 0 && c->split[p].n == 0 && c->n_samples > 0)
            akin__collect_note(d->w,
                               "part %s is empty: there are too few units that "
                               "must stay together; divide by image?",
                               c->split[p].name);
}

static enum akin_status
divide(struct dividing *d, struct akin_error *err)
{
    struct akin_collection *c = d->w->c;
    struct akin__division division = {.n_parts = c->n_splits,
                                      .seed = d->w->options->seed};
    double shares[AKIN_COLLECT_PAIRS_MAX];
    uint8_t *part;
    enum akin_status st = number_nodes(d, err);

    if (st == AKIN_OK)
        st = join_nodes(d, err);
    if (st == AKIN_OK)
        st = describe_units(d, &division.n_strata, err);
    if (st != AKIN_OK)
        return st;
    for (size_t p = 0; p < c->n_splits; p++)
        shares[p] = c->split[p].wanted;
    division.n_units = d->n_units;
    division.size = d->size;
    division.first = d->first;
    division.stratum = d->stratum;
    division.shares = shares;
    part = akin_new((size_t)d->n_units + 1, sizeof(*part));
    st = akin__divide_units(&division, part, err);
    if (st == AKIN_OK)
        put_parts(d, part);
    free(part);
    return st;
}

enum akin_status
akin__collect_divide(struct akin__collect *w, struct akin_error *err)
{
    struct dividing d = {.w = w};
    enum akin_status st = AKIN_OK;

    d.node = calloc(w->c->n_samples + 1, sizeof(*d.node));
    if (d.node == NULL)
        st = AKIN_FAIL(err, AKIN_ENOMEM, "no memory to divide %zu tiles",
                       w->c->n_samples);
    else
        st = divide(&d, err);
    free(d.node);
    free(d.unit);
    free(d.size);
    free(d.first);
    free(d.stratum);
    return st;
}
