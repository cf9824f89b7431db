/* SPDX-License-Identifier: Apache-2.0 */
#include "crate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OBO "http://purl.obolibrary.org/obo/"

void
akin_crate_term_url(const char *curie, struct akin_buf *out)
{
    const char *colon = strchr(curie, ':');

    if (colon == NULL) {
        akin_buf_puts(out, curie);
        return;
    }
    akin_buf_puts(out, OBO);
    akin_buf_put(out, curie, (size_t)(colon - curie));
    akin_buf_printf(out, "_%s", colon + 1);
}

void
akin_crate_licence_url(const char *spdx, struct akin_buf *out)
{
    const char *version = strrchr(spdx, '-');

    if (strncmp(spdx, "CC0-", 4) == 0) {
        akin_buf_printf(
            out, "https://creativecommons.org/publicdomain/zero/%s/", spdx + 4);
    } else if (strncmp(spdx, "CC-", 3) == 0 && version > spdx + 3) {
        akin_buf_puts(out, "https://creativecommons.org/licenses/");
        for (const char *p = spdx + 3; p < version; p++) {
            char c = akin_lower(*p);

            akin_buf_put(out, &c, 1);
        }
        akin_buf_printf(out, "/%s/", version + 1);
    } else {
        akin_buf_printf(out, "https://spdx.org/licenses/%s.html", spdx);
    }
}

/* {"id":...,"type":[...],"name":...}; name NULL: without. */
static struct akin_json *
entity(const char *id, const char *type, const char *name)
{
    struct akin_json *json = akin_json_object(), *types = akin_json_array();

    akin_json_append(types, akin_json_new_string(type));
    akin_json_set_text(json, "id", id);
    akin_json_set(json, "type", types);
    akin_json_set_text(json, "name", name);
    return json;
}

/* The same with an id that is only known here: "#author-2". */
static struct akin_json *
local(const char *kind, size_t n, const char *type, const char *name)
{
    char id[96];

    (void)snprintf(id, sizeof(id), "#%s-%zu", kind, n + 1);
    return entity(id, type, name);
}

static struct akin_json *
people(const struct akin_json *authors)
{
    struct akin_json *list = akin_json_array();

    for (size_t i = 0; i < akin_json_count(authors); i++) {
        const struct akin_json *author = akin_json_at(authors, i), *places;
        const char *orcid = akin_json_text(author, "orcid");
        const char *name = akin_json_text(author, "name");
        struct akin_json *affiliation = akin_json_array();
        struct akin_json *one =
            local("author", i, "Person", name != NULL ? name : orcid);
        struct akin_buf id = {0};

        if (orcid != NULL) {
            akin_buf_printf(&id, "https://orcid.org/%s", orcid);
            akin_json_set_text(one, "id", akin_buf_text(&id));
            akin_buf_free(&id);
        }
        places = akin_json_get(author, "affiliations");
        for (size_t k = 0; k < akin_json_count(places); k++) {
            char kind[48];

            (void)snprintf(kind, sizeof(kind), "author-%zu-affiliation", i + 1);
            akin_json_append(affiliation,
                             local(kind, k, "Organization",
                                   akin_json_string(akin_json_at(places, k))));
        }
        akin_json_set(one, "affiliation", affiliation);
        akin_json_append(list, one);
    }
    return list;
}

static struct akin_json *
term(const struct akin_json *from, const char *kind, size_t n, bool taxon)
{
    const char *curie = akin_json_text(from, "id");
    const char *label = akin_json_text(from, "label");
    struct akin_json *one = local(kind, n, taxon ? "Taxon" : "DefinedTerm",
                                  label != NULL ? label : curie);
    struct akin_buf url = {0};

    if (curie != NULL) {
        akin_crate_term_url(curie, &url);
        akin_json_set_text(one, "id", akin_buf_text(&url));
        akin_buf_free(&url);
    }
    if (taxon)
        akin_json_set_text(one, "scientificName",
                           label != NULL ? label : curie);
    return one;
}

