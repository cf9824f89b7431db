/* SPDX-License-Identifier: Apache-2.0 */
#include "record_rocrate_internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- terms ---- */

static const char *
label_of(const struct akin_json *node)
{
    static const char *const names[] = {"scientificName", "name",
                                        "vernacularName"};

    for (size_t i = 0; i < AKIN_COUNT(names); i++) {
        const char *text = akin__crate_text(node, names[i]);

        if (text != NULL && text[strspn(text, " \t\r\n")] != '\0')
            return text;
    }
    return NULL;
}

/* "#00000251" where an imaging method must stand: eight digits can only be of
 * the ontology that prefix names. */
static const char *
certain_prefix(const char *id, const char *prefix)
{
    const char *digits = id[0] == '#' ? id + 1 : id;

    if (prefix != NULL && strcmp(prefix, "FBbi") == 0 &&
        strspn(digits, "0123456789") == 8 && digits[8] == '\0')
        return prefix;
    return NULL;
}

/* Sets "id" from what was found; the node's "identifier" is asked when its
 * "@id" is none. Reports doubtful ids. */
static void
set_term_id(struct akin__crate *crate, struct akin_json *term, const char *id,
            const char *identifier, const char *prefix, const char *path)
{
    struct akin_json *all = akin_json_array();
    const char *context = id == NULL ? NULL : certain_prefix(id, prefix);
    bool clean = id != NULL && akin_curie_list(id, context, all);

    if (akin_json_count(all) == 0 && identifier != NULL)
        (void)akin_curie_list(identifier, NULL, all);
    if (context != NULL)
        akin_record_note(crate->report, "info", "term_from_context", path,
                         "\"%s\" is taken for a term of %s", id, context);
    if (akin_json_count(all) > 1)
        akin_record_note(crate->report, "warning", "term_two_ids", path,
                         "\"%s\" names several terms; the first is taken", id);
    if (akin_json_count(all) > 0)
        akin_json_set_text(term, "id", akin_json_string(akin_json_at(all, 0)));
    else if (id != NULL && (id[0] != '#' || strchr(id, '_') != NULL) && !clean)
        akin_record_note(crate->report, "warning", "term_id_unclear", path,
                         "\"%s\" is no id of a term that is known here", id);
    akin_json_free(all);
}

struct akin_json *
akin__crate_term(struct akin__crate *crate, const struct akin_json *value,
                 const char *prefix, const char *path)
{
    const char *id = NULL;
    const struct akin_json *node = akin__crate_node(crate, value, &id);
    struct akin_json *term;

    if (akin_json_string(value) != NULL)
        return akin_term_parse(akin_json_string(value), NULL, NULL);
    term = akin_json_object();
    set_term_id(crate, term, id, akin__crate_text(node, "identifier"), prefix,
                path);
    (void)akin__set_line(term, "label", label_of(node));
    if (node == NULL && id != NULL)
        akin__crate_dangling(crate, path, id);
    if (akin_json_count(term) > 0)
        return term;
    akin_json_free(term);
    return NULL;
}

/* ---- organisms and samples ---- */

/* Names and numbers in the taxonomy that are no taxa. */
static void
note_pseudo_taxon(struct akin__crate *crate, const struct akin_json *term)
{
    static const char *const ids[] = {"NCBITaxon:1427524", "NCBITaxon:32644",
                                      "NCBITaxon:408172", "NCBITaxon:256318"};
    static const char *const words[] = {"unidentified", "mixed",
                                        "environmental sample", "metagenome",
                                        "subtype"};
    const char *id = akin_json_text(term, "id");
    const char *label = akin_json_text(term, "label");
    bool pseudo = false;

    for (size_t i = 0; i < AKIN_COUNT(ids) && id != NULL; i++)
        pseudo = pseudo || strcmp(ids[i], id) == 0;
    for (size_t i = 0; i < AKIN_COUNT(words) && label != NULL; i++)
        pseudo = pseudo || strstr(label, words[i]) != NULL;
    if (pseudo)
        akin_record_note(crate->report, "info", "pseudo_taxon", "/organism",
                         "\"%s\" (%s) is no organism",
                         label == NULL ? "" : label, id == NULL ? "no id" : id);
}

static void
add_organism(struct akin__crate *crate, const struct akin_json *value,
             struct akin_json *sample)
{
    struct akin_json *term =
        akin__crate_term(crate, value, "NCBITaxon", "/organism");

    if (term == NULL)
        return;
    note_pseudo_taxon(crate, term);
    if (sample != NULL)
        akin__add_term(sample, "organism", akin_json_copy(term), NULL, "");
    akin__add_term(crate->record, "organism", term, crate->report, "/organism");
}

static void
add_cell_lines(struct akin__crate *crate, const struct akin_json *node,
               struct akin_json *sample)
{
    const struct akin_json *all = akin__crate_get(node, "hasCellLine"), *one;

    for (size_t i = 0; (one = akin__value_at(all, i)) != NULL; i++) {
        struct akin_json *term =
            akin__crate_term(crate, one, NULL, "/cell_line");

        if (term == NULL)
            continue;
        akin__add_term(sample, "cell_line", akin_json_copy(term), NULL, "");
        akin__add_term(crate->record, "cell_line", term, crate->report,
                       "/cell_line");
    }
}

