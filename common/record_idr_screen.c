/* SPDX-License-Identifier: Apache-2.0 */
/* Screens and experiments of an IDR study -> REMBI modules and sizes. */
#include "record_idr_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void
akin__idr_terms(struct akin__idr *idr, const struct akin_json *labels,
                const struct akin_json *ids, const char *key,
                const char *prefix, struct akin_json *object)
{
    size_t n = akin_json_count(akin_json_get(labels, "values"));
    size_t m = akin_json_count(akin_json_get(ids, "values"));
    char path[64];

    (void)snprintf(path, sizeof(path), "/%s", key);
    for (size_t i = 0; i < (n > m ? n : m); i++) {
        const char *id = akin__idr_value(ids, i);
        struct akin_json *term = akin_json_object();
        struct akin_buf curie = {0};

        if (id != NULL && akin_curie_normalize(id, prefix, &curie))
            akin_json_set_text(term, "id", akin_buf_text(&curie));
        else if (id != NULL)
            akin__keep_unclear(idr->record, idr->report, path, id,
                               "no id of a term");
        akin_buf_free(&curie);
        (void)akin__set_line(term, "label", akin__idr_value(labels, i));
        if (object != NULL)
            akin__add_term(object, key, akin_json_copy(term), NULL, "");
        akin__add_term(idr->record, key, term, idr->report, path);
    }
}

static void
add_module(struct akin__idr *idr, const char *module, struct akin_json *object)
{
    if (akin_json_count(object) == 0)
        akin_json_free(object);
    else
        akin_json_append(
            akin__sub_array(akin__sub_object(idr->record, "rembi"), module),
            object);
}

/* ---- one block ---- */

/* "Screen X" or "Experiment X" in a block. */
static const struct akin_json *
block_line(const struct akin__idr *idr, size_t from, size_t to,
           const char *what)
{
    static const char *const kinds[] = {"Screen", "Experiment"};
    const struct akin_json *line = NULL;

    for (size_t i = 0; i < AKIN_COUNT(kinds) && line == NULL; i++) {
        struct akin_buf key = {0};

        akin_buf_printf(&key, "%s %s", kinds[i], what);
        line = akin__idr_line(idr, from, to, akin_buf_text(&key));
        akin_buf_free(&key);
    }
    return line;
}

static const char *
protocol_module(const char *name)
{
    static const struct {
        const char *word, *module;
    } words[] = {{"growth", "growth_protocols"},
                 {"analysis", "analyses"},
                 {"acquisition", "acquisitions"},
                 {"acquistion", "acquisitions"}, /* so in many studies */
                 {"imaging", "acquisitions"}};

    for (size_t i = 0; i < AKIN_COUNT(words) && name != NULL; i++)
        for (const char *p = name; *p != '\0'; p++)
            if (strncasecmp(p, words[i].word, strlen(words[i].word)) == 0)
                return words[i].module;
    return "protocols";
}

static void
read_protocols(struct akin__idr *idr, size_t from, size_t to)
{
    const struct akin_json *names =
        akin__idr_line(idr, from, to, "Protocol Name");
    const struct akin_json *types =
        akin__idr_line(idr, from, to, "Protocol Type");
    const struct akin_json *texts =
        akin__idr_line(idr, from, to, "Protocol Description");

    for (size_t i = 0; i < akin_json_count(akin_json_get(names, "values"));
         i++) {
        struct akin_json *protocol = akin_json_object();
        const char *name = akin__idr_value(names, i);
        const char *type = akin__idr_value(types, i);

        (void)akin__set_line(protocol, "title", name);
        (void)akin__set_paragraphs(protocol, "description",
                                   akin__idr_value(texts, i));
        add_module(idr, protocol_module(type != NULL ? type : name), protocol);
    }
}