/* Appends one of some terms, or all of an array. */
static void
terms(const struct akin_json *from, const char *kind, bool taxon,
      struct akin_json *list)
{
    if (akin_json_type(from) == AKIN_JSON_OBJECT)
        akin_json_append(list, term(from, kind, akin_json_count(list), taxon));
    for (size_t i = 0;
         akin_json_type(from) == AKIN_JSON_ARRAY && i < akin_json_count(from);
         i++)
        akin_json_append(list, term(akin_json_at(from, i), kind, i, taxon));
}

static const char *
text_or(const struct akin_json *object, const char *key, const char *other)
{
    const char *text = akin_json_text(object, key);

    return text != NULL ? text : other;
}

/* Samples with what is known of each, then organisms, then what else. */
static struct akin_json *
about(const struct akin_json *record)
{
    struct akin_json *list = akin_json_array();
    const struct akin_json *samples =
        akin_json_get(akin_json_get(record, "rembi"), "biosamples");

    for (size_t i = 0; i < akin_json_count(samples); i++) {
        const struct akin_json *from = akin_json_at(samples, i);
        struct akin_json *taxa = akin_json_array(), *lines = akin_json_array();
        struct akin_json *one = local("biosample", i, "BioSample",
                                      text_or(from, "title", "sample"));

        akin_json_set_text(one, "description",
                           text_or(from, "description", ""));
        terms(akin_json_get(from, "organism"), "organism", true, taxa);
        terms(akin_json_get(from, "cell_line"), "cell-line", false, lines);
        akin_json_set(one, "taxonomicRange", taxa);
        akin_json_set(one, "hasCellLine", lines);
        akin_json_append(list, one);
    }
    terms(akin_json_get(record, "organism"), "organism", true, list);
    terms(akin_json_get(record, "biological_entity"), "entity", false, list);
    terms(akin_json_get(record, "cell_line"), "cell-line", false, list);
    return list;
}

static struct akin_json *
methods(const struct akin_json *record)
{
    struct akin_json *list = akin_json_array();
    const struct akin_json *from =
        akin_json_get(akin_json_get(record, "rembi"), "acquisitions");

    for (size_t i = 0; i < akin_json_count(from); i++) {
        const struct akin_json *one = akin_json_at(from, i);
        struct akin_json *technique = akin_json_array();
        struct akin_json *protocol =
            local("acquisition", i, "LabProtocol",
                  text_or(one, "title", "image acquisition"));

        akin_json_set_text(
            protocol, "description",
            text_or(one, "description", akin_json_text(one, "parameters")));
        akin_json_set_text(protocol, "labEquipment",
                           akin_json_text(one, "instrument"));
        terms(akin_json_get(one, "imaging_method"), "method", false, technique);
        akin_json_set(protocol, "measurementTechnique", technique);
        akin_json_append(list, protocol);
    }
    terms(akin_json_get(record, "imaging_method"), "method", false, list);
    return list;
}

static struct akin_json *
publications(const struct akin_json *from)
{
    struct akin_json *list = akin_json_array();

    for (size_t i = 0; i < akin_json_count(from); i++) {
        const struct akin_json *one = akin_json_at(from, i);
        const char *doi = akin_json_text(one, "doi");
        const char *pubmed = akin_json_text(one, "pubmed_id");
        struct akin_json *paper = local("publication", i, "ScholarlyArticle",
                                        akin_json_text(one, "title"));
        struct akin_buf url = {0}, year = {0};

        if (doi != NULL)
            akin_buf_printf(&url, "https://doi.org/%s", doi);
        else if (pubmed != NULL)
            akin_buf_printf(&url, "https://pubmed.ncbi.nlm.nih.gov/%s/",
                            pubmed);
        else
            akin_buf_puts(&url, text_or(one, "url", ""));
        if (url.len > 0)
            akin_json_set_text(paper, "id", akin_buf_text(&url));
        if (akin_json_get(one, "year") != NULL) {
            akin_json_write(akin_json_get(one, "year"), AKIN_JSON_COMPACT,
                            &year);
            akin_json_set_text(paper, "datePublished", akin_buf_text(&year));
        }
        akin_buf_free(&url);
        akin_buf_free(&year);
        akin_json_append(list, paper);
    }
    return list;
}

