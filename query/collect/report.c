/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "akin/html.h"

#include "report_html.h"
#include "report_pictures.h"
#include "write_credits.h"
#include "write_licence.h"

#define VALUES_SHOWN 15
#define PEOPLE_SHOWN 400

static void
put_heading(const char *text, struct akin_buf *out)
{
    akin_buf_printf(out, "<h2>%s</h2>\n", text);
}

static void
put_head(const struct akin__manifest *m, struct akin_buf *out)
{
    const struct akin_collection *c = m->c;

    akin_buf_puts(out, "<p class=\"soft\">akin collection ");
    akin_html_text(m->name, out);
    akin_buf_printf(out, " · %s</p>\n<h1>", m->created);
    akin_html_text(akin_buf_text(&m->title), out);
    akin_buf_puts(out, "</h1>\n<p>");
    akin_html_text(akin_buf_text(&m->description), out);
    akin_buf_puts(out, "</p>\n<p class=\"soft\">Index: generation ");
    akin_buf_printf(out, "%u, descriptor ", c->generation);
    akin_html_text(c->descriptor, out);
    akin_buf_printf(out, "; seed %" PRIu64 ".</p>\n", c->options->seed);
    for (size_t i = 0; i < akin_json_count(c->notes); i++) {
        akin_buf_puts(out, "<p><strong>Note:</strong> ");
        akin_html_text(akin_json_string(akin_json_at(c->notes, i)), out);
        akin_buf_puts(out, "</p>\n");
    }
}

/* ---- steps ---- */

/* What a step leaves, in words. */
static const char *
step_words(enum akin_step step)
{
    static const char *const words[AKIN_N_STEPS] = {
        [AKIN_STEP_SELECTED] = "Selected by words, filter, likeness, licence",
        [AKIN_STEP_INFORMATIVE] = "of these with something to see",
        [AKIN_STEP_DISTINCT] = "of these without their copies",
        [AKIN_STEP_BALANCED] = "of these drawn, evenly over clusters"};

    return words[step];
}

static void
put_fates(const struct akin_collection *c, struct akin_buf *out)
{
    akin_buf_puts(out, "<h3>What was left out</h3>\n<table>\n");
    for (int fate = AKIN_FATE_KEPT + 1; fate < AKIN_N_FATES; fate++) {
        if (c->n_fate[fate] == 0)
            continue;
        akin_buf_printf(out, "<tr><td class=\"n\">%" PRIu64 "</td><td>",
                        c->n_fate[fate]);
        akin_html_text(akin_fate_sentence((enum akin_fate)fate), out);
        akin_buf_puts(out, "</td></tr>\n");
    }
    akin_buf_puts(out, "</table>\n");
}

static void
put_left_out(const struct akin_collection *c, struct akin_buf *out)
{
    bool is_begun = false;

    for (size_t i = 0; i < c->n_datasets; i++) {
        if (c->dataset[i].left_out == NULL)
            continue;
        if (!is_begun)
            akin_buf_puts(out, "<h3>Datasets that were left out</h3>\n<ul>\n");
        is_begun = true;
        akin_buf_puts(out, "<li>");
        akin_html_text(c->dataset[i].id, out);
        akin_buf_puts(out, ": ");
        akin_html_text(c->dataset[i].left_out, out);
        akin_buf_puts(out, "</li>\n");
    }
    if (is_begun)
        akin_buf_puts(out, "</ul>\n");
}

static void
put_steps(const struct akin_collection *c, struct akin_buf *out)
{
    put_heading("Step by step", out);
    akin_buf_puts(out, "<table class=\"bars\">\n");
    for (int step = 0; step < AKIN_N_STEPS; step++) {
        char label[128];

        (void)snprintf(label, sizeof(label),
                       "%s (%" PRIu64 " images, %" PRIu64 " datasets)",
                       step_words((enum akin_step)step), c->n_step_images[step],
                       c->n_step_datasets[step]);
        akin__html_bars(label, &c->n_step[step], 1,
                        c->n_step[AKIN_STEP_SELECTED], out);
    }
    akin_buf_puts(out, "</table>\n");
    put_fates(c, out);
    put_left_out(c, out);
}

