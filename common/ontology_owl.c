/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ontology_owl.c - OWL in RDF/XML: triples -> terms.
 *
 * Source: OWL 2 Mapping to RDF Graphs (W3C 2012), section 3, for classes and
 * existential restrictions; the OBO Foundry's annotation properties (oboInOwl,
 * IAO). Only raptor's types end here.
 *
 * Design notes: triples of one subject need not come together, and a
 * restriction may be told before or after the class that uses it. So classes
 * and restrictions are collected by name while parsing, and joined at the end.
 */
#include "ontology_internal.h"

#include <stdlib.h>
#include <string.h>

#include <raptor2/raptor2.h>

#include "akin/hash.h"

#define TRIPLES_MAX 20000000
#define BASE_URI "http://purl.obolibrary.org/obo/"
#define RDF "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
#define RDFS "http://www.w3.org/2000/01/rdf-schema#"
#define OWL "http://www.w3.org/2002/07/owl#"
#define OBO "http://purl.obolibrary.org/obo/"
#define OIO "http://www.geneontology.org/formats/oboInOwl#"

/* What is told of one subject. */
struct subject {
    char *name; /* IRI, or "_:" and the name of a blank node; owned */
    struct akin_json *term;  /* NULL: no CURIE, or nothing kept so far */
    char *property, *filler; /* of a restriction; owned, or NULL */
    bool is_class;
};

/* subClassOf something that may turn out to be a restriction. */
struct link {
    size_t below;
    char *above; /* owned */
};

struct job {
    raptor_parser *parser;
    struct akin_error *err;
    enum akin_status st; /* the first failure: the rest is not looked at */
    size_t n_triples, n_classes;
    struct subject *subject;
    size_t n_subjects, room_subjects;
    size_t *slot; /* hash table of indexes + 1; 0: free */
    size_t n_slots;
    struct link *link;
    size_t n_links, room_links;
};

/* ---- failing from inside a callback ---- */

static int
line_of(const struct job *job)
{
    raptor_locator *locator = raptor_parser_get_locator(job->parser);
    int line = locator == NULL ? 0 : raptor_locator_line(locator);

    return line < 1 ? 1 : line; /* not known before the first line's end */
}

static void
keep(struct job *job, enum akin_status st)
{
    if (st == AKIN_OK || job->st != AKIN_OK)
        return;
    akin_error_prefix(job->err, "line %d", line_of(job));
    job->st = st;
    raptor_parser_parse_abort(job->parser);
}

static void
on_log(void *user, raptor_log_message *message)
{
    struct job *job = user;

    if (message->level >= RAPTOR_LOG_LEVEL_ERROR && job->st == AKIN_OK)
        job->st =
            AKIN_FAIL(job->err, AKIN_EFORMAT, "line %d: %s",
                      job->parser == NULL ? 1 : line_of(job), message->text);
}

/* ---- subjects by name ---- */

static size_t
slot_of(const struct job *job, const char *name)
{
    struct akin_hash hash = akin_hash_of(akin_span_str(name));
    size_t at = (size_t)akin_le64(hash.bytes) & (job->n_slots - 1);

    while (job->slot[at] != 0 &&
           strcmp(job->subject[job->slot[at] - 1].name, name) != 0)
        at = (at + 1) & (job->n_slots - 1);
    return at;
}

/* Room for one more: subjects double, the table stays at most half full. */
static void
grow(struct job *job)
{
    size_t room = job->room_subjects == 0 ? 1024 : 2 * job->room_subjects;
    struct subject *grown = akin_new(room, sizeof(*grown));

    if (job->n_subjects > 0)
        memcpy(grown, job->subject, job->n_subjects * sizeof(*grown));
    free(job->subject);
    job->subject = grown;
    job->room_subjects = room;
    free(job->slot);
    job->n_slots = 2 * room;
    job->slot = akin_new(job->n_slots, sizeof(*job->slot));
    for (size_t i = 0; i < job->n_subjects; i++)
        job->slot[slot_of(job, job->subject[i].name)] = i + 1;
}

