/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write_croissant.c - croissant.json.
 *
 * Source: Croissant Format Specification 1.0 (MLCommons, 2024): the context of
 * its appendix, FileObject, FileSet, RecordSet, Field.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "write_credits.h"
#include "write_licence.h"
#include "write_manifest.h"

static const char context_text[] =
    "{\"@language\":\"en\",\"@vocab\":\"https://schema.org/\","
    "\"citeAs\":\"cr:citeAs\",\"column\":\"cr:column\","
    "\"conformsTo\":\"dct:conformsTo\","
    "\"cr\":\"http://mlcommons.org/croissant/\","
    "\"rai\":\"http://mlcommons.org/croissant/RAI/\","
    "\"data\":{\"@id\":\"cr:data\",\"@type\":\"@json\"},"
    "\"dataType\":{\"@id\":\"cr:dataType\",\"@type\":\"@vocab\"},"
    "\"dct\":\"http://purl.org/dc/terms/\","
    "\"examples\":{\"@id\":\"cr:examples\",\"@type\":\"@json\"},"
    "\"extract\":\"cr:extract\",\"field\":\"cr:field\","
    "\"fileProperty\":\"cr:fileProperty\",\"fileObject\":\"cr:fileObject\","
    "\"fileSet\":\"cr:fileSet\",\"format\":\"cr:format\","
    "\"includes\":\"cr:includes\",\"isLiveDataset\":\"cr:isLiveDataset\","
    "\"jsonPath\":\"cr:jsonPath\",\"key\":\"cr:key\",\"md5\":\"cr:md5\","
    "\"parentField\":\"cr:parentField\",\"path\":\"cr:path\","
    "\"recordSet\":\"cr:recordSet\",\"references\":\"cr:references\","
    "\"regex\":\"cr:regex\",\"repeated\":\"cr:repeated\","
    "\"replace\":\"cr:replace\",\"sc\":\"https://schema.org/\","
    "\"separator\":\"cr:separator\",\"source\":\"cr:source\","
    "\"subField\":\"cr:subField\",\"transform\":\"cr:transform\"}";

/* The members of a sample's metadata that are described. */
static const struct {
    const char *name, *path, *type, *description;
    bool is_repeated;
} members[] = {
    {"key", "$.key", "sc:Text", "Name of the sample", false},
    {"split", "$.split", "sc:Text", "Split that the sample is in", false},
    {"dataset", "$.dataset", "sc:Text", "Dataset that it is from", false},
    {"dataset_version", "$.dataset_version", "sc:Integer",
     "Version of the dataset's record", false},
    {"title", "$.title", "sc:Text", "Title of the dataset", false},
    {"image", "$.image", "sc:Text", "Name of the image in the dataset", false},
    {"license", "$.license", "sc:Text", "SPDX id of the licence", false},
    {"credit", "$.credit", "sc:Text", "Whom to credit", false},
    {"source", "$.source", "sc:URL", "Page of the dataset", false},
    {"organism", "$.organism[*].label", "sc:Text", "Organisms", true},
    {"organism_id", "$.organism[*].id", "sc:Text",
     "NCBI taxonomy ids of the organisms", true},
    {"imaging_method", "$.imaging_method[*].label", "sc:Text",
     "Imaging methods", true},
    {"imaging_method_id", "$.imaging_method[*].id", "sc:Text",
     "FBbi ids of the imaging methods", true},
    {"width", "$.width", "sc:Integer", "px", false},
    {"height", "$.height", "sc:Integer", "px", false},
    {"bits", "$.bits", "sc:Integer", "Bits of a sample value", false},
    {"pixel_um_x", "$.pixel_um.x", "sc:Float",
     "Width of a pixel in micrometres, where it is known", false},
    {"cluster", "$.cluster", "sc:Integer",
     "Cluster of similar content that it was drawn from", false},
};

static struct akin_json *
object(const char *type, const char *id)
{
    struct akin_json *json = akin_json_object();

    akin_json_set_text(json, "@type", type);
    akin_json_set_text(json, "@id", id);
    return json;
}

