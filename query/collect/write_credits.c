/* SPDX-License-Identifier: Apache-2.0 */
#include "write_credits.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "write_licence.h"

void
akin__markdown_text(const char *text, struct akin_buf *out)
{
    for (; *text != '\0'; text++) {
        if (strchr("\\`*_[]<>#|", *text) != NULL)
            akin_buf_put(out, "\\", 1);
        akin_buf_put(out, *text == '\n' ? " " : text, 1);
    }
}

/* ---- people ---- */

static void
put_person(const struct akin_json *person, struct akin_buf *out)
{
    const char *orcid = akin_json_text(person, "orcid");
    const char *name = akin_json_text(person, "name");

    akin__markdown_text(name != NULL ? name : "(no name)", out);
    if (orcid != NULL)
        akin_buf_printf(out, " ([%s](https://orcid.org/%s))", orcid, orcid);
}

static void
put_people(const char *title, const struct akin_json *people,
           struct akin_buf *out)
{
    size_t n = akin_json_count(people);

    akin_buf_printf(out, "- %s: %s", title,
                    n == 0 ? "not named in its record; see the source" : "");
    for (size_t i = 0; i < n; i++) {
        akin_buf_puts(out, i > 0 ? ", " : "");
        put_person(akin_json_at(people, i), out);
    }
    akin_buf_puts(out, "\n");
}

static bool
is_same(const struct akin_json *a, const struct akin_json *b, const char *key)
{
    const char *x = akin_json_text(a, key), *y = akin_json_text(b, key);

    return x != NULL && y != NULL && strcmp(x, y) == 0;
}

/* By ORCID; else by name, where one of both has none. */
static struct akin_json *
find_person(const struct akin_json *people, const struct akin_json *person)
{
    struct akin_json *named = NULL;

    for (size_t i = 0; i < akin_json_count(people); i++) {
        struct akin_json *other = akin_json_at(people, i);

        if (is_same(other, person, "orcid"))
            return other;
        if (named == NULL && is_same(other, person, "name") &&
            (akin_json_text(other, "orcid") == NULL ||
             akin_json_text(person, "orcid") == NULL))
            named = other;
    }
    return named;
}

static void
add_text_once(struct akin_json *object, const char *key, const char *text)
{
    struct akin_json *list = akin_json_get(object, key);

    for (size_t i = 0; i < akin_json_count(list); i++)
        if (strcmp(akin_json_string(akin_json_at(list, i)), text) == 0)
            return;
    akin_json_append(list, akin_json_new_string(text));
}

static void
add_people(struct akin_json *people, const struct akin_json *from,
           const char *role, const char *dataset)
{
    for (size_t i = 0; i < akin_json_count(from); i++) {
        const struct akin_json *person = akin_json_at(from, i);
        struct akin_json *known = find_person(people, person);

        if (akin_json_text(person, "name") == NULL &&
            akin_json_text(person, "orcid") == NULL)
            continue;
        if (known == NULL) {
            known = akin_json_object();
            akin_json_set_text(known, "name", akin_json_text(person, "name"));
            akin_json_set_text(known, "orcid", akin_json_text(person, "orcid"));
            akin_json_set(known, "role", akin_json_array());
            akin_json_set(known, "datasets", akin_json_array());
            akin_json_append(people, known);
        }
        if (akin_json_text(known, "orcid") == NULL)
            akin_json_set_text(known, "orcid", akin_json_text(person, "orcid"));
        add_text_once(known, "role", role);
        add_text_once(known, "datasets", dataset);
    }
}

static struct akin_json *
annotators_of(const struct akin_json *record)
{
    const struct akin_json *sets =
        akin_json_get(akin_json_get(record, "mifa"), "annotations");
    struct akin_json *people = akin_json_array();

    for (size_t i = 0; i < akin_json_count(sets); i++) {
        const struct akin_json *authors =
            akin_json_get(akin_json_at(sets, i), "authors");

        for (size_t k = 0; k < akin_json_count(authors); k++)
            if (find_person(people, akin_json_at(authors, k)) == NULL)
                akin_json_append(people,
                                 akin_json_share(akin_json_at(authors, k)));
    }
    return people;
}

