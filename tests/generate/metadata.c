/* SPDX-License-Identifier: Apache-2.0 */
#include "examples.h"

#include "akin/bytes.h"
#include "akin/file.h"
#include "akin/json.h"

#define ARCHIVE "https://example.org/akin-examples"

static char *
joined(const char *a, const char *between, const char *b)
{
    struct akin_buf text = {0};

    akin_buf_printf(&text, "%s%s%s", a, between, b);
    return (char *)akin_buf_take(&text);
}

/* {"@id": id}, with a type when one is given. */
static struct akin_json *
node(const char *id, const char *type)
{
    struct akin_json *json = akin_json_object();

    akin_json_set_text(json, "@id", id);
    akin_json_set_text(json, "@type", type);
    return json;
}

static struct akin_json *
list_of(struct akin_json *only)
{
    struct akin_json *list = akin_json_array();

    akin_json_append(list, only);
    return list;
}

/* Somebody who does not exist, with the ORCID that orcid.org gave him. */
#define NOBODY "Josiah Carberry"
#define NOBODY_ORCID "0000-0002-1825-0097"

static struct akin_json *
author(void)
{
    struct akin_json *json = akin_json_object();

    akin_json_set_text(json, "name", NOBODY);
    akin_json_set_text(json, "orcid", NOBODY_ORCID);
    return json;
}

static struct akin_json *
plain_record(const struct example *example, int n_images)
{
    struct akin_json *json = akin_json_object();
    struct akin_buf text = {0};

    akin_json_set_text(json, "id", example->id);
    akin_json_set_text(json, "title", example->title);
    akin_json_set_text(json, "description", example->notes);
    akin_json_set_text(json, "licence", example->licence);
    akin_json_set(json, "authors", list_of(author()));
    akin_json_set_text(json, "date_published", example->published);
    akin_buf_printf(&text, "%s (NCBITaxon:%s)", example->organism,
                    example->taxon);
    akin_json_set_text(json, "organism", akin_buf_text(&text));
    akin_buf_clear(&text);
    akin_buf_printf(&text, "%s (FBbi:%s)", example->method, example->fbbi);
    akin_json_set_text(json, "imaging_method", akin_buf_text(&text));
    akin_buf_free(&text);
    akin_json_set_text(json, "modality", example->modality);
    akin_json_set_text(json, "category", example->category);
    akin_json_set_int(json, "image_count", n_images);
    akin_json_set(json, "annotation_types", akin_json_array());
    return json;
}

static const char *
licence_url(const char *spdx)
{
    if (strcmp(spdx, "CC0-1.0") == 0)
        return "https://creativecommons.org/publicdomain/zero/1.0/";
    if (strcmp(spdx, "CC-BY-NC-4.0") == 0)
        return "https://creativecommons.org/licenses/by-nc/4.0/";
    return "https://creativecommons.org/licenses/by/4.0/";
}

static struct akin_json *
study(const struct example *example, const char *url, const char *taxon,
      const char *method)
{
    struct akin_json *json = node(url, NULL);

    akin_json_set(json, "@type", list_of(akin_json_new_string("Dataset")));
    akin_json_set_text(json, "identifier", example->id);
    akin_json_set_text(json, "name", example->title);
    akin_json_set_text(json, "description", example->notes);
    akin_json_set_text(json, "license", licence_url(example->licence));
    akin_json_set_text(json, "datePublished", example->published);
    akin_json_set(json, "publisher", node(ARCHIVE, NULL));
    akin_json_set(json, "author",
                  list_of(node("https://orcid.org/" NOBODY_ORCID, NULL)));
    akin_json_set(json, "about", list_of(node(taxon, NULL)));
    akin_json_set(json, "measurementMethod", list_of(node(method, NULL)));
    akin_json_set(json, "keywords",
                  list_of(akin_json_new_string(example->category)));
    akin_json_set(json, "size", list_of(node("#files", NULL)));
    return json;
}

static struct akin_json *
named(const char *id, const char *type, const char *key, const char *name)
{
    struct akin_json *json = node(id, type);

    akin_json_set_text(json, key, name);
    return json;
}

static struct akin_json *
crate(const struct example *example, int n_images)
{
    struct akin_json *json = akin_json_object(), *graph = akin_json_array();
    struct akin_json *about = node("ro-crate-metadata.json", "CreativeWork");
    struct akin_json *files = node("#files", "QuantitativeValue");
    struct akin_json *context =
        list_of(akin_json_new_string("https://w3id.org/ro/crate/1.2/context"));
    struct akin_json *prefixes = akin_json_object();
    char *url = joined(ARCHIVE, "/", example->id);
    char *taxon = joined("obo:NCBITaxon", "_", example->taxon);
    char *method = joined("obo:FBbi", "_", example->fbbi);

    akin_json_set_text(prefixes, "obo", "http://purl.obolibrary.org/obo/");
    akin_json_append(context, prefixes);
    akin_json_set(json, "@context", context);
    akin_json_set(about, "conformsTo",
                  node("https://w3id.org/ro/crate/1.2", NULL));
    akin_json_set(about, "about", node(url, NULL));
    akin_json_append(graph, about);
    akin_json_append(graph, study(example, url, taxon, method));
    akin_json_append(graph, named("https://orcid.org/" NOBODY_ORCID, "Person",
                                  "name", NOBODY));
    akin_json_append(
        graph, named(ARCHIVE, "Organization", "name", "akin's example images"));
    akin_json_append(
        graph, named(taxon, "Taxon", "scientificName", example->organism));
    akin_json_append(graph,
                     named(method, "DefinedTerm", "name", example->method));
    akin_json_set_int(files, "value", n_images);
    akin_json_set_text(files, "unitText", "file count");
    akin_json_set_text(files, "unitCode",
                       "http://purl.obolibrary.org/obo/UO_0000189");
    akin_json_append(graph, files);
    akin_json_set(json, "@graph", graph);
    free(url);
    free(taxon);
    free(method);
    return json;
}

enum akin_status
metadata_write(const struct example *example, const char *folder, int n_images,
               struct akin_error *err)
{
    bool is_crate = example->metadata == METADATA_CRATE;
    struct akin_buf text = {0};
    struct akin_json *json;
    enum akin_status st;
    char *path;

    if (example->metadata == METADATA_NONE)
        return AKIN_OK;
    json =
        is_crate ? crate(example, n_images) : plain_record(example, n_images);
    path = akin_path_join(folder,
                          is_crate ? "ro-crate-metadata.json" : "dataset.json");
    akin_json_write(json, AKIN_JSON_PRETTY, &text);
    akin_buf_puts(&text, "\n");
    st = akin_file_write(path, akin_buf_span(&text), err);
    akin_json_free(json);
    akin_buf_free(&text);
    free(path);
    return st;
}