static struct akin_json *
reference(const char *id)
{
    struct akin_json *json = akin_json_object();

    akin_json_set_text(json, "@id", id);
    return json;
}

/* ---- distribution ---- */

static struct akin_json *
file_object(const struct akin__file *file)
{
    struct akin_json *json = object("cr:FileObject", file->name);
    char size[32];

    (void)snprintf(size, sizeof(size), "%" PRIu64 " B", file->bytes);
    akin_json_set_text(json, "name", file->name);
    akin_json_set_text(json, "description", file->title);
    akin_json_set_text(json, "contentUrl", file->name);
    akin_json_set_text(json, "contentSize", size);
    akin_json_set_text(json, "encodingFormat", file->media_type);
    akin_json_set_text(json, "sha256", file->sha256);
    return json;
}

static struct akin_json *
file_set(const char *id, const char *media_type, const char *includes,
         const char *description)
{
    struct akin_json *json = object("cr:FileSet", id);

    akin_json_set_text(json, "name", id);
    akin_json_set_text(json, "description", description);
    akin_json_set_text(json, "encodingFormat", media_type);
    akin_json_set_text(json, "includes", includes);
    return json;
}

static bool
is_shard(const struct akin__file *file)
{
    return strncmp(file->name, "shards/", 7) == 0;
}

static bool
has_shards(const struct akin__manifest *m)
{
    return (m->c->options->output.formats & AKIN_COLLECT_SHARDS) != 0;
}

static struct akin_json *
shards_of(const struct akin__files *files)
{
    struct akin_json *list = akin_json_array();

    for (size_t i = 0; i < files->n; i++)
        if (is_shard(&files->file[i]))
            akin_json_append(list, reference(files->file[i].name));
    return list;
}

static struct akin_json *
distribution(const struct akin__manifest *m)
{
    struct akin_json *list = akin_json_array(), *set;

    for (size_t i = 0; i < m->files->n; i++)
        akin_json_append(list, file_object(&m->files->file[i]));
    if (has_shards(m)) {
        set = file_set("shard-pictures", "image/png", "*.png",
                       "The pictures in the shards");
        akin_json_set(set, "containedIn", shards_of(m->files));
        akin_json_append(list, set);
        set = file_set("shard-metadata", "application/json", "*.json",
                       "The metadata in the shards");
        akin_json_set(set, "containedIn", shards_of(m->files));
        akin_json_append(list, set);
        return list;
    }
    akin_json_append(list, file_set("folder-pictures", "image/png",
                                    "images/*/*.png", "The pictures"));
    akin_json_append(list,
                     file_set("folder-metadata", "application/jsonlines",
                              "images/*/metadata.jsonl", "Their metadata"));
    return list;
}

/* ---- records ---- */

static struct akin_json *
source(const char *set, const char *how, const char *what)
{
    struct akin_json *json = akin_json_object();
    struct akin_json *extract = akin_json_object();

    akin_json_set(json, "fileSet", reference(set));
    akin_json_set_text(extract, how, what);
    akin_json_set(json, "extract", extract);
    return json;
}

static struct akin_json *
field(const char *id, const char *name, const char *description,
      const char *type, struct akin_json *from)
{
    struct akin_json *json = object("cr:Field", id);

    akin_json_set_text(json, "name", name);
    akin_json_set_text(json, "description", description);
    akin_json_set_text(json, "dataType", type);
    akin_json_set(json, "source", from);
    return json;
}

/* The key of a picture is its file's name without the ending. */
static struct akin_json *
picture_key(const char *set)
{
    struct akin_json *from = source(set, "fileProperty", "filename");
    struct akin_json *transform = akin_json_object();

    akin_json_set_text(transform, "regex", "^([0-9]+)\\.png$");
    akin_json_set(from, "transform", transform);
    return field("pictures/key", "key", "Name of the sample", "sc:Text", from);
}

