/* SPDX-License-Identifier: Apache-2.0 */
/* People, papers, REMBI and MIFA of records written by people. */
#include "record_dataset_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- people, papers, money ---- */

void
akin__copy_lines(const struct akin_json *from, const char *name,
                 struct akin_json *to, const char *key)
{
    const struct akin_json *all = akin__get_named(from, name), *one;

    for (size_t i = 0; (one = akin__value_at(all, i)) != NULL; i++) {
        const char *text = akin_json_string(one);

        akin__add_line(to, key,
                       text != NULL ? text : akin_json_text(one, "name"));
    }
}

static struct akin_json *
author_of(struct akin__job *job, const struct akin_json *one, const char *path)
{
    struct akin_json *author = akin_json_object();
    const char *text = akin_json_string(one);

    if (text != NULL) {
        char *name = akin_strndup(text, strcspn(text, "(<["));

        if (strpbrk(text, "0123456789") != NULL)
            akin__set_orcid(author, text, job->report, path);
        (void)akin__set_line(author, "name", name);
        free(name);
        return author;
    }
    (void)akin__set_line(author, "name",
                         akin_json_string(akin__get_named(one, "name")));
    akin__set_orcid(author, akin_json_string(akin__get_named(one, "orcid")),
                    job->report, path);
    akin__copy_lines(one, "affiliation", author, "affiliations");
    akin__copy_lines(one, "affiliations", author, "affiliations");
    akin__copy_lines(one, "role", author, "role");
    akin__copy_lines(one, "roles", author, "role");
    return author;
}

static void
put_authors_of(struct akin__job *job, struct akin_json *object, const char *key,
               const struct akin_json *value, const char *path)
{
    const struct akin_json *one;

    for (size_t i = 0; (one = akin__value_at(value, i)) != NULL; i++) {
        struct akin_json *author = author_of(job, one, path);

        if (akin_json_text(author, "name") != NULL)
            akin_json_append(akin__sub_array(object, key), author);
        else
            akin_json_free(author);
    }
}

void
akin__put_authors(struct akin__job *job, const char *key,
                  const struct akin_json *value)
{
    put_authors_of(job, job->record, key, value, "/authors");
}

void
akin__put_publications(struct akin__job *job, const char *key,
                       const struct akin_json *value)
{
    const struct akin_json *one;
    char scratch[32], year[32];

    (void)key;
    for (size_t i = 0; (one = akin__value_at(value, i)) != NULL; i++) {
        struct akin__publication found = {
            .title = akin_json_string(akin__get_named(one, "title")),
            .doi = akin_json_string(akin__get_named(one, "doi")),
            .pubmed =
                akin__value_text(akin__get_named(one, "pubmed_id"), scratch),
            .url = akin_json_string(akin__get_named(one, "url")),
            .authors = akin_json_string(akin__get_named(one, "authors")),
            .year = akin__value_text(akin__get_named(one, "year"), year),
        };
        struct akin_buf doi = {0};
        const char *text = akin_json_string(one);

        if (text != NULL && akin_doi_normalize(text, &doi))
            found.doi = text;
        else if (text != NULL && strstr(text, "://") != NULL)
            found.url = text;
        else if (text != NULL)
            found.title = text;
        akin_buf_free(&doi);
        akin__add_publication(job->record, &found, job->report);
    }
}

void
akin__put_funders(struct akin__job *job, const char *key,
                  const struct akin_json *value)
{
    const struct akin_json *one;
    char scratch[32];

    for (size_t i = 0; (one = akin__value_at(value, i)) != NULL; i++) {
        struct akin_json *funder = akin_json_object();
        const char *text = akin_json_string(one);

        (void)akin__set_line(
            funder, "name",
            text != NULL ? text
                         : akin_json_string(akin__get_named(one, "name")));
        (void)akin__set_line(
            funder, "grant",
            akin__value_text(akin__get_named(one, "grant"), scratch));
        akin_json_append(akin__sub_array(job->record, key), funder);
    }
}

/* ---- rembi and mifa ---- */

/* A module of REMBI is a list of objects; a text becomes one with a title. */
void
akin__put_rembi(struct akin__job *job, const char *key,
                const struct akin_json *value)
{
    struct akin_json *module;
    const char *name;
    void *it = NULL;

    while (akin_json_next(value, &it, &name, &module)) {
        const struct akin_json *one;

        for (size_t i = 0; (one = akin__value_at(module, i)) != NULL; i++) {
            struct akin_json *object = NULL;

            if (akin_json_type(one) == AKIN_JSON_OBJECT)
                object = akin_json_copy(one);
            else if (akin_json_string(one) != NULL)
                object = akin_json_object();
            if (akin_json_string(one) != NULL)
                (void)akin__set_line(object, "title", akin_json_string(one));
            if (object != NULL)
                akin_json_append(
                    akin__sub_array(akin__sub_object(job->record, key), name),
                    object);
        }
    }
}

void
akin__put_annotation_type(struct akin__job *job, const char *key,
                          const struct akin_json *value)
{
    const struct akin_json *one;

    (void)key;
    for (size_t i = 0; (one = akin__value_at(value, i)) != NULL; i++) {
        struct akin_json *annotation;

        if (akin_json_string(one) == NULL)
            continue;
        annotation = akin_json_object();
        akin__add_annotation_types(job->record, annotation,
                                   akin_json_string(one), job->report);
        akin_json_append(akin__sub_array(akin__sub_object(job->record, "mifa"),
                                         "annotations"),
                         annotation);
    }
}

static void
put_annotation(struct akin__job *job, const struct akin_json *one)
{
    static const char *const texts[] = {
        "title",           "contact",
        "overview",        "method",
        "confidence",      "criteria",
        "coverage",        "source_images",
        "transformations", "spatial_information",
        "modified"};
    struct akin_json *annotation = akin_json_object();
    struct akin_json *rest = akin_json_copy(one);
    const struct akin_json *types = akin__get_named(one, "type"), *type;

    put_authors_of(job, annotation, "authors", akin__get_named(one, "authors"),
                   "/mifa/annotations/authors");
    for (size_t i = 0; (type = akin__value_at(types, i)) != NULL; i++)
        akin__add_annotation_types(job->record, annotation,
                                   akin_json_string(type), job->report);
    akin_json_unset(rest, "authors");
    akin_json_unset(rest, "type");
    akin__put_members(job, annotation, texts, AKIN_COUNT(texts), "annotations",
                      rest);
    akin_json_free(rest);
    akin_json_append(
        akin__sub_array(akin__sub_object(job->record, "mifa"), "annotations"),
        annotation);
}

void
akin__put_mifa(struct akin__job *job, const char *key,
               const struct akin_json *value)
{
    const struct akin_json *all = akin__get_named(value, "annotations"), *one;

    (void)key;
    if (akin_json_type(value) == AKIN_JSON_ARRAY)
        all = value;
    for (size_t i = 0; (one = akin__value_at(all, i)) != NULL; i++)
        if (akin_json_type(one) == AKIN_JSON_OBJECT)
            put_annotation(job, one);
}