static void
put_splits(const struct akin_collection *c, struct akin_buf *out)
{
    put_heading("Splits", out);
    akin_buf_puts(out, "<table class=\"bars\">\n");
    for (size_t i = 0; i < c->n_splits; i++) {
        char label[128];

        (void)snprintf(label, sizeof(label), "%.60s (%.0f %% wanted)",
                       c->split[i].name, 100.0 * c->split[i].wanted);
        akin__html_bars(label, &c->split[i].n, 1, c->n_kept, out);
    }
    akin_buf_puts(out, "</table>\n<p class=\"soft\">What belongs together (and "
                       "every group of copies) is in one split.</p>\n");
}

/* ---- composition ---- */

/* The values that are there before or after; the largest as bars. */
static void
put_values(const struct akin_spread *s, struct akin_buf *out)
{
    uint64_t most = 0, others[2] = {0};
    size_t shown = 0, n_others = 0;
    char label[64];

    for (size_t i = 0; i < s->n; i++)
        most = s->value[i].count[AKIN_STEP_DISTINCT] > most
                   ? s->value[i].count[AKIN_STEP_DISTINCT]
                   : most;
    akin_buf_puts(out, "<table class=\"bars\">\n");
    for (size_t i = 0; i < s->n; i++) {
        const struct akin_spread_value *v = &s->value[i];
        uint64_t pair[2] = {v->count[AKIN_STEP_DISTINCT],
                            v->count[AKIN_STEP_BALANCED]};

        if (pair[0] == 0)
            continue;
        if (shown < VALUES_SHOWN) {
            akin__html_bars(v->label != NULL ? v->label : v->value, pair, 2,
                            most, out);
            shown++;
            continue;
        }
        others[0] += pair[0];
        others[1] += pair[1];
        n_others++;
    }
    if (n_others > 0) {
        (void)snprintf(label, sizeof(label), "%zu others", n_others);
        most = others[0] > most ? others[0] : most;
        akin__html_bars(label, others, 2, most, out);
    }
    akin_buf_puts(out, "</table>\n");
}

static void
put_clusters(const struct akin_spread *s, struct akin_buf *out)
{
    uint64_t least[2] = {UINT64_MAX, UINT64_MAX}, most[2] = {0};

    for (size_t i = 0; i < s->n; i++)
        for (size_t k = 0; k < 2; k++) {
            uint64_t n =
                s->value[i]
                    .count[k == 0 ? AKIN_STEP_DISTINCT : AKIN_STEP_BALANCED];

            least[k] = n < least[k] ? n : least[k];
            most[k] = n > most[k] ? n : most[k];
        }
    if (s->n > 0)
        akin_buf_printf(out,
                        "<p>%zu clusters of %" PRIu64 " to %" PRIu64
                        " samples before, %" PRIu64 " to %" PRIu64
                        " after.</p>\n",
                        s->n, least[0], most[0], least[1], most[1]);
}

static void
put_spread(const struct akin_spread *s, struct akin_buf *out)
{
    bool is_cluster = strcmp(s->name, "cluster") == 0;

    akin_buf_puts(out, "<h3>");
    for (const char *p = s->name; *p != '\0'; p++)
        akin_buf_put(out, *p == '_' ? " " : p, 1);
    akin_buf_printf(
        out,
        "</h3>\n<p class=\"soft\">entropy %.2f → %.2f bits, "
        "evenness %.2f → %.2f</p>\n",
        s->entropy[AKIN_STEP_DISTINCT], s->entropy[AKIN_STEP_BALANCED],
        s->evenness[AKIN_STEP_DISTINCT], s->evenness[AKIN_STEP_BALANCED]);
    if (is_cluster) /* their numbers say nothing; their pictures are above */
        put_clusters(s, out);
    else
        put_values(s, out);
}