static struct akin_json *
pictures(const struct akin__manifest *m)
{
    const char *set = has_shards(m) ? "shard-pictures" : "folder-pictures";
    struct akin_json *json = object("cr:RecordSet", "pictures");
    struct akin_json *fields = akin_json_array();

    akin_json_set_text(json, "name", "pictures");
    akin_json_set_text(json, "description", "One picture a sample");
    akin_json_set(json, "key", reference("pictures/key"));
    akin_json_append(fields, picture_key(set));
    akin_json_append(fields, field("pictures/image", "image", "The picture",
                                   "sc:ImageObject",
                                   source(set, "fileProperty", "content")));
    akin_json_set(json, "field", fields);
    return json;
}

static struct akin_json *
sample_field(const struct akin__manifest *m, size_t i)
{
    const char *set = has_shards(m) ? "shard-metadata" : "folder-metadata";
    char id[64];
    struct akin_json *json;

    (void)snprintf(id, sizeof(id), "samples/%s", members[i].name);
    json = field(id, members[i].name, members[i].description, members[i].type,
                 source(set, "jsonPath", members[i].path));
    if (members[i].is_repeated)
        akin_json_set_bool(json, "repeated", true);
    if (strcmp(members[i].name, "key") == 0 ||
        strcmp(members[i].name, "split") == 0) {
        struct akin_json *to = akin_json_object();

        akin_json_set(to, "field",
                      reference(members[i].name[0] == 'k' ? "pictures/key"
                                                          : "splits/name"));
        akin_json_set(json, "references", to);
    }
    return json;
}

static struct akin_json *
samples(const struct akin__manifest *m)
{
    struct akin_json *json = object("cr:RecordSet", "samples");
    struct akin_json *fields = akin_json_array();

    akin_json_set_text(json, "name", "samples");
    akin_json_set_text(json, "description", "Metadata, one record a sample");
    akin_json_set(json, "key", reference("samples/key"));
    for (size_t i = 0; i < AKIN_COUNT(members); i++)
        akin_json_append(fields, sample_field(m, i));
    akin_json_set(json, "field", fields);
    return json;
}

static struct akin_json *
splits(const struct akin__manifest *m)
{
    struct akin_json *json = object("cr:RecordSet", "splits");
    struct akin_json *fields = akin_json_array(), *data = akin_json_array();

    akin_json_set_text(json, "name", "splits");
    akin_json_set_text(json, "description", "The splits");
    akin_json_set_text(json, "dataType", "cr:Split");
    akin_json_set(json, "key", reference("splits/name"));
    akin_json_append(fields, field("splits/name", "name", "Name of the split",
                                   "sc:Text", NULL));
    akin_json_set(json, "field", fields);
    for (size_t i = 0; i < m->c->n_splits; i++) {
        struct akin_json *one = akin_json_object();

        akin_json_set_text(one, "splits/name", m->c->split[i].name);
        akin_json_append(data, one);
    }
    akin_json_set(json, "data", data);
    return json;
}

/* ---- head ---- */

static struct akin_json *
licences(const struct akin_collection *c)
{
    size_t n = 0;
    struct akin__licence_count *list = akin__licences_of(c, &n);
    struct akin_json *json = akin_json_array();

    for (size_t i = 0; i < n; i++) {
        struct akin_buf url = {0};

        akin__licence_url(list[i].spdx, &url);
        akin_json_append(json, akin_json_new_string(list[i].spdx != NULL
                                                        ? akin_buf_text(&url)
                                                        : "unknown"));
        akin_buf_free(&url);
    }
    free(list);
    return json;
}

static struct akin_json *
creators(const struct akin_collection *c)
{
    struct akin_json *people = akin__credits_people(c);
    struct akin_json *list = akin_json_array();

    for (size_t i = 0; i < akin_json_count(people); i++) {
        const struct akin_json *person = akin_json_at(people, i);
        const char *orcid = akin_json_text(person, "orcid");
        struct akin_json *json = akin_json_object();
        char iri[64];

        akin_json_set_text(json, "@type", "sc:Person");
        (void)snprintf(iri, sizeof(iri), "https://orcid.org/%s",
                       orcid != NULL ? orcid : "");
        akin_json_set_text(json, "name", akin_json_text(person, "name"));
        akin_json_set_text(json, "url", orcid != NULL ? iri : NULL);
        akin_json_append(list, json);
    }
    if (akin_json_count(list) == 0) {
        struct akin_json *json = akin_json_object();

        akin_json_set_text(json, "@type", "sc:Organization");
        akin_json_set_text(json, "name", "the datasets' authors (CREDITS.md)");
        akin_json_append(list, json);
    }
    akin_json_free(people);
    return list;
}

