/* SPDX-License-Identifier: Apache-2.0 */
#include "negotiate.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* One element of a list: its name, and its weight in thousandths. */
struct choice {
    const char *name;
    size_t len;
    long weight;
};

static bool
next_choice(const char **at, struct choice *out)
{
    const char *end, *q;

    *at += strspn(*at, " \t,");
    if (**at == '\0')
        return false;
    end = *at + strcspn(*at, ",");
    out->name = *at;
    out->len = strcspn(*at, ",; \t");
    out->weight = 1000;
    for (q = *at; q < end && (q = memchr(q, ';', (size_t)(end - q))) != NULL;) {
        q += 1 + strspn(q + 1, " \t");
        if ((q[0] == 'q' || q[0] == 'Q') && q[1] == '=')
            out->weight = (long)(strtod(q + 2, NULL) * 1000);
    }
    *at = end;
    return true;
}

static bool
is_choice(const struct choice *choice, const char *name)
{
    return strlen(name) == choice->len &&
           strncasecmp(choice->name, name, choice->len) == 0;
}

/* How well a type goes with one range: 3 itself, 2 "type/" + star, 1 stars, 0
 * not at all. */
static int
fit(const struct choice *range, const char *type)
{
    size_t slash = strcspn(type, "/");

    if (is_choice(range, type))
        return 3;
    if (range->len == slash + 2 && range->name[slash + 1] == '*' &&
        strncasecmp(range->name, type, slash + 1) == 0)
        return 2;
    return is_choice(range, "*/*") ? 1 : 0;
}

/* The weight that the range which fits best gives a type. */
static long
weight_of(const char *header, const char *type)
{
    struct choice choice;
    long weight = 0;
    int best = 0;

    while (next_choice(&header, &choice)) {
        int how = fit(&choice, type);

        if (how > best) {
            best = how;
            weight = choice.weight;
        }
    }
    return weight;
}

size_t
akin_http_accept(const char *header, const char *const *types, size_t n)
{
    size_t best = n;
    long most = 0;

    if (header == NULL || header[0] == '\0')
        return 0;
    for (size_t i = 0; i < n; i++) {
        long weight = weight_of(header, types[i]);

        if (weight > most) {
            most = weight;
            best = i;
        }
    }
    return best;
}

bool
akin_http_accepts_gzip(const char *header)
{
    struct choice choice;
    long star = 0;

    while (header != NULL && next_choice(&header, &choice)) {
        if (is_choice(&choice, "gzip"))
            return choice.weight > 0;
        if (is_choice(&choice, "*"))
            star = choice.weight;
    }
    return star > 0;
}

bool
akin_http_tag_matches(const char *header, const char *tag)
{
    size_t len;

    if (header == NULL || tag[0] == '\0')
        return false;
    tag += strncmp(tag, "W/", 2) == 0 ? 2 : 0;
    len = strlen(tag);
    for (;;) {
        header += strspn(header, " \t,");
        if (*header == '*')
            return true;
        header += strncmp(header, "W/", 2) == 0 ? 2 : 0;
        if (strncmp(header, tag, len) == 0)
            return true;
        header += strcspn(header, ",");
        if (*header == '\0')
            return false;
    }
}

bool
akin_http_is_type(const char *header, const char *type)
{
    size_t len = strlen(type);

    return header != NULL && strncasecmp(header, type, len) == 0 &&
           strchr("; \t", header[len]) != NULL;
}