static void
read_phenotypes(struct akin__idr *idr, size_t from, size_t to)
{
    const struct akin_json *names =
        akin__idr_line(idr, from, to, "Phenotype Name");
    const struct akin_json *ids =
        akin__idr_line(idr, from, to, "Phenotype Term Accession");
    const struct akin_json *labels =
        akin__idr_line(idr, from, to, "Phenotype Term Name");

    for (size_t i = 0; i < akin_json_count(akin_json_get(names, "values"));
         i++) {
        struct akin_json *phenotype = akin_json_object();
        const char *id = akin__idr_value(ids, i);
        struct akin_buf curie = {0};

        (void)akin__set_line(phenotype, "title", akin__idr_value(names, i));
        if (id != NULL && akin_curie_normalize(id, NULL, &curie))
            akin_json_set_text(phenotype, "id", akin_buf_text(&curie));
        (void)akin__set_line(phenotype, "label", akin__idr_value(labels, i));
        akin_buf_free(&curie);
        add_module(idr, "phenotypes", phenotype);
    }
}

/* "5D Images: 109728" among the values of the size line: added to the sum. */
static void
add_images(const struct akin_json *line, int64_t *sum)
{
    static const char word[] = "5D Images:";

    for (size_t i = 0; i < akin_json_count(akin_json_get(line, "values"));
         i++) {
        const char *text = akin__idr_value(line, i);
        struct akin_json *number;
        int64_t count;

        if (text == NULL || strncasecmp(text, word, sizeof(word) - 1) != 0)
            continue;
        number = akin_json_new_string(text + sizeof(word) - 1);
        if (akin_count_normalize(number, &count) && count <= INT64_MAX - *sum)
            *sum += count;
        akin_json_free(number);
    }
}

static void
read_block(struct akin__idr *idr, size_t from, size_t to, int64_t *images)
{
    struct akin_json *acquisition = akin_json_object();
    struct akin_json *component = akin_json_object();
    const struct akin_json *name =
        akin__idr_line(idr, from, to, "Comment[IDR Screen Name]");
    const char *sample =
        akin__idr_value(block_line(idr, from, to, "Sample Type"), 0);

    if (name == NULL)
        name = akin__idr_line(idr, from, to, "Comment[IDR Experiment Name]");
    (void)akin__set_line(component, "title", akin__idr_value(name, 0));
    (void)akin__set_paragraphs(
        component, "description",
        akin__idr_value(block_line(idr, from, to, "Description"), 0));
    (void)akin__set_line(
        component, "comments",
        akin__idr_value(block_line(idr, from, to, "Comments"), 0));
    akin__idr_terms(idr, block_line(idr, from, to, "Imaging Method"),
                    block_line(idr, from, to, "Imaging Method Term Accession"),
                    "imaging_method", "FBbi", acquisition);
    if (akin_json_count(acquisition) > 0)
        (void)akin__set_line(acquisition, "title", akin__idr_value(name, 0));
    if (sample != NULL) {
        struct akin_json *biosample = akin_json_object();

        (void)akin__set_line(biosample, "title", sample);
        add_module(idr, "biosamples", biosample);
        akin__add_term(idr->record, "biological_entity",
                       akin_term_parse(sample, NULL, NULL), NULL, "");
    }
    add_module(idr, "components", component);
    add_module(idr, "acquisitions", acquisition);
    read_protocols(idr, from, to);
    read_phenotypes(idr, from, to);
    add_images(block_line(idr, from, to, "Size"), images);
}

static bool
begins_block(const struct akin_json *line)
{
    return akin__idr_key_is(line, "Screen Number") ||
           akin__idr_key_is(line, "Experiment Number");
}

/* Organisms of the study belong to its samples, too. */
static void
copy_organisms(struct akin__idr *idr)
{
    struct akin_json *samples =
        akin_json_get(akin_json_get(idr->record, "rembi"), "biosamples");
    const struct akin_json *organisms = akin_json_get(idr->record, "organism");

    for (size_t i = 0; i < akin_json_count(samples); i++)
        if (organisms != NULL)
            akin_json_set(akin_json_at(samples, i), "organism",
                          akin_json_copy(organisms));
}

void
akin__idr_screens(struct akin__idr *idr)
{
    size_t from = idr->to;
    int64_t images = 0;

    for (size_t i = idr->from; i < idr->to; i++) {
        if (!begins_block(akin_json_at(idr->lines, i)))
            continue;
        if (from < idr->to)
            read_block(idr, from, i, &images);
        from = i;
    }
    if (from < idr->to)
        read_block(idr, from, idr->to, &images);
    copy_organisms(idr);
    if (images > 0)
        akin__add_extra(idr->record, "images_5d", akin_json_new_int(images));
}