struct akin_json *
akin__credits_people(const struct akin_collection *c)
{
    struct akin_json *people = akin_json_array();

    for (size_t i = 0; i < c->n_datasets; i++) {
        const struct akin_json *record = c->dataset[i].record;
        struct akin_json *annotators;

        if (c->dataset[i].n_kept == 0)
            continue;
        annotators = annotators_of(record);
        add_people(people, akin_json_get(record, "authors"), "author",
                   c->dataset[i].id);
        add_people(people, annotators, "annotator", c->dataset[i].id);
        akin_json_free(annotators);
    }
    return people;
}

/* ---- CREDITS.md ---- */

static void
put_publication(const struct akin_json *paper, struct akin_buf *out)
{
    static const char *const parts[] = {"authors", "title"};
    const char *doi = akin_json_text(paper, "doi");
    const char *pubmed = akin_json_text(paper, "pubmed_id");
    int64_t year = 0;

    akin_buf_puts(out, "- Publication: ");
    for (size_t i = 0; i < AKIN_COUNT(parts); i++)
        if (akin_json_text(paper, parts[i]) != NULL) {
            akin__markdown_text(akin_json_text(paper, parts[i]), out);
            akin_buf_puts(out, ". ");
        }
    if (akin_json_int(akin_json_get(paper, "year"), &year))
        akin_buf_printf(out, "%" PRId64 ". ", year);
    if (doi != NULL)
        akin_buf_printf(out, "[doi:%s](https://doi.org/%s)", doi, doi);
    else if (pubmed != NULL)
        akin_buf_printf(out, "PubMed %s", pubmed);
    akin_buf_puts(out, "\n");
}

static void
put_funders(const struct akin_json *funders, struct akin_buf *out)
{
    for (size_t i = 0; i < akin_json_count(funders); i++) {
        const struct akin_json *funder = akin_json_at(funders, i);
        const char *name = akin_json_text(funder, "name");
        const char *grant = akin_json_text(funder, "grant");

        akin_buf_puts(out, i == 0 ? "- Funding: " : "; ");
        akin__markdown_text(name != NULL ? name : "", out);
        if (grant != NULL) {
            akin_buf_puts(out, name != NULL ? ", " : "");
            akin__markdown_text(grant, out);
        }
    }
    if (akin_json_count(funders) > 0)
        akin_buf_puts(out, "\n");
}

/* What a record of its own form says of where it came from: "source_repo" and
 * the like have no place in the canonical one. */
static void
put_origin(const struct akin_json *record, struct akin_buf *out)
{
    const struct akin_json *extra = akin_json_get(record, "extra");
    struct akin_json *value = NULL;
    const char *name = NULL;
    void *it = NULL;

    while (akin_json_next(extra, &it, &name, &value)) {
        if (strncmp(name, "source", 6) != 0 || akin_json_string(value) == NULL)
            continue;
        akin_buf_puts(out, "; ");
        akin__markdown_text(name, out);
        akin_buf_puts(out, ": ");
        akin__markdown_text(akin_json_string(value), out);
    }
}

static void
put_source(const struct akin_collection_dataset *d, struct akin_buf *out)
{
    const struct akin_json *identifier = akin_json_get(d->record, "identifier");
    const char *uri = akin_json_text(d->record, "uri");
    const char *doi = akin_json_text(identifier, "doi");
    const char *publisher =
        akin_json_text(akin_json_get(d->record, "publisher"), "name");

    if (uri == NULL)
        uri = akin_json_text(identifier, "url");
    akin_buf_puts(out, "- Source: ");
    if (publisher != NULL) {
        akin__markdown_text(publisher, out);
        akin_buf_puts(out, ", ");
    }
    akin__markdown_text(d->id, out);
    akin_buf_printf(out, ", version %u", d->version);
    if (uri != NULL)
        akin_buf_printf(out, ", <%s>", uri);
    if (doi != NULL)
        akin_buf_printf(out, ", [doi:%s](https://doi.org/%s)", doi, doi);
    put_origin(d->record, out);
    akin_buf_puts(out, "\n");
}