static void
add_sample(struct akin__crate *crate, const struct akin_json *node)
{
    struct akin_json *sample = akin_json_object();
    const struct akin_json *all = akin__crate_get(node, "taxonomicRange"), *one;

    (void)akin__set_line(sample, "title", akin__crate_text(node, "name"));
    (void)akin__set_paragraphs(sample, "description",
                               akin__crate_text(node, "description"));
    for (size_t i = 0; (one = akin__value_at(all, i)) != NULL; i++)
        add_organism(crate, one, sample);
    add_cell_lines(crate, node, sample);
    akin_json_append(
        akin__sub_array(akin__sub_object(crate->record, "rembi"), "biosamples"),
        sample);
}

void
akin__crate_biology(struct akin__crate *crate, const struct akin_json *root)
{
    const struct akin_json *all = akin__crate_get(root, "about"), *one;

    for (size_t i = 0; (one = akin__value_at(all, i)) != NULL; i++) {
        const char *id = NULL;
        const struct akin_json *node = akin__crate_node(crate, one, &id);
        struct akin_json *term;

        if (akin__crate_is(node, "BioSample")) {
            add_sample(crate, node);
            continue;
        }
        if (akin__crate_is(node, "Taxon")) {
            add_organism(crate, one, NULL);
            continue;
        }
        term = akin__crate_term(crate, one, NULL, "/biological_entity");
        if (term == NULL)
            continue;
        id = akin_json_text(term, "id");
        if (id != NULL && strncmp(id, "NCBITaxon:", 10) == 0)
            akin__add_term(crate->record, "organism", term, crate->report,
                           "/organism");
        else
            akin__add_term(crate->record, "biological_entity", term,
                           crate->report, "/biological_entity");
    }
}

/* ---- methods ---- */

/* Ontologies with imaging methods in them; protocol types (EFO) are none. */
static bool
is_imaging_term(const struct akin_json *term)
{
    static const char *const prefixes[] = {"FBbi:", "CHMO:", "MI:", "NCIT:"};
    const char *id = akin_json_text(term, "id");

    if (id == NULL)
        return true;
    for (size_t i = 0; i < AKIN_COUNT(prefixes); i++)
        if (strncmp(id, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    return false;
}

static bool
name_has(const struct akin_json *node, const char *word)
{
    const char *name = akin__crate_text(node, "name");
    size_t len = strlen(word);

    for (; name != NULL && *name != '\0'; name++)
        if (strncasecmp(name, word, len) == 0)
            return true;
    return false;
}

/* The REMBI module that a protocol belongs to. */
static const char *
module_of(const struct akin_json *node, bool imaging)
{
    if (name_has(node, "growth"))
        return "growth_protocols";
    if (imaging)
        return "acquisitions";
    if (name_has(node, "analysis"))
        return "analyses";
    if (akin__crate_get(node, "labEquipment") != NULL ||
        name_has(node, "acquisition") || name_has(node, "imaging"))
        return "acquisitions";
    return "protocols";
}

/* The terms of a protocol's technique; true when one is an imaging method. */
static bool
add_techniques(struct akin__crate *crate, const struct akin_json *node,
               struct akin_json *protocol)
{
    const struct akin_json *all = akin__crate_get(node, "measurementTechnique");
    const struct akin_json *one;
    bool imaging = false;

    for (size_t i = 0; (one = akin__value_at(all, i)) != NULL; i++) {
        struct akin_json *term =
            akin__crate_term(crate, one, "FBbi", "/imaging_method");

        if (term == NULL)
            continue;
        if (!is_imaging_term(term)) {
            akin__add_term(protocol, "type", term, NULL, "");
            continue;
        }
        imaging = true;
        akin__add_term(protocol, "imaging_method", akin_json_copy(term), NULL,
                       "");
        akin__add_term(crate->record, "imaging_method", term, crate->report,
                       "/imaging_method");
    }
    return imaging;
}

static void
add_protocol(struct akin__crate *crate, const struct akin_json *node)
{
    struct akin_json *protocol = akin_json_object();
    bool imaging;

    (void)akin__set_line(protocol, "title", akin__crate_text(node, "name"));
    (void)akin__set_paragraphs(protocol, "description",
                               akin__crate_text(node, "description"));
    (void)akin__set_paragraphs(protocol, "instrument",
                               akin__crate_text(node, "labEquipment"));
    imaging = add_techniques(crate, node, protocol);
    akin_json_append(akin__sub_array(akin__sub_object(crate->record, "rembi"),
                                     module_of(node, imaging)),
                     protocol);
}

void
akin__crate_methods(struct akin__crate *crate, const struct akin_json *root)
{
    const struct akin_json *all = akin__crate_get(root, "measurementMethod");
    const struct akin_json *one;

    for (size_t i = 0; (one = akin__value_at(all, i)) != NULL; i++) {
        const char *id = NULL;
        const struct akin_json *node = akin__crate_node(crate, one, &id);
        struct akin_json *term;

        if (akin__crate_is(node, "LabProtocol")) {
            add_protocol(crate, node);
            continue;
        }
        term = akin__crate_term(crate, one, "FBbi", "/imaging_method");
        if (term != NULL && is_imaging_term(term))
            akin__add_term(crate->record, "imaging_method", term, crate->report,
                           "/imaging_method");
        else
            akin_json_free(term);
    }
}
