/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter_fields.c - the names a person can filter by, and where in a canonical
 * record their values are.
 */
#include "filter_internal.h"

#include <stdio.h>
#include <string.h>

#include "akin/nearest.h"

static const struct akin__field fields[] = {
    {"id", AKIN__KIND_EXACT, "id|identifier.accession|identifier.doi",
     "identifier or accession of the dataset"},
    {"title", AKIN__KIND_TEXT, "title", "words of the title"},
    {"description", AKIN__KIND_TEXT, "description", "words of the description"},
    {"publisher", AKIN__KIND_TEXT, "publisher.name|publisher.url",
     "repository that publishes the dataset"},
    {"license", AKIN__KIND_EXACT, "license|license_original",
     "licence as an SPDX id, or as the source wrote it"},
    {"year", AKIN__KIND_NUMBER, "year", "year of publication"},
    {"keyword", AKIN__KIND_TEXT, "keywords", "keywords"},
    {"author", AKIN__KIND_TEXT,
     "authors.name|authors.orcid|mifa.annotations.authors.name|"
     "mifa.annotations.authors.orcid|" AKIN__AUTHORS_BEFORE
     ".name|" AKIN__AUTHORS_BEFORE ".orcid",
     "name or ORCID of an author or annotator"},
    {"orcid", AKIN__KIND_EXACT,
     "authors.orcid|mifa.annotations.authors.orcid|" AKIN__AUTHORS_BEFORE
     ".orcid",
     "ORCID of an author or annotator"},
    {"affiliation", AKIN__KIND_TEXT, "authors.affiliations",
     "institute of an author"},
    {"funder", AKIN__KIND_TEXT, "funders.name|funders.grant",
     "funder or grant"},
    {"organism", AKIN__KIND_TERM, "organism|extra.file_attributes.organism",
     "organism (NCBITaxon)"},
    {"imaging_method", AKIN__KIND_TERM,
     "imaging_method|extra.file_attributes.imaging_method",
     "imaging method (FBbi)"},
    {"biological_entity", AKIN__KIND_TERM, "biological_entity",
     "what is imaged"},
    {"cell_line", AKIN__KIND_TERM, "cell_line|extra.file_attributes.cell_line",
     "cell line"},
    {"modality", AKIN__KIND_TEXT, "modality", "kind of microscopy in a word"},
    {"category", AKIN__KIND_EXACT, "category", "category of what is shown"},
    {"annotation_type", AKIN__KIND_EXACT, "mifa.annotations.type",
     "type of annotation (MIFA Box 1)"},
    {"annotation_confidence", AKIN__KIND_TEXT, "mifa.annotations.confidence",
     "confidence of annotations"},
    {"annotation_coverage", AKIN__KIND_TEXT, "mifa.annotations.coverage",
     "what share of the images is annotated"},
    {"annotation", AKIN__KIND_TEXT,
     "mifa.annotations.title|mifa.annotations.overview|"
     "mifa.annotations.method",
     "title, overview or method of an annotation"},
    {"thumbnail", AKIN__KIND_EXACT, "thumbnails", "address of a thumbnail"},
    {"model", AKIN__KIND_TEXT, "models.name|models.url", "trained model"},
    {"publication", AKIN__KIND_TEXT,
     "publications.title|publications.doi|publications.pubmed_id",
     "publication"},
    {"source", AKIN__KIND_EXACT, "source.kind", "kind of metadata source"},
    {"size_bytes", AKIN__KIND_NUMBER, "size.bytes", "size in bytes"},
    {"files", AKIN__KIND_NUMBER, "size.files", "number of files"},
    {"format", AKIN__KIND_EXACT, "images.format|extra.file_attributes.format",
     "file format of an image"},
    {"bit_depth", AKIN__KIND_NUMBER,
     "images.bits|extra.file_attributes.bit_depth", "bits per sample"},
    {"width", AKIN__KIND_NUMBER, "images.dim_x|extra.file_attributes.width",
     "width in px"},
    {"height", AKIN__KIND_NUMBER, "images.dim_y|extra.file_attributes.height",
     "height in px"},
    {"depth", AKIN__KIND_NUMBER, "images.dim_z|extra.file_attributes.depth",
     "planes along z"},
    {"channels", AKIN__KIND_NUMBER,
     "images.dim_c|extra.file_attributes.channels", "channels"},
    {"timepoints", AKIN__KIND_NUMBER,
     "images.dim_t|extra.file_attributes.timepoints", "time points"},
    {"pixel_size_um", AKIN__KIND_NUMBER,
     "images.pixel_um_x|extra.file_attributes.pixel_size_um",
     "size of a pixel in micrometres"},
};

/* What else people write. */
static const struct {
    const char *said, *meant;
} spellings[] = {
    {"licence", "license"},       {"accession", "id"},
    {"species", "organism"},      {"taxon", "organism"},
    {"method", "imaging_method"}, {"keywords", "keyword"},
    {"authors", "author"},        {"annotation_types", "annotation_type"},
    {"bits", "bit_depth"},        {"pixel_size", "pixel_size_um"},
    {"repository", "publisher"},  {"annotations", "annotation"},
    {"thumbnails", "thumbnail"},  {"models", "model"},
};

#define EXTRA "extra."
#define IMAGE "image."

static const struct akin__field *
extra_field(const char *prefix, const char *name)
{
    static _Thread_local char copy[128]; /* 31 of prefix, 95 of name */
    static _Thread_local struct akin__field field;
    size_t len = strlen(name);

    if (len == 0 || len > 95 || strchr(name, '|') != NULL)
        return NULL;
    (void)snprintf(copy, sizeof(copy), "%.31s%.95s", prefix, name);
    field = (struct akin__field){copy, AKIN__KIND_TEXT, copy, "own field"};
    return &field;
}

/* An attribute that file lists give to images; where there is a field for
 * that, the field. */
static const struct akin__field *
image_field(const char *name)
{
    for (size_t i = 0; i < AKIN_COUNT(fields); i++)
        if (strcmp(fields[i].name, name) == 0 &&
            strstr(fields[i].path, AKIN__FILE_ATTRIBUTES) != NULL)
            return &fields[i];
    return extra_field(AKIN__FILE_ATTRIBUTES, name);
}

const struct akin__field *
akin__field_find(const char *name, const char **near)
{
    struct akin_nearest nearest;

    *near = NULL;
    if (strncmp(name, EXTRA, strlen(EXTRA)) == 0)
        return extra_field(EXTRA, name + strlen(EXTRA));
    if (strncmp(name, IMAGE, strlen(IMAGE)) == 0)
        return image_field(name + strlen(IMAGE));
    for (size_t i = 0; i < AKIN_COUNT(spellings); i++)
        if (strcmp(spellings[i].said, name) == 0)
            name = spellings[i].meant;
    akin_nearest_init(&nearest, name);
    for (size_t i = 0; i < AKIN_COUNT(fields); i++) {
        if (strcmp(fields[i].name, name) == 0)
            return &fields[i];
        akin_nearest_offer(&nearest, fields[i].name);
    }
    *near = nearest.best;
    return NULL;
}

size_t
akin__fields(const struct akin__field **out)
{
    *out = fields;
    return AKIN_COUNT(fields);
}