static void
put_licence(const struct akin_json *record, struct akin_buf *out)
{
    const char *spdx = akin_json_text(record, "license");
    const char *original = akin_json_text(record, "license_original");

    akin_buf_puts(out, "- Licence: ");
    if (spdx != NULL) {
        akin_buf_printf(out, "[%s](", spdx);
        akin__licence_url(spdx, out);
        akin_buf_puts(out, ")");
    } else
        akin_buf_puts(out, "none known");
    if (original != NULL) {
        akin_buf_puts(out, " (given as: ");
        akin__markdown_text(original, out);
        akin_buf_puts(out, ")");
    }
    akin_buf_puts(out, "\n");
}

static void
put_changes(const struct akin_collection *c,
            const struct akin_collection_dataset *d, struct akin_buf *out)
{
    const struct akin_collect_output *how = &c->options->output;

    akin_buf_printf(
        out, "- Used: %" PRIu64 " %s of %u images. Changes: ", d->n_kept,
        c->options->unit == AKIN_COLLECT_PLANES ? "planes" : "tiles",
        (unsigned)d->n_images);
    if (c->options->unit == AKIN_COLLECT_TILES)
        akin_buf_puts(out, "cut into tiles, also at reduced size; ");
    if (how->bits == 8)
        akin_buf_puts(out, "brought to 8 bit where they had more; ");
    if (how->edge_px > 0)
        akin_buf_printf(out, "scaled to %u px; ", how->edge_px);
    akin_buf_puts(out, "saved as PNG; annotations left out.\n");
}

static void
put_dataset(const struct akin_collection *c,
            const struct akin_collection_dataset *d, struct akin_buf *out)
{
    const char *title = akin_json_text(d->record, "title");
    const struct akin_json *papers = akin_json_get(d->record, "publications");
    struct akin_json *annotators = annotators_of(d->record);

    akin_buf_puts(out, "\n## ");
    akin__markdown_text(title != NULL ? title : d->id, out);
    akin_buf_puts(out, "\n");
    put_source(d, out);
    put_licence(d->record, out);
    put_people("Authors", akin_json_get(d->record, "authors"), out);
    if (akin_json_count(annotators) > 0)
        put_people("Annotators", annotators, out);
    for (size_t i = 0; i < akin_json_count(papers); i++)
        put_publication(akin_json_at(papers, i), out);
    put_funders(akin_json_get(d->record, "funders"), out);
    put_changes(c, d, out);
    akin_json_free(annotators);
}

void
akin__credits_markdown(const struct akin_collection *c, struct akin_buf *out)
{
    akin_buf_puts(out,
                  "# Credits\n\nThis collection was assembled by akin from "
                  "the datasets below. It would not be without those who "
                  "made, described and published them: cite them "
                  "(citations.bib).\n\n## Licences\n\n");
    akin__licences_markdown(c, out);
    for (size_t i = 0; i < c->n_datasets; i++)
        if (c->dataset[i].n_kept > 0)
            put_dataset(c, &c->dataset[i], out);
}

/* ---- citations.bib ---- */

/* BibTeX and TeX give these a meaning; braces are dropped, since an odd one
 * would end the entry. */
static void
put_bibtex(const char *text, struct akin_buf *out)
{
    for (; *text != '\0'; text++) {
        if (strchr("{}\\", *text) != NULL)
            continue;
        if (*text == '~' || *text == '^') {
            akin_buf_printf(out, "\\%c{}", *text);
            continue;
        }
        if (strchr("&%$#_", *text) != NULL)
            akin_buf_put(out, "\\", 1);
        akin_buf_put(out, (unsigned char)*text < ' ' ? " " : text, 1);
    }
}

static void
put_field(const char *name, const char *text, struct akin_buf *out)
{
    if (text == NULL || text[0] == '\0')
        return;
    akin_buf_printf(out, "  %s = {", name);
    put_bibtex(text, out);
    akin_buf_puts(out, "},\n");
}

