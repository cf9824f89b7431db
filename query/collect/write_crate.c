/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write_crate.c - ro-crate-metadata.json.
 *
 * Source: RO-Crate Metadata Specification 1.2 (root data entity, contextual
 * entities, provenance by CreateAction), with what the GIDE profile asks of a
 * study: publisher, about, measurementMethod.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "write_credits.h"
#include "write_licence.h"
#include "write_manifest.h"

struct graph {
    const struct akin__manifest *m;
    struct akin_json *list;
};

static struct akin_json *
reference(const char *id)
{
    struct akin_json *json = akin_json_object();

    akin_json_set_text(json, "@id", id);
    return json;
}

/* The entity of that id, borrowed from the graph; made when it is not there:
 * two records may name the same page, term or person. */
static struct akin_json *
entity(struct graph *g, const char *id, const char *type)
{
    struct akin_json *json;

    for (size_t i = 0; i < akin_json_count(g->list); i++)
        if (strcmp(akin_json_text(akin_json_at(g->list, i), "@id"), id) == 0)
            return akin_json_at(g->list, i);
    json = reference(id);
    akin_json_set_text(json, "@type", type);
    akin_json_append(g->list, json);
    return json;
}

/* ---- contextual entities; each gives the references to them ---- */

static struct akin_json *
put_people(struct graph *g)
{
    struct akin_json *people = akin__credits_people(g->m->c);
    struct akin_json *refs = akin_json_array();

    for (size_t i = 0; i < akin_json_count(people); i++) {
        const struct akin_json *person = akin_json_at(people, i);
        const char *orcid = akin_json_text(person, "orcid");
        struct akin_json *json;
        char id[64];

        if (orcid != NULL)
            (void)snprintf(id, sizeof(id), "https://orcid.org/%s", orcid);
        else
            (void)snprintf(id, sizeof(id), "#person-%zu", i + 1);
        json = entity(g, id, "Person");
        akin_json_set_text(json, "name", akin_json_text(person, "name"));
        akin_json_append(refs, reference(id));
    }
    akin_json_free(people);
    return refs;
}

static struct akin_json *
put_licences(struct graph *g)
{
    size_t n = 0;
    struct akin__licence_count *list = akin__licences_of(g->m->c, &n);
    struct akin_json *refs = akin_json_array();

    for (size_t i = 0; i < n; i++) {
        struct akin_buf url = {0};
        struct akin_json *json;

        if (list[i].spdx == NULL)
            akin_buf_puts(&url, "#licence-unknown");
        akin__licence_url(list[i].spdx, &url);
        json = entity(g, akin_buf_text(&url), "CreativeWork");
        akin_json_set_text(json, "name",
                           list[i].spdx != NULL ? list[i].spdx
                                                : "no known licence");
        akin_json_append(refs, reference(akin_buf_text(&url)));
        akin_buf_free(&url);
    }
    free(list);
    return refs;
}

static struct akin_json *
put_terms(struct graph *g, const char *field, const char *slug)
{
    struct akin_json *terms = akin__terms_of(g->m->c, field);
    struct akin_json *refs = akin_json_array();

    for (size_t i = 0; i < akin_json_count(terms); i++) {
        const struct akin_json *term = akin_json_at(terms, i);
        const char *curie = akin_json_text(term, "id");
        struct akin_buf id = {0};
        struct akin_json *json;

        if (curie == NULL)
            akin_buf_printf(&id, "#%s-%zu", slug, i + 1);
        else
            akin_buf_printf(&id, "https://bioregistry.io/%s", curie);
        json = entity(g, akin_buf_text(&id), "DefinedTerm");
        akin_json_set_text(json, "termCode", curie);
        akin_json_set_text(json, "name",
                           akin_json_text(term, "label") != NULL
                               ? akin_json_text(term, "label")
                               : curie);
        akin_json_append(refs, reference(akin_buf_text(&id)));
        akin_buf_free(&id);
    }
    akin_json_free(terms);
    return refs;
}

static void
put_source(struct graph *g, const struct akin_collection_dataset *d,
           struct akin_json *refs)
{
    struct akin_buf iri = {0}, credit = {0};
    const char *spdx = akin_json_text(d->record, "license");
    struct akin_json *json;

    akin__dataset_iri(d, &iri);
    json = entity(g, akin_buf_text(&iri), "Dataset");
    akin_json_set_text(json, "name", akin_json_text(d->record, "title"));
    akin_json_set_text(json, "identifier", d->id);
    akin_json_set_int(json, "version", d->version);
    akin_json_set_text(json, "datePublished",
                       akin_json_text(d->record, "date_published"));
    akin__licence_url(spdx, &credit);
    if (spdx != NULL)
        akin_json_set(json, "license", reference(akin_buf_text(&credit)));
    akin_json_append(refs, reference(akin_buf_text(&iri)));
    akin_buf_free(&iri);
    akin_buf_free(&credit);
}