/* The subject of this name, made when it is new. */
static size_t
subject_of(struct job *job, const char *name)
{
    struct akin_buf curie = {0};
    size_t at;

    if (job->n_subjects == job->room_subjects)
        grow(job);
    at = slot_of(job, name);
    if (job->slot[at] != 0)
        return job->slot[at] - 1;
    job->subject[job->n_subjects] = (struct subject){.name = akin_strdup(name)};
    if (akin__ontology_curie(name, &curie))
        job->subject[job->n_subjects].term =
            akin__ontology_term(akin_buf_text(&curie));
    akin_buf_free(&curie);
    job->slot[at] = ++job->n_subjects;
    return job->n_subjects - 1;
}

/* ---- triples ---- */

/* The IRI of a term, or "_:name" of a blank node; NULL: a literal. Owned. */
static char *
name_of(const raptor_term *term)
{
    struct akin_buf name = {0};

    if (term->type == RAPTOR_TERM_TYPE_URI)
        return akin_strdup((const char *)raptor_uri_as_string(term->value.uri));
    if (term->type != RAPTOR_TERM_TYPE_BLANK)
        return NULL;
    akin_buf_printf(&name, "_:%s", (const char *)term->value.blank.string);
    return (char *)akin_buf_take(&name);
}

static void
add_link(struct job *job, size_t below, const raptor_term *object)
{
    char *above = name_of(object);

    if (above == NULL)
        return;
    if (job->n_links == job->room_links) {
        size_t room = job->room_links == 0 ? 1024 : 2 * job->room_links;
        struct link *grown = akin_new(room, sizeof(*grown));

        if (job->n_links > 0)
            memcpy(grown, job->link, job->n_links * sizeof(*grown));
        free(job->link);
        job->link = grown;
        job->room_links = room;
    }
    job->link[job->n_links++] = (struct link){below, above};
}

enum meaning {
    MEANS_TYPE,
    MEANS_SUBCLASS,
    MEANS_ON_PROPERTY,
    MEANS_SOME,
    MEANS_LABEL,
    MEANS_SYNONYM,
    MEANS_DEPRECATED,
    MEANS_REPLACED,
    MEANS_CONSIDER,
    MEANS_RANK
};

static const struct predicate {
    const char *iri;
    enum meaning meaning;
    const char *kind; /* of a synonym */
} predicates[] = {
    {RDF "type", MEANS_TYPE, NULL},
    {RDFS "subClassOf", MEANS_SUBCLASS, NULL},
    {OWL "onProperty", MEANS_ON_PROPERTY, NULL},
    {OWL "someValuesFrom", MEANS_SOME, NULL},
    {RDFS "label", MEANS_LABEL, NULL},
    {OIO "hasExactSynonym", MEANS_SYNONYM, "exact"},
    {OIO "hasNarrowSynonym", MEANS_SYNONYM, "narrow"},
    {OIO "hasBroadSynonym", MEANS_SYNONYM, "broad"},
    {OIO "hasRelatedSynonym", MEANS_SYNONYM, "related"},
    {OWL "deprecated", MEANS_DEPRECATED, NULL},
    {OBO "IAO_0100001", MEANS_REPLACED, NULL},
    {OIO "consider", MEANS_CONSIDER, NULL},
    {OBO "ncbitaxon#has_rank", MEANS_RANK, NULL},
};

static const struct predicate *
predicate_of(const raptor_term *term)
{
    const char *iri;

    if (term->type != RAPTOR_TERM_TYPE_URI)
        return NULL;
    iri = (const char *)raptor_uri_as_string(term->value.uri);
    for (size_t i = 0; i < AKIN_COUNT(predicates); i++)
        if (strcmp(iri, predicates[i].iri) == 0)
            return &predicates[i];
    return NULL;
}

static void
set_type(struct job *job, struct subject *subject, const raptor_term *object)
{
    char *name = name_of(object);

    if (name != NULL && strcmp(name, OWL "Class") == 0 && !subject->is_class &&
        subject->term != NULL) {
        subject->is_class = true;
        if (++job->n_classes > AKIN_ONTOLOGY_TERMS_MAX)
            keep(job, AKIN_FAIL(job->err, AKIN_ELIMIT, "more than %d terms",
                                AKIN_ONTOLOGY_TERMS_MAX));
    }
    free(name);
}

