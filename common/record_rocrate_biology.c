/* SPDX-License-Identifier: Apache-2.0 */
#include "record_rocrate_internal.h"

#include <stdio.h>
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

/* The CURIEs of what was found; the node's "identifier" is asked when its "@id"
 * is none. Reports doubtful ids. */
static struct akin_json *
curies_of(struct akin__crate *crate, const char *id, const char *identifier,
          const char *prefix, const char *path)
{
    struct akin_json *all = akin_json_array();
    const char *context = id == NULL ? NULL : certain_prefix(id, prefix);
    bool clean = id != NULL && akin_curie_list(id, context, all);

    if (akin_json_count(all) == 0 && identifier != NULL)
        (void)akin_curie_list(identifier, NULL, all);
    if (context != NULL)
        akin_record_note(crate->report, "info", "term_from_context", path,
                         "\"%s\" is taken for a term of %s", id, context);
    if (context == NULL && id != NULL && akin_json_count(all) == 1)
        akin__note_spelling(crate->report, "term_spelling", path, id,
                            akin_json_string(akin_json_at(all, 0)));
    if (akin_json_count(all) > 1)
        akin_record_note(crate->report, "info", "term_several", path,
                         "\"%s\" names %zu terms", id, akin_json_count(all));
    if (id != NULL && !clean && (id[0] != '#' || strchr(id, '_') != NULL))
        akin__keep_unclear(crate->record, crate->report, path, id,
                           "no id of a term that is known here");
    return all;
}

/* How many parts a label has, divided by commas. */
static size_t
n_parts(const char *label)
{
    size_t n = 1;

    for (; label != NULL && *label != '\0'; label++)
        n += *label == ',';
    return n;
}

/* One term, with the k-th part of the label where there is one for each id. */
static void
append_term(struct akin_json *terms, const char *id, const char *label,
            size_t k, size_t n)
{
    struct akin_json *term = akin_json_object();

    akin_json_set_text(term, "id", id);
    if (n > 1 && n_parts(label) == n) {
        char *part;

        while (k-- > 0)
            label = strchr(label, ',') + 1;
        part = akin_strndup(label, strcspn(label, ","));
        (void)akin__set_line(term, "label", part);
        free(part);
    } else {
        (void)akin__set_line(term, "label", label);
    }
    if (akin_json_count(term) > 0)
        akin_json_append(terms, term);
    else
        akin_json_free(term);
}

struct akin_json *
akin__crate_terms(struct akin__crate *crate, const struct akin_json *value,
                  const char *prefix, const char *path)
{
    const char *id = NULL, *label;
    const struct akin_json *node = akin__crate_node(crate, value, &id);
    struct akin_json *terms = akin_json_array(), *curies;
    size_t n;

    if (akin_json_string(value) != NULL) {
        akin_json_append(terms,
                         akin_term_parse(akin_json_string(value), NULL, NULL));
        return terms;
    }
    curies = curies_of(crate, id, akin__crate_text(node, "identifier"), prefix,
                       path);
    label = label_of(node);
    n = akin_json_count(curies);
    for (size_t k = 0; k < (n == 0 ? 1 : n); k++)
        append_term(terms, akin_json_string(akin_json_at(curies, k)), label, k,
                    n);
    if (node == NULL && id != NULL)
        akin__crate_dangling(crate, path, id);
    akin_json_free(curies);
    return terms;
}

/* Adds them to the record and, when given, to a module's object. */
static void
add_terms(struct akin__crate *crate, struct akin_json *terms, const char *key,
          struct akin_json *object)
{
    char path[40];

    (void)snprintf(path, sizeof(path), "/%s", key);
    for (size_t i = 0; i < akin_json_count(terms); i++) {
        const struct akin_json *term = akin_json_at(terms, i);

        if (object != NULL)
            akin__add_term(object, key, akin_json_copy(term), NULL, "");
        akin__add_term(crate->record, key, akin_json_copy(term), crate->report,
                       path);
    }
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
    struct akin_json *terms =
        akin__crate_terms(crate, value, "NCBITaxon", "/organism");
    size_t before = akin_json_count(akin_json_get(crate->record, "organism"));