/* Addresses are taken as they are: styles make links of them. */
static void
put_address(const char *name, const char *text, struct akin_buf *out)
{
    if (text == NULL || text[0] == '\0')
        return;
    akin_buf_printf(out, "  %s = {", name);
    for (; *text != '\0'; text++)
        if ((unsigned char)*text > ' ' && strchr("{}\\", *text) == NULL)
            akin_buf_put(out, text, 1);
    akin_buf_puts(out, "},\n");
}

/* Letters, digits and dashes of an id: what every BibTeX takes as a key. */
static bool
is_plain(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z');
}

static bool
is_same_key(const char *a, const char *b)
{
    for (; *a != '\0' && *b != '\0'; a++, b++)
        if (is_plain(*a) || is_plain(*b) ? *a != *b : false)
            return false;
    return *a == *b;
}

/* Ids that differ in other letters only are told apart by a number. */
static void
put_key(const struct akin_collection *c,
        const struct akin_collection_dataset *d, struct akin_buf *out)
{
    size_t before = 0;

    for (const char *p = d->id; *p != '\0'; p++)
        akin_buf_put(out, is_plain(*p) ? p : "-", 1);
    for (const struct akin_collection_dataset *o = c->dataset; o < d; o++)
        before += o->n_kept > 0 && is_same_key(o->id, d->id);
    if (before > 0)
        akin_buf_printf(out, "--%zu", before + 1);
}

static void
put_author_field(const struct akin_json *authors, struct akin_buf *out)
{
    size_t n = akin_json_count(authors), told = 0;

    for (size_t i = 0; i < n; i++) {
        const char *name = akin_json_text(akin_json_at(authors, i), "name");

        if (name == NULL)
            continue;
        akin_buf_puts(out, told++ == 0 ? "  author = {{" : "} and {");
        put_bibtex(name, out);
    }
    if (told > 0)
        akin_buf_puts(out, "}},\n");
}

static void
put_year(const struct akin_json *object, struct akin_buf *out)
{
    int64_t year = 0;

    if (akin_json_int(akin_json_get(object, "year"), &year))
        akin_buf_printf(out, "  year = {%" PRId64 "},\n", year);
}

static void
put_data_entry(const struct akin_collection *c,
               const struct akin_collection_dataset *d, struct akin_buf *out)
{
    const struct akin_json *identifier = akin_json_get(d->record, "identifier");

    akin_buf_puts(out, "@misc{");
    put_key(c, d, out);
    akin_buf_puts(out, ",\n");
    put_author_field(akin_json_get(d->record, "authors"), out);
    put_field("title", akin_json_text(d->record, "title"), out);
    put_year(d->record, out);
    put_field("publisher",
              akin_json_text(akin_json_get(d->record, "publisher"), "name"),
              out);
    put_address("doi", akin_json_text(identifier, "doi"), out);
    put_address("url", akin_json_text(d->record, "uri"), out);
    put_field("note", d->id, out);
    akin_buf_puts(out, "}\n\n");
}

static void
put_paper_entry(const struct akin_collection *c,
                const struct akin_collection_dataset *d, size_t i,
                struct akin_buf *out)
{
    const struct akin_json *paper =
        akin_json_at(akin_json_get(d->record, "publications"), i);

    akin_buf_puts(out, "@article{");
    put_key(c, d, out);
    akin_buf_printf(out, "-paper-%zu,\n", i + 1);
    put_field("author", akin_json_text(paper, "authors"), out);
    put_field("title", akin_json_text(paper, "title"), out);
    put_year(paper, out);
    put_address("doi", akin_json_text(paper, "doi"), out);
    put_address("url", akin_json_text(paper, "url"), out);
    put_field("pmid", akin_json_text(paper, "pubmed_id"), out);
    akin_buf_puts(out, "}\n\n");
}

void
akin__credits_bibtex(const struct akin_collection *c, struct akin_buf *out)
{
    for (size_t i = 0; i < c->n_datasets; i++) {
        const struct akin_collection_dataset *d = &c->dataset[i];
        size_t n = akin_json_count(akin_json_get(d->record, "publications"));

        if (d->n_kept == 0)
            continue;
        put_data_entry(c, d, out);
        for (size_t k = 0; k < n; k++)
            put_paper_entry(c, d, k, out);
    }
}
