/* SPDX-License-Identifier: Apache-2.0 */
#include "record_rocrate_internal.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- people ---- */

static void
add_affiliations(struct akin__crate *crate, const struct akin_json *person,
                 struct akin_json *author)
{
    const struct akin_json *all = akin__crate_get(person, "affiliation"), *one;

    for (size_t i = 0; (one = akin__value_at(all, i)) != NULL; i++) {
        const char *id = NULL, *name = akin_json_string(one);
        const struct akin_json *node = akin__crate_node(crate, one, &id);

        if (name == NULL)
            name = akin__crate_text(node, "name");
        if (name == NULL && id != NULL)
            akin__crate_dangling(crate, "/authors/affiliations", id);
        akin__add_line(author, "affiliations", name);
    }
    /* IDR has no organisations, but an address that begins with one. */
    if (akin_json_count(akin_json_get(author, "affiliations")) == 0)
        akin__add_line(author, "affiliations",
                       akin__crate_text(person, "address"));
}

static void
set_person_name(const struct akin_json *person, struct akin_json *author)
{
    const char *given = akin__crate_text(person, "givenName");
    const char *family = akin__crate_text(person, "familyName");
    struct akin_buf name = {0};

    if (akin__set_line(author, "name", akin__crate_text(person, "name")))
        return;
    akin_buf_printf(&name, "%s %s", given == NULL ? "" : given,
                    family == NULL ? "" : family);
    (void)akin__set_line(author, "name", akin_buf_text(&name));
    akin_buf_free(&name);
}

static void
add_author(struct akin__crate *crate, const struct akin_json *value, size_t i)
{
    struct akin_json *author = akin_json_object();
    const char *id = NULL;
    const struct akin_json *person = akin__crate_node(crate, value, &id);
    char path[40];

    (void)snprintf(path, sizeof(path), "/authors/%zu", i);
    if (akin_json_string(value) != NULL)
        (void)akin__set_line(author, "name", akin_json_string(value));
    else
        set_person_name(person, author);
    if (id != NULL && strstr(id, "orcid.org") != NULL)
        akin__set_orcid(author, id, crate->report, path);
    else
        akin__set_orcid(author, akin__crate_text(person, "orcid"),
                        crate->report, path);
    add_affiliations(crate, person, author);
    akin__add_line(author, "role", akin__crate_text(person, "roleName"));
    if (person == NULL && id != NULL)
        akin__crate_dangling(crate, path, id);
    if (akin_json_text(author, "name") == NULL && id != NULL)
        akin_record_note(crate->report, "warning", "author_unnamed", path,
                         "the author \"%s\" has no name", id);
    if (akin_json_text(author, "name") != NULL)
        akin_json_append(akin__sub_array(crate->record, "authors"), author);
    else
        akin_json_free(author);
}

static void
add_funder(struct akin__crate *crate, const struct akin_json *value)
{
    struct akin_json *funder = akin_json_object();
    const char *id = NULL;
    const struct akin_json *node = akin__crate_node(crate, value, &id);
    const struct akin_json *of =
        akin__value_at(akin__crate_get(node, "funder"), 0);
    const char *of_id = NULL;

    if (akin__crate_is(node, "Grant")) {
        const char *number = akin__crate_text(node, "identifier");
        const struct akin_json *agency = akin__crate_node(crate, of, &of_id);

        (void)akin__set_line(funder, "name",
                             of == NULL || akin_json_string(of) != NULL
                                 ? akin_json_string(of)
                                 : akin__crate_text(agency, "name"));
        (void)akin__set_line(funder, "grant",
                             number != NULL ? number
                                            : akin__crate_text(node, "name"));
    } else {
        (void)akin__set_line(funder, "name",
                             akin_json_string(value) != NULL
                                 ? akin_json_string(value)
                                 : akin__crate_text(node, "name"));
    }
    if (node == NULL && id != NULL)
        akin__crate_dangling(crate, "/funders", id);
    akin_json_append(akin__sub_array(crate->record, "funders"), funder);
}

void
akin__crate_people(struct akin__crate *crate, const struct akin_json *root)
{
    const struct akin_json *all = akin__crate_get(root, "author"), *one;

    if (all == NULL)
        all = akin__crate_get(root, "creator");
    for (size_t i = 0; (one = akin__value_at(all, i)) != NULL; i++)
        add_author(crate, one, i);
    all = akin__crate_get(root, "funder");
    for (size_t i = 0; (one = akin__value_at(all, i)) != NULL; i++)
        add_funder(crate, one);
}

/* ---- papers ---- */

/* A bare number of a ScholarlyArticle is a PubMed id. */
static bool
is_pubmed(const char *id)
{
    struct akin_buf digits = {0};
    bool is = id != NULL && akin_pubmed_normalize(id, &digits) &&
              (!isdigit((unsigned char)id[0]) || digits.len >= 5);

    akin_buf_free(&digits);
    return is;
}

static bool
is_doi(const char *id)
{
    struct akin_buf doi = {0};
    bool is = id != NULL && akin_doi_normalize(id, &doi);

    akin_buf_free(&doi);
    return is;
}

/* Takes what one address of a paper is good for. */
static void
take_address(struct akin__publication *paper, const char *id)
{
    if (is_doi(id) && paper->doi == NULL)
        paper->doi = id;
    else if (is_pubmed(id) && paper->pubmed == NULL)
        paper->pubmed = id;
    else if (id != NULL && strstr(id, "://") != NULL && paper->url == NULL)
        paper->url = id;
}

static void
add_paper(struct akin__crate *crate, const struct akin_json *value,
          const char *property)
{
    struct akin__publication paper = {0};
    const char *id = NULL, *name;
    const struct akin_json *node = akin__crate_node(crate, value, &id), *same;

    name = akin__crate_text(node, "name");
    take_address(&paper, id != NULL ? id : akin_json_string(value));
    same = akin__crate_get(node, "sameAs");
    for (size_t i = 0; akin__value_at(same, i) != NULL; i++) {
        const struct akin_json *one = akin__value_at(same, i);

        take_address(&paper, akin_json_string(one) != NULL
                                 ? akin_json_string(one)
                                 : akin_json_text(one, "@id"));
    }
    if (name != NULL && strstr(name, "://") != NULL &&
        strchr(name, ' ') == NULL)
        take_address(&paper, name); /* an address instead of a title */
    else
        paper.title = name;
    paper.year = akin__crate_text(node, "datePublished");
    if (node == NULL && id != NULL && paper.doi == NULL && paper.pubmed == NULL)
        akin__crate_dangling(crate, property, id);
    akin__add_publication(crate->record, &paper, crate->report);
}

void
akin__crate_papers(struct akin__crate *crate, const struct akin_json *root)
{
    static const char *const properties[] = {"citation", "seeAlso"};

    for (size_t p = 0; p < AKIN_COUNT(properties); p++) {
        const struct akin_json *all = akin__crate_get(root, properties[p]);
        const struct akin_json *one;

        for (size_t i = 0; (one = akin__value_at(all, i)) != NULL; i++)
            add_paper(crate, one, "/publications");
    }
}