static struct akin_json *
funders(const struct akin_json *from)
{
    struct akin_json *list = akin_json_array();

    for (size_t i = 0; i < akin_json_count(from); i++) {
        const struct akin_json *one = akin_json_at(from, i);
        const char *grant = akin_json_text(one, "grant");
        struct akin_json *json =
            local("grant", i, "Grant", text_or(one, "name", grant));

        akin_json_set_text(json, "identifier", grant);
        akin_json_append(list, json);
    }
    return list;
}

static struct akin_json *
sizes(const struct akin_json *size)
{
    static const struct {
        const char *key, *text, *unit;
    } known[] = {{"bytes", "bytes", OBO "UO_0000233"},
                 {"files", "file count", OBO "UO_0000189"}};
    struct akin_json *list = akin_json_array();

    for (size_t i = 0; i < AKIN_COUNT(known); i++) {
        struct akin_json *one;
        int64_t n;

        if (!akin_json_int(akin_json_get(size, known[i].key), &n))
            continue;
        one = local("size", i, "QuantitativeValue", NULL);
        akin_json_set_int(one, "value", n);
        akin_json_set_text(one, "unitText", known[i].text);
        akin_json_set_text(one, "unitCode", known[i].unit);
        akin_json_append(list, one);
    }
    return list;
}

/* Its page; else a DOI; else what it is called. */
static void
set_id(const struct akin_json *record, struct akin_json *entry)
{
    const struct akin_json *names = akin_json_get(record, "identifier");
    const char *url = text_or(record, "uri", akin_json_text(names, "url"));
    const char *doi = akin_json_text(names, "doi");
    struct akin_buf text = {0};

    if (url == NULL && doi != NULL) {
        akin_buf_printf(&text, "https://doi.org/%s", doi);
        url = akin_buf_text(&text);
    }
    akin_json_set_text(entry, "id",
                       url != NULL ? url : akin_json_text(record, "id"));
    akin_buf_free(&text);
}

static void
set_licence(const struct akin_json *record, struct akin_json *entry)
{
    const char *spdx = akin_json_text(record, "license");
    struct akin_buf url = {0};

    if (spdx != NULL)
        akin_crate_licence_url(spdx, &url);
    akin_json_set_text(entry, "license",
                       spdx != NULL ? akin_buf_text(&url)
                                    : text_or(record, "license_original", ""));
    akin_buf_free(&url);
}

/* A list of the record as it is, or an empty one. */
static struct akin_json *
list_of(const struct akin_json *record, const char *key)
{
    const struct akin_json *list = akin_json_get(record, key);

    return list != NULL ? akin_json_copy(list) : akin_json_array();
}

struct akin_json *
akin_crate_entry(const struct akin_json *record)
{
    const struct akin_json *from = akin_json_get(record, "publisher");
    struct akin_json *entry =
        entity("", "Dataset", text_or(record, "title", ""));
    struct akin_json *publisher =
        entity(text_or(from, "url", "#publisher"), "Organization",
               text_or(from, "name", text_or(from, "url", "")));

    set_id(record, entry);
    akin_json_set_text(entry, "identifier", akin_json_text(record, "id"));
    akin_json_set_text(entry, "description",
                       text_or(record, "description", ""));
    akin_json_set_text(entry, "datePublished",
                       text_or(record, "date_published", ""));
    set_licence(record, entry);
    akin_json_set(entry, "publisher", publisher);
    akin_json_set(entry, "author", people(akin_json_get(record, "authors")));
    akin_json_set(entry, "about", about(record));
    akin_json_set(entry, "measurementMethod", methods(record));
    akin_json_set(entry, "thumbnailUrl", list_of(record, "thumbnails"));
    akin_json_set(entry, "keywords", list_of(record, "keywords"));
    akin_json_set(entry, "funder", funders(akin_json_get(record, "funders")));
    akin_json_set(entry, "seeAlso",
                  publications(akin_json_get(record, "publications")));
    akin_json_set(entry, "size", sizes(akin_json_get(record, "size")));
    return entry;
}