/* An English label, or one without a language, wins over others. */
static enum akin_status
set_label(struct akin_json *term, const raptor_term *object, const char *text,
          struct akin_error *err)
{
    const unsigned char *language = object->value.literal.language;
    bool is_english =
        language == NULL || strncmp((const char *)language, "en", 2) == 0;
    enum akin_status st = akin__ontology_check_text(text, err);

    if (st == AKIN_OK && text[0] != '\0' &&
        (is_english || akin_json_text(term, "label") == NULL))
        akin_json_set_text(term, "label", text);
    return st;
}

/* The term that an object names: an IRI, or a CURIE in a literal. */
static enum akin_status
add_instead(struct akin_json *term, const raptor_term *object, const char *list,
            struct akin_error *err)
{
    char *name = object->type == RAPTOR_TERM_TYPE_LITERAL
                     ? akin_strdup((const char *)object->value.literal.string)
                     : name_of(object);
    struct akin_buf curie = {0};
    enum akin_status st = AKIN_OK;

    if (akin__ontology_curie(name, &curie))
        st = akin__ontology_instead(term, list, akin_buf_text(&curie), err);
    akin_buf_free(&curie);
    free(name);
    return st;
}

static void
set_rank(struct akin_json *term, const raptor_term *object)
{
    char *name = name_of(object);
    const char *local = name == NULL ? NULL : strstr(name, "NCBITaxon_");

    if (local != NULL)
        akin_json_set_text(term, "rank", local + strlen("NCBITaxon_"));
    free(name);
}

static enum akin_status
describe(struct akin_json *term, const struct predicate *predicate,
         const raptor_term *object, struct akin_error *err)
{
    const char *text = object->type == RAPTOR_TERM_TYPE_LITERAL
                           ? (const char *)object->value.literal.string
                           : NULL;

    switch (predicate->meaning) {
    case MEANS_LABEL:
        return text == NULL ? AKIN_OK : set_label(term, object, text, err);
    case MEANS_SYNONYM:
        return text == NULL
                   ? AKIN_OK
                   : akin__ontology_synonym(term, text, predicate->kind, err);
    case MEANS_DEPRECATED:
        if (text != NULL &&
            (strcmp(text, "true") == 0 || strcmp(text, "1") == 0))
            akin_json_set_bool(term, "deprecated", true);
        break;
    case MEANS_REPLACED:
        return add_instead(term, object, "replaced_by", err);
    case MEANS_CONSIDER:
        return add_instead(term, object, "consider", err);
    case MEANS_RANK:
        set_rank(term, object);
        break;
    default:
        break;
    }
    return AKIN_OK;
}

static void
take_triple(struct job *job, const raptor_statement *triple,
            const struct predicate *predicate)
{
    char *name = name_of(triple->subject);
    size_t at = subject_of(job, name);
    struct subject *subject = &job->subject[at];

    free(name);
    switch (predicate->meaning) {
    case MEANS_TYPE:
        set_type(job, subject, triple->object);
        break;
    case MEANS_SUBCLASS:
        add_link(job, at, triple->object);
        break;
    case MEANS_ON_PROPERTY:
        free(subject->property);
        subject->property = name_of(triple->object);
        break;
    case MEANS_SOME:
        free(subject->filler);
        subject->filler = name_of(triple->object);
        break;
    default:
        if (subject->term != NULL)
            keep(job,
                 describe(subject->term, predicate, triple->object, job->err));
        break;
    }
}

static void
on_triple(void *user, raptor_statement *triple)
{
    struct job *job = user;
    const struct predicate *predicate;

    if (job->st != AKIN_OK)
        return;
    if (++job->n_triples > TRIPLES_MAX) {
        keep(job, AKIN_FAIL(job->err, AKIN_ELIMIT, "more than %d triples",
                            TRIPLES_MAX));
        return;
    }
    predicate = predicate_of(triple->predicate);
    if (predicate != NULL && triple->subject->type != RAPTOR_TERM_TYPE_LITERAL)
        take_triple(job, triple, predicate);
}

/* ---- joining ---- */

