/* SPDX-License-Identifier: Apache-2.0 */
#include "write_licence.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool
begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static bool
names_part(const char *spdx, const char *part)
{
    return strstr(spdx, part) != NULL;
}

struct akin__duties
akin__licence_duties(const char *spdx)
{
    static const char *const permissive[] = {"MIT", "BSD-", "Apache-", "ISC"};
    struct akin__duties d = {0};

    if (spdx == NULL)
        return d;
    d.is_known = true;
    if (begins(spdx, "CC0-") || begins(spdx, "PDDL-") ||
        strcmp(spdx, "Unlicense") == 0)
        return d;
    if (begins(spdx, "CC-BY-")) {
        d.attribution = true;
        d.non_commercial = names_part(spdx, "-NC-");
        d.no_derivatives = names_part(spdx, "-ND-");
        d.share_alike = names_part(spdx, "-SA-");
        return d;
    }
    if (begins(spdx, "ODC-By-") || begins(spdx, "ODbL-")) {
        d.attribution = d.notice = true;
        d.share_alike = begins(spdx, "ODbL-");
        return d;
    }
    for (size_t i = 0; i < AKIN_COUNT(permissive); i++)
        if (begins(spdx, permissive[i])) {
            d.attribution = d.notice = true;
            return d;
        }
    if (begins(spdx, "GPL-") || begins(spdx, "LGPL-") ||
        begins(spdx, "AGPL-")) {
        d.attribution = d.notice = d.share_alike = true;
        return d;
    }
    d.is_known = false;
    return d;
}

void
akin__licence_url(const char *spdx, struct akin_buf *out)
{
    if (spdx != NULL)
        akin_buf_printf(out, "https://spdx.org/licenses/%s.html", spdx);
}

static bool
same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static int
more_samples(const void *a, const void *b)
{
    const struct akin__licence_count *x = a, *y = b;

    if (x->n_samples != y->n_samples)
        return x->n_samples > y->n_samples ? -1 : 1;
    if (x->spdx == NULL || y->spdx == NULL)
        return x->spdx == NULL ? y->spdx != NULL : -1;
    return strcmp(x->spdx, y->spdx);
}

struct akin__licence_count *
akin__licences_of(const struct akin_collection *c, size_t *n)
{
    struct akin__licence_count *list =
        akin_new(c->n_datasets + 1, sizeof(*list));

    *n = 0;
    for (size_t i = 0; i < c->n_datasets; i++) {
        const char *spdx = akin_json_text(c->dataset[i].record, "license");
        size_t k = 0;

        if (c->dataset[i].n_kept == 0)
            continue;
        while (k < *n && !same_text(list[k].spdx, spdx))
            k++;
        if (k == *n)
            list[(*n)++].spdx = spdx;
        list[k].n_samples += c->dataset[i].n_kept;
        list[k].n_datasets++;
    }
    qsort(list, *n, sizeof(*list), more_samples);
    return list;
}

/* ---- words ---- */

static const char *
duty_words(struct akin__duties d)
{
    if (!d.is_known)
        return "not known here: read it, or ask the authors";
    if (d.no_derivatives)
        return "attribution; **changed copies must not be passed on**";
    if (d.non_commercial && d.share_alike)
        return "attribution, no commercial use, same licence for changed works";
    if (d.non_commercial)
        return "attribution, no commercial use";
    if (d.share_alike)
        return "attribution, same licence for changed works";
    if (d.notice)
        return "attribution, with the licence's text";
    if (d.attribution)
        return "attribution: authors, source, licence, and that it was changed";
    return "nothing (citing the authors is good practice)";
}

static void
say(struct akin_json *list, const char *text)
{
    akin_json_append(list, akin_json_new_string(text));
}

static struct akin__duties
all_duties(const struct akin__licence_count *list, size_t n, bool *is_unknown)
{
    struct akin__duties all = {.is_known = true};

    *is_unknown = false;
    for (size_t i = 0; i < n; i++) {
        struct akin__duties d = akin__licence_duties(list[i].spdx);

        *is_unknown = *is_unknown || !d.is_known;
        all.attribution = all.attribution || d.attribution;
        all.notice = all.notice || d.notice;
        all.share_alike = all.share_alike || d.share_alike;
        all.non_commercial = all.non_commercial || d.non_commercial;
        all.no_derivatives = all.no_derivatives || d.no_derivatives;
    }
    return all;
}

struct akin_json *
akin__licences_together(const struct akin_collection *collection)
{
    size_t n = 0;
    struct akin__licence_count *list = akin__licences_of(collection, &n);
    struct akin_json *words = akin_json_array();
    bool is_unknown = false;
    struct akin__duties all = all_duties(list, n, &is_unknown);

    if (n > 1)
        say(words, "Each sample stays under the licence of its source; its "
                   "metadata names it.");
    if (all.attribution)
        say(words, "Pass CREDITS.md on with any copy: it names authors, "
                   "sources, licences and changes.");
    if (all.notice)
        say(words, "Keep the texts of the licences that ask for it.");
    if (all.share_alike)
        say(words, "Parts must be passed on under their own licence "
                   "(share-alike); works made of them as well.");
    if (all.non_commercial)
        say(words, "Parts are not for commercial use, so the whole is not.");
    if (all.no_derivatives)
        say(words, "Parts must not be passed on in changed form; cutting tiles "
                   "is a change: keep this collection to yourself.");
    if (is_unknown)
        say(words, "Parts carry no licence that is known here: ask their "
                   "authors before passing the collection on.");
    if (!all.attribution && !is_unknown)
        say(words, "Nothing is asked for; citing the authors is good "
                   "practice.");
    free(list);
    return words;
}

void
akin__licences_markdown(const struct akin_collection *collection,
                        struct akin_buf *out)
{
    size_t n = 0;
    struct akin__licence_count *list = akin__licences_of(collection, &n);
    struct akin_json *words = akin__licences_together(collection);

    akin_buf_puts(out, "| licence | datasets | samples | asks for |\n"
                       "|---|---|---|---|\n");
    for (size_t i = 0; i < n; i++) {
        if (list[i].spdx == NULL)
            akin_buf_puts(out, "| none known ");
        else {
            akin_buf_printf(out, "| [%s](", list[i].spdx);
            akin__licence_url(list[i].spdx, out);
            akin_buf_puts(out, ") ");
        }
        akin_buf_printf(out, "| %zu | %" PRIu64 " | %s |\n", list[i].n_datasets,
                        list[i].n_samples,
                        duty_words(akin__licence_duties(list[i].spdx)));
    }
    akin_buf_puts(out, "\n");
    for (size_t i = 0; i < akin_json_count(words); i++)
        akin_buf_printf(out, "- %s\n",
                        akin_json_string(akin_json_at(words, i)));
    akin_json_free(words);
    free(list);
}