/* --- an entry, laid flat --- */

static bool
is_listed(const struct akin_json *graph, const char *id)
{
    for (size_t i = 0; i < akin_json_count(graph); i++)
        if (strcmp(text_or(akin_json_at(graph, i), "@id", ""), id) == 0)
            return true;
    return false;
}

static struct akin_json *
reference(const char *id)
{
    struct akin_json *json = akin_json_object();

    akin_json_set_text(json, "@id", id);
    return json;
}

static void lay_flat(const struct akin_json *entity, struct akin_json *graph);

/* A value as a node refers to it; what it holds goes into the graph. The depth
 * is that of an entry: three. */
static struct akin_json *
referred(const struct akin_json *value, struct akin_json *graph)
{
    struct akin_json *list;

    if (akin_json_type(value) == AKIN_JSON_OBJECT) {
        lay_flat(value, graph);
        return reference(akin_json_text(value, "id"));
    }
    if (akin_json_type(value) != AKIN_JSON_ARRAY)
        return akin_json_copy(value);
    list = akin_json_array();
    for (size_t i = 0; i < akin_json_count(value); i++)
        akin_json_append(list, referred(akin_json_at(value, i), graph));
    return list;
}

static void
lay_flat(const struct akin_json *entity, struct akin_json *graph)
{
    struct akin_json *node, *value = NULL;
    const char *key = NULL;
    void *it = NULL;

    if (is_listed(graph, text_or(entity, "id", "")))
        return;
    node = akin_json_object();
    akin_json_append(graph, node);
    akin_json_set_text(node, "@id", akin_json_text(entity, "id"));
    akin_json_set(node, "@type", akin_json_copy(akin_json_get(entity, "type")));
    while (akin_json_next(entity, &it, &key, &value))
        if (strcmp(key, "id") != 0 && strcmp(key, "type") != 0)
            akin_json_set(node, key, referred(value, graph));
}

static struct akin_json *
context(void)
{
    static const char *const words[][2] = {
        {"obo", OBO},
        {"Taxon", "http://rs.tdwg.org/dwc/terms/Taxon"},
        {"scientificName", "http://rs.tdwg.org/dwc/terms/scientificName"},
        {"BioSample", "http://schema.org/BioSample"},
        {"LabProtocol", "http://schema.org/LabProtocol"},
        {"labEquipment", "http://schema.org/labEquipment"},
        {"taxonomicRange", "http://schema.org/taxonomicRange"},
        {"hasCellLine", "http://www.bioassayontology.org/bao#BAO_0002004"},
        {"measurementMethod", "http://rs.tdwg.org/dwc/iri/measurementMethod"},
        {"seeAlso", "http://www.w3.org/2000/01/rdf-schema#seeAlso"}};
    struct akin_json *list = akin_json_array(), *own = akin_json_object();

    for (size_t i = 0; i < AKIN_COUNT(words); i++)
        akin_json_set_text(own, words[i][0], words[i][1]);
    akin_json_append(
        list, akin_json_new_string("https://w3id.org/ro/crate/1.2/context"));
    akin_json_append(list, own);
    return list;
}

struct akin_json *
akin_crate_make(const struct akin_json *record)
{
    struct akin_json *entry = akin_crate_entry(record);
    struct akin_json *crate = akin_json_object(), *graph = akin_json_array();
    struct akin_json *self = akin_json_object();

    akin_json_set_text(self, "@id", "ro-crate-metadata.json");
    akin_json_set_text(self, "@type", "CreativeWork");
    akin_json_set(self, "conformsTo",
                  reference("https://w3id.org/ro/crate/1.2"));
    akin_json_set(self, "about", reference(akin_json_text(entry, "id")));
    akin_json_append(graph, self);
    lay_flat(entry, graph);
    akin_json_set(crate, "@context", context());
    akin_json_set(crate, "@graph", graph);
    akin_json_free(entry);
    return crate;
}
