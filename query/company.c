/* SPDX-License-Identifier: Apache-2.0 */
#include "company.h"

#include <pthread.h>
#include <stdlib.h>

#include "akin/bytes.h"
#include "akin/hash.h"

#define ROWS ((size_t)512)   /* datasets that led */
#define PLACES ((size_t)256) /* that one of them was compared with */
#define NEAR ((size_t)8)     /* places looked at for one of either */

struct entry {
    uint64_t b; /* 0: empty, or as good as */
    double a_in_b, b_in_a;
};

/* What is known of one a lies together: a ranking asks for a few of them with
 * many others, and where those lay anywhere, looking up took as long as
 * comparing anew. */
struct row {
    uint64_t a; /* 0: empty, or as good as */
    struct entry entry[PLACES];
};

struct akin_company {
    pthread_mutex_t lock;
    struct row *row; /* ROWS of them */
};

struct akin_company *
akin_company_new(void)
{
    struct akin_company *company = akin_new(1, sizeof(*company));

    company->row = akin_new(ROWS, sizeof(*company->row));
    if (pthread_mutex_init(&company->lock, NULL) != 0)
        abort(); /* only out of memory, as akin_new */
    return company;
}

void
akin_company_free(struct akin_company *company)
{
    if (company == NULL)
        return;
    (void)pthread_mutex_destroy(&company->lock);
    free(company->row);
    free(company);
}

/* The row of a, or the one to be taken for it: an empty one near its place,
 * else its place. */
static struct row *
row_of(struct akin_company *company, uint64_t a)
{
    size_t home = (size_t)(akin_hash_mix(a, 1) % ROWS);

    for (size_t i = 0; i < NEAR; i++) {
        struct row *row = &company->row[(home + i) % ROWS];

        if (row->a == a || row->a == 0)
            return row;
    }
    return &company->row[home];
}

/* The same of an entry. */
static struct entry *
place(struct row *row, uint64_t b)
{
    size_t home = (size_t)(akin_hash_mix(b, 2) % PLACES);

    for (size_t i = 0; i < NEAR; i++) {
        struct entry *entry = &row->entry[(home + i) % PLACES];

        if (entry->b == b || entry->b == 0)
            return entry;
    }
    return &row->entry[home];
}

void
akin_company_recall(struct akin_company *company,
                    struct akin_company_pair *pair, size_t n)
{
    struct row *row = NULL;

    (void)pthread_mutex_lock(&company->lock);
    for (size_t i = 0; i < n; i++) {
        const struct entry *entry;

        if (i == 0 || pair[i].a != pair[i - 1].a)
            row = row_of(company, pair[i].a);
        entry = place(row, pair[i].b);

        pair[i].is_known = row->a == pair[i].a && entry->b == pair[i].b;
        pair[i].a_in_b = entry->a_in_b;
        pair[i].b_in_a = entry->b_in_a;
    }
    (void)pthread_mutex_unlock(&company->lock);
}

void
akin_company_keep(struct akin_company *company,
                  const struct akin_company_pair *pair, size_t n)
{
    (void)pthread_mutex_lock(&company->lock);
    for (size_t i = 0; i < n; i++) {
        struct row *row = row_of(company, pair[i].a);

        if (pair[i].is_known)
            continue;
        if (row->a != pair[i].a)
            *row = (struct row){.a = pair[i].a};
        *place(row, pair[i].b) =
            (struct entry){pair[i].b, pair[i].a_in_b, pair[i].b_in_a};
    }
    (void)pthread_mutex_unlock(&company->lock);
}