static struct akin_json *
put_sources(struct graph *g)
{
    struct akin_json *refs = akin_json_array();

    for (size_t i = 0; i < g->m->c->n_datasets; i++)
        if (g->m->c->dataset[i].n_kept > 0)
            put_source(g, &g->m->c->dataset[i], refs);
    return refs;
}

/* Written last, so its sum is not known here. */
static void
put_recipe(struct graph *g, struct akin_json *refs)
{
    struct akin_json *json = entity(g, "recipe.json", "File");

    akin_json_set_text(json, "name", "Makes the collection again");
    akin_json_set_text(json, "encodingFormat", "application/json");
    akin_json_append(refs, reference("recipe.json"));
}

static struct akin_json *
put_files(struct graph *g)
{
    const struct akin__files *files = g->m->files;
    struct akin_json *refs = akin_json_array();

    for (size_t i = 0; i < files->n; i++) {
        const struct akin__file *file = &files->file[i];
        struct akin_json *json = entity(g, file->name, "File");
        char size[32];

        (void)snprintf(size, sizeof(size), "%" PRIu64, file->bytes);
        akin_json_set_text(json, "name", file->title);
        akin_json_set_text(json, "encodingFormat", file->media_type);
        akin_json_set_text(json, "contentSize", size);
        akin_json_set_text(json, "sha256", file->sha256);
        akin_json_append(refs, reference(file->name));
    }
    put_recipe(g, refs);
    return refs;
}

/* How it came about: akin, asked with the recipe, on this state of a store. */
static void
put_provenance(struct graph *g)
{
    const struct akin_collection *c = g->m->c;
    struct akin_json *json = entity(g, "#akin", "SoftwareApplication");
    struct akin_buf text = {0};

    akin_json_set_text(json, "name", "akin");
    akin_json_set_text(json, "version", AKIN_VERSION);
    json = entity(g, "#index", "CreativeWork");
    akin_json_set_text(json, "name", "The index that was asked");
    akin_buf_printf(&text, "store %s, generation %u, descriptor %s",
                    c->store_uuid, c->generation, c->descriptor);
    akin_json_set_text(json, "identifier", akin_buf_text(&text));
    json = entity(g, "#assembly", "CreateAction");
    akin_json_set_text(json, "name", "Assembly of the collection");
    akin_json_set_text(json, "endTime", g->m->created);
    akin_json_set(json, "instrument", reference("#akin"));
    akin_json_set(json, "object", akin_json_array());
    akin_json_append(akin_json_get(json, "object"), reference("#index"));
    akin_json_append(akin_json_get(json, "object"), reference("recipe.json"));
    akin_json_set(json, "result", reference("./"));
    akin_buf_clear(&text);
    akin_buf_printf(&text, "seed %" PRIu64 "; recipe.json holds all options",
                    c->options->seed);
    akin_json_set_text(json, "description", akin_buf_text(&text));
    akin_buf_free(&text);
}

static void
put_publisher(struct graph *g, struct akin_json *root)
{
    struct akin_json *json = entity(g, "#publisher", "Organization");

    akin_json_set_text(json, "name", "not published: assembled by akin");
    akin_json_set(root, "publisher", reference("#publisher"));
}

static void
put_root(struct graph *g)
{
    const struct akin__manifest *m = g->m;
    struct akin_json *root = entity(g, "./", "Dataset");

    akin_json_set_text(root, "name", akin_buf_text(&m->title));
    akin_json_set_text(root, "description", akin_buf_text(&m->description));
    akin_json_set_text(root, "identifier", m->name);
    akin_json_set_text(root, "datePublished", m->created);
    akin_json_set_text(root, "version", "1.0.0");
    akin_json_set(root, "license", put_licences(g));
    akin_json_set(root, "author", put_people(g));
    akin_json_set(root, "about", put_terms(g, "organism", "organism"));
    akin_json_set(root, "measurementMethod",
                  put_terms(g, "imaging_method", "method"));
    akin_json_set(root, "isBasedOn", put_sources(g));
    put_publisher(g, root);
    akin_json_set(root, "hasPart", put_files(g));
    akin_json_set(root, "mentions", reference("#assembly"));
}

void
akin__crate_write(const struct akin__manifest *m, struct akin_buf *out)
{
    struct graph g = {.m = m, .list = akin_json_array()};
    struct akin_json *json = akin_json_object(), *head;

    head = entity(&g, "ro-crate-metadata.json", "CreativeWork");
    akin_json_set(head, "conformsTo",
                  reference("https://w3id.org/ro/crate/1.2"));
    akin_json_set(head, "about", reference("./"));
    put_root(&g);
    put_provenance(&g);
    akin_json_set_text(json, "@context",
                       "https://w3id.org/ro/crate/1.2/context");
    akin_json_set(json, "@graph", g.list);
    akin_json_write(json, AKIN_JSON_PRETTY, out);
    akin_buf_puts(out, "\n");
    akin_json_free(json);
}
