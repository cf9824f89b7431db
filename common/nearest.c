/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static bool
same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static size_t
smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Three rows of the usual table: two back for transpositions. */
size_t
akin_edit_distance(const char *a, const char *b)
{
    size_t rows[3][AKIN_NEAREST_MAX + 1];
    size_t n_a = strnlen(a, AKIN_NEAREST_MAX);
    size_t n_b = strnlen(b, AKIN_NEAREST_MAX);
    size_t *before = rows[0], *last = rows[1], *now = rows[2];

    for (size_t j = 0; j <= n_b; j++)
        last[j] = j;
    for (size_t i = 1; i <= n_a; i++) {
        size_t *spare = before;

        now[0] = i;
        for (size_t j = 1; j <= n_b; j++) {
            size_t cost = same(a[i - 1], b[j - 1]) ? 0 : 1;

            now[j] =
                smaller(smaller(last[j], now[j - 1]) + 1, last[j - 1] + cost);
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) &&
                same(a[i - 2], b[j - 1]))
                now[j] = smaller(now[j], before[j - 2] + 1);
        }
        before = last;
        last = now;
        now = spare;
    }
    return last[n_b];
}

void
akin_nearest_init(struct akin_nearest *near, const char *word)
{
    *near = (struct akin_nearest){word, NULL, SIZE_MAX};
}

void
akin_nearest_offer(struct akin_nearest *near, const char *word)
{
    size_t distance = akin_edit_distance(near->word, word);
    size_t len = strnlen(near->word, AKIN_NEAREST_MAX);

    if (distance < near->distance && distance <= (len < 3 ? 1 : len / 3)) {
        near->distance = distance;
        near->best = word;
    }
}