static void
put_composition(const struct akin_collection *c, struct akin_buf *out)
{
    put_heading("What it is made of, before and after balancing", out);
    akin_buf_puts(out, "<p class=\"key\"><span></span><b>before</b>"
                       "<span></span><b>after</b></p>\n");
    for (size_t i = 0; i < c->n_spreads; i++)
        put_spread(&c->spread[i], out);
}

/* ---- licences, people ---- */

static void
put_licences(const struct akin_collection *c, struct akin_buf *out)
{
    size_t n = 0;
    struct akin__licence_count *list = akin__licences_of(c, &n);
    struct akin_json *words = akin__licences_together(c);

    put_heading("Licences", out);
    akin_buf_puts(out, "<table class=\"bars\">\n");
    for (size_t i = 0; i < n; i++)
        akin__html_bars(list[i].spdx != NULL ? list[i].spdx : "none known",
                        &list[i].n_samples, 1, c->n_kept, out);
    akin_buf_puts(out, "</table>\n<ul>\n");
    for (size_t i = 0; i < akin_json_count(words); i++) {
        akin_buf_puts(out, "<li>");
        akin_html_text(akin_json_string(akin_json_at(words, i)), out);
        akin_buf_puts(out, "</li>\n");
    }
    akin_buf_puts(out, "</ul>\n");
    akin_json_free(words);
    free(list);
}

static void
put_datasets(const struct akin_collection *c, struct akin_buf *out)
{
    put_heading("Sources", out);
    akin_buf_puts(out,
                  "<table class=\"wide\">\n<tr><th>dataset</th><th>title</th>"
                  "<th>licence</th><th>samples</th></tr>\n");
    for (size_t i = 0; i < c->n_datasets; i++) {
        const struct akin_collection_dataset *d = &c->dataset[i];
        const char *spdx = akin_json_text(d->record, "license");

        if (d->n_kept == 0)
            continue;
        akin_buf_puts(out, "<tr><td>");
        akin_html_text(d->id, out);
        akin_buf_puts(out, "</td><td>");
        akin_html_text(akin_json_text(d->record, "title"), out);
        akin_buf_puts(out, "</td><td>");
        akin_html_text(spdx != NULL ? spdx : "none known", out);
        akin_buf_printf(out, "</td><td class=\"n\">%" PRIu64 "</td></tr>\n",
                        d->n_kept);
    }
    akin_buf_puts(out, "</table>\n");
}

static void
put_people(const struct akin_collection *c, struct akin_buf *out)
{
    struct akin_json *people = akin__credits_people(c);
    size_t n = akin_json_count(people);

    put_heading("People", out);
    akin_buf_puts(out, "<p>");
    for (size_t i = 0; i < n && i < PEOPLE_SHOWN; i++) {
        const struct akin_json *person = akin_json_at(people, i);
        const char *orcid = akin_json_text(person, "orcid");

        akin_buf_puts(out, i > 0 ? ", " : "");
        if (orcid != NULL)
            akin_buf_printf(out, "<a href=\"https://orcid.org/%s\">", orcid);
        akin_html_text(akin_json_text(person, "name"), out);
        akin_buf_puts(out, orcid != NULL ? "</a>" : "");
    }
    if (n > PEOPLE_SHOWN)
        akin_buf_printf(out, " and %zu more", n - PEOPLE_SHOWN);
    akin_buf_puts(out, n > 0 ? "</p>\n" : "No names are known.</p>\n");
    akin_json_free(people);
}

enum akin_status
akin__report_write(const struct akin__manifest *m, struct akin__spool *spool,
                   struct akin_buf *out, struct akin_error *err)
{
    enum akin_status st;

    akin__html_begin(akin_buf_text(&m->title), out);
    put_head(m, out);
    put_steps(m->c, out);
    put_splits(m->c, out);
    put_heading("Clusters of similar content", out);
    st = akin__report_clusters(m->c, spool, out, err);
    if (st != AKIN_OK)
        return st;
    put_composition(m->c, out);
    put_heading("Copies that were found", out);
    akin__report_copies(m->c, out);
    put_licences(m->c, out);
    put_datasets(m->c, out);
    put_people(m->c, out);
    akin__html_end(out);
    return AKIN_OK;
}