    add_terms(crate, terms, "organism", sample);
    if (akin_json_count(akin_json_get(crate->record, "organism")) > before)
        for (size_t i = 0; i < akin_json_count(terms); i++)
            note_pseudo_taxon(crate, akin_json_at(terms, i));
    akin_json_free(terms);
}

static void
add_cell_lines(struct akin__crate *crate, const struct akin_json *node,
               struct akin_json *sample)
{
    const struct akin_json *all = akin__crate_get(node, "hasCellLine"), *one;

    for (size_t i = 0; (one = akin__value_at(all, i)) != NULL; i++) {
        struct akin_json *terms =
            akin__crate_terms(crate, one, NULL, "/cell_line");

        add_terms(crate, terms, "cell_line", sample);
        akin_json_free(terms);
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

/* What a study is about and is neither sample nor taxon; a reference without a
 * node may still name a taxon. */
static void
add_subject(struct akin__crate *crate, const struct akin_json *value)
{
    struct akin_json *terms =
        akin__crate_terms(crate, value, NULL, "/biological_entity");
    const char *id = akin_json_text(akin_json_at(terms, 0), "id");
    bool taxon = id != NULL && strncmp(id, "NCBITaxon:", 10) == 0;

    add_terms(crate, terms, taxon ? "organism" : "biological_entity", NULL);
    akin_json_free(terms);
}

void
akin__crate_biology(struct akin__crate *crate, const struct akin_json *root)
{
    const struct akin_json *all = akin__crate_get(root, "about"), *one;

    for (size_t i = 0; (one = akin__value_at(all, i)) != NULL; i++) {
        const char *id = NULL;
        const struct akin_json *node = akin__crate_node(crate, one, &id);

        if (akin__crate_is(node, "BioSample"))
            add_sample(crate, node);
        else if (akin__crate_is(node, "Taxon"))
            add_organism(crate, one, NULL);
        else
            add_subject(crate, one);
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

/* The terms of one technique: imaging methods go to the record, others are the
 * protocol's type. True when one is an imaging method. */
static bool
add_technique(struct akin__crate *crate, const struct akin_json *value,
              struct akin_json *protocol)
{
    struct akin_json *terms =
        akin__crate_terms(crate, value, "FBbi", "/imaging_method");
    bool imaging = false;

    for (size_t i = 0; i < akin_json_count(terms); i++) {
        const struct akin_json *term = akin_json_at(terms, i);
        bool method = is_imaging_term(term);

        imaging = imaging || method;
        if (protocol != NULL)
            akin__add_term(protocol, method ? "imaging_method" : "type",
                           akin_json_copy(term), NULL, "");
        if (method)
            akin__add_term(crate->record, "imaging_method",
                           akin_json_copy(term), crate->report,
                           "/imaging_method");
    }
    akin_json_free(terms);
    return imaging;
}

static void
add_protocol(struct akin__crate *crate, const struct akin_json *node)
{
    struct akin_json *protocol = akin_json_object();
    const struct akin_json *all, *one;
    bool imaging = false;

    (void)akin__set_line(protocol, "title", akin__crate_text(node, "name"));
    (void)akin__set_paragraphs(protocol, "description",
                               akin__crate_text(node, "description"));
    (void)akin__set_paragraphs(protocol, "instrument",
                               akin__crate_text(node, "labEquipment"));
    all = akin__crate_get(node, "measurementTechnique");
    for (size_t i = 0; (one = akin__value_at(all, i)) != NULL; i++)
        imaging = add_technique(crate, one, protocol) || imaging;
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

        if (akin__crate_is(node, "LabProtocol"))
            add_protocol(crate, node);
        else
            (void)add_technique(crate, one, NULL);
    }
}