static struct akin_json *
sources(const struct akin_collection *c)
{
    struct akin_json *list = akin_json_array();

    for (size_t i = 0; i < c->n_datasets; i++) {
        struct akin_buf iri = {0};

        if (c->dataset[i].n_kept == 0)
            continue;
        akin__dataset_iri(&c->dataset[i], &iri);
        akin_json_append(list, reference(akin_buf_text(&iri)));
        akin_buf_free(&iri);
    }
    return list;
}

static struct akin_json *
keywords(const struct akin_collection *c)
{
    static const char *const fields[] = {"organism", "imaging_method"};
    struct akin_json *list = akin_json_array();

    akin_json_append(list, akin_json_new_string("microscopy"));
    akin_json_append(list, akin_json_new_string("self-supervised learning"));
    for (size_t f = 0; f < AKIN_COUNT(fields); f++) {
        struct akin_json *terms = akin__terms_of(c, fields[f]);

        for (size_t i = 0; i < akin_json_count(terms); i++) {
            const char *label = akin_json_text(akin_json_at(terms, i), "label");

            if (label != NULL)
                akin_json_append(list, akin_json_new_string(label));
        }
        akin_json_free(terms);
    }
    return list;
}

static void
put_head(const struct akin__manifest *m, struct akin_json *json)
{
    struct akin_buf cite = {0};
    struct akin_json *context = NULL;
    struct akin_error err = {0};

    if (akin_json_parse(akin_span_str(context_text), &context, &err) == AKIN_OK)
        akin_json_set(json, "@context", context);
    akin_json_set_text(json, "@type", "sc:Dataset");
    akin_json_set_text(json, "conformsTo",
                       "http://mlcommons.org/croissant/1.0");
    akin_json_set_text(json, "name", m->name);
    akin_json_set_text(json, "description", akin_buf_text(&m->description));
    akin_json_set(json, "license", licences(m->c));
    akin_json_set_text(json, "url", "./");
    akin_json_set(json, "creator", creators(m->c));
    akin_json_set_text(json, "datePublished", m->created);
    akin_json_set_text(json, "version", "1.0.0");
    akin_json_set(json, "keywords", keywords(m->c));
    akin_json_set(json, "isBasedOn", sources(m->c));
    akin_json_set_bool(json, "isLiveDataset", false);
    akin__credits_bibtex(m->c, &cite);
    akin_json_set_text(json, "citeAs", akin_buf_text(&cite));
    akin_buf_free(&cite);
}

static void
put_rai(const struct akin__manifest *m, struct akin_json *json)
{
    akin_json_set_text(
        json, "rai:dataCollection",
        "Tiles of published bioimage datasets, selected, cleaned, balanced and "
        "split by akin; recipe.json holds the query, filter, seed and the "
        "state of the index.");
    akin_json_set_text(json, "rai:dataPreprocessingProtocol",
                       m->c->options->output.bits == 8
                           ? "8 bit; deeper samples are stretched from the 0.5 "
                             "and 99.5 percentiles of their plane"
                           : "as in the source; floats as 16 bit between the "
                             "extremes of their plane");
    akin_json_set_text(json, "rai:dataUseCases",
                       "Self-supervised training of models of microscopy "
                       "images");
}

void
akin__croissant_write(const struct akin__manifest *m, struct akin_buf *out)
{
    struct akin_json *json = akin_json_object(), *records = akin_json_array();

    put_head(m, json);
    put_rai(m, json);
    akin_json_set(json, "distribution", distribution(m));
    akin_json_append(records, splits(m));
    akin_json_append(records, pictures(m));
    akin_json_append(records, samples(m));
    akin_json_set(json, "recordSet", records);
    akin_json_write(json, AKIN_JSON_PRETTY, out);
    akin_buf_puts(out, "\n");
    akin_json_free(json);
}