static enum akin_status
join(struct job *job, const struct link *link)
{
    struct akin_json *term = job->subject[link->below].term;
    const char *above = link->above, *kind = "is_a";
    struct akin_buf curie = {0};
    enum akin_status st = AKIN_OK;
    size_t at;

    if (term == NULL)
        return AKIN_OK;
    at = job->slot[slot_of(job, above)];
    if (at > 0 && job->subject[at - 1].property != NULL) {
        kind = "part_of";
        above = strcmp(job->subject[at - 1].property, OBO "BFO_0000050") == 0
                    ? job->subject[at - 1].filler
                    : NULL;
    }
    if (above != NULL && akin__ontology_curie(above, &curie))
        st = akin__ontology_parent(term, akin_buf_text(&curie), kind, job->err);
    akin_buf_free(&curie);
    return st;
}

static enum akin_status
finish(struct job *job, struct akin_json *terms)
{
    enum akin_status st = AKIN_OK;

    for (size_t i = 0; st == AKIN_OK && i < job->n_links; i++)
        st = join(job, &job->link[i]);
    for (size_t i = 0; st == AKIN_OK && i < job->n_subjects; i++)
        if (job->subject[i].is_class)
            akin_json_append(terms, akin_json_share(job->subject[i].term));
    return st;
}

static void
job_free(struct job *job)
{
    for (size_t i = 0; i < job->n_subjects; i++) {
        free(job->subject[i].name);
        free(job->subject[i].property);
        free(job->subject[i].filler);
        akin_json_free(job->subject[i].term);
    }
    for (size_t i = 0; i < job->n_links; i++)
        free(job->link[i].above);
    free(job->subject);
    free(job->slot);
    free(job->link);
}

/* ---- parsing ---- */

/* In pieces, so that the parser's place, which errors tell, moves on: it is not
 * known before the first piece has been taken in. */
#define FIRST_PIECE 4
#define PIECE 4096

static int
feed(struct job *job, struct akin_span text)
{
    size_t size = FIRST_PIECE;
    int rc = 0;

    for (size_t at = 0; rc == 0 && job->st == AKIN_OK && at < text.len;) {
        size_t n = text.len - at < size ? text.len - at : size;

        rc = raptor_parser_parse_chunk(job->parser, text.data + at, n,
                                       at + n == text.len);
        at += n;
        size = PIECE;
    }
    return rc;
}

static enum akin_status
parse(struct job *job, raptor_world *world, struct akin_span text,
      struct akin_error *err)
{
    raptor_uri *base = raptor_new_uri(world, (const unsigned char *)BASE_URI);
    int rc = 1;

    job->parser = raptor_new_parser(world, "rdfxml");
    if (job->parser != NULL && base != NULL) {
        /* Nothing is fetched: no network, no external entities. */
        (void)raptor_parser_set_option(job->parser, RAPTOR_OPTION_NO_NET, NULL,
                                       1);
        (void)raptor_parser_set_option(
            job->parser, RAPTOR_OPTION_LOAD_EXTERNAL_ENTITIES, NULL, 0);
        raptor_parser_set_statement_handler(job->parser, job, on_triple);
        rc = raptor_parser_parse_start(job->parser, base);
        if (rc == 0)
            rc = feed(job, text);
    }
    if (rc != 0 && job->st == AKIN_OK)
        job->st = AKIN_FAIL(err, AKIN_EFORMAT, "this is not RDF/XML");
    if (job->parser != NULL)
        raptor_free_parser(job->parser);
    if (base != NULL)
        raptor_free_uri(base);
    return job->st;
}

enum akin_status
akin__ontology_read_owl(struct akin_span text, struct akin_json *terms,
                        struct akin_error *err)
{
    raptor_world *world = raptor_new_world();
    struct akin_error own = {0};
    struct job job = {.err = err == NULL ? &own : err};
    enum akin_status st;

    if (world == NULL)
        return AKIN_FAIL(err, AKIN_EINTERNAL, "raptor cannot be started");
    raptor_world_set_log_handler(world, &job, on_log);
    grow(&job);
    if (raptor_world_open(world) != 0)
        st = AKIN_FAIL(err, AKIN_EINTERNAL, "raptor cannot be started");
    else
        st = parse(&job, world, text, job.err);
    if (st == AKIN_OK)
        st = finish(&job, terms);
    if (st == AKIN_OK && job.n_triples == 0)
        st = AKIN_FAIL(err, AKIN_EFORMAT, "there is no RDF in this XML");
    job_free(&job);
    raptor_free_world(world);
    return st;
}
