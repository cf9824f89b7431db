/* SPDX-License-Identifier: Apache-2.0 */
/* The modules of REMBI and MIFA in a BioStudies submission. */
#include "record_biostudies_internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- terms ---- */

/* "Homo sapiens (human)": the taxon and, in lower case, its common name. */
static void
add_organism_text(struct akin__study *study, struct akin_json *sample,
                  const char *text)
{
    const char *open = strrchr(text, '(');
    size_t len = strlen(text);
    char *name;

    while (len > 0 && isspace((unsigned char)text[len - 1]))
        len--;
    if (open != NULL && open > text && text[len - 1] == ')' &&
        strpbrk(open, "0123456789:_") == NULL)
        len = (size_t)(open - text);
    name = akin_strndup(text, len);
    akin__add_terms_text(study->record, study->record, "organism", "NCBITaxon",
                         name, study->report);
    if (!akin__says_nothing(name))
        akin__add_term(sample, "organism",
                       akin_term_parse(name, "NCBITaxon", NULL), NULL, "");
    free(name);
}

static void
add_organism_section(struct akin__study *study, const struct akin_json *section,
                     struct akin_json *sample)
{
    const char *id = akin__attribute(section, "NCBI taxon ID");
    const char *label = akin__attribute(section, "Scientific name");
    struct akin_json *term = akin_json_object();
    struct akin_buf curie = {0};

    if (id != NULL && akin_curie_normalize(id, "NCBITaxon", &curie))
        akin_json_set_text(term, "id", akin_buf_text(&curie));
    else if (id != NULL)
        akin__keep_unclear(study->record, study->report, "/organism", id,
                           "no NCBI taxon id");
    if (label == NULL)
        label = akin__attribute(section, "Common name");
    (void)akin__set_line(term, "label", label);
    akin_buf_free(&curie);
    akin__add_term(sample, "organism", akin_json_copy(term), NULL, "");
    akin__add_term(study->record, "organism", term, study->report, "/organism");
}

static void
add_method_section(struct akin__study *study, const struct akin_json *section,
                   struct akin_json *acquisition)
{
    const char *id = akin__attribute(section, "Ontology Term ID");
    const char *label = akin__attribute(section, "Ontology Value");
    struct akin_json *term = akin_json_object();
    struct akin_buf curie = {0};

    if (id != NULL && akin_curie_normalize(id, "FBbi", &curie))
        akin_json_set_text(term, "id", akin_buf_text(&curie));
    else if (id != NULL)
        akin__keep_unclear(study->record, study->report, "/imaging_method", id,
                           "no id of a term");
    (void)akin__set_line(term, "label", label);
    akin_buf_free(&curie);
    akin__add_term(acquisition, "imaging_method", akin_json_copy(term), NULL,
                   "");
    akin__add_term(study->record, "imaging_method", term, study->report,
                   "/imaging_method");
}

/* ---- modules ---- */

/* attribute -> field of the module's object */
struct mapping {
    const char *attribute, *key;
    bool list; /* may be there several times */
};

static struct akin_json *
map_section(const struct akin_json *section, const struct mapping *map,
            size_t n)
{
    struct akin_json *object = akin_json_object();
    const struct akin_json *one;

    for (size_t m = 0; m < n; m++)
        for (size_t i = 0;
             (one = akin__attribute_at(section, map[m].attribute, i)) != NULL;
             i++) {
            const char *text = akin_json_text(one, "value");

            if (map[m].list)
                akin__add_line(object, map[m].key, text);
            else if (akin_json_get(object, map[m].key) == NULL)
                (void)akin__set_paragraphs(object, map[m].key, text);
        }
    return object;
}

static void
add_module(struct akin__study *study, const char *module,
           struct akin_json *object)
{
    if (akin_json_count(object) == 0) {
        akin_json_free(object);
        return;
    }
    akin_json_append(
        akin__sub_array(akin__sub_object(study->record, "rembi"), module),
        object);
}

static void
read_biosample(struct akin__study *study, const struct akin_json *section)
{
    static const struct mapping map[] = {
        {"Title", "title", false},
        {"Description", "description", false},
        {"Biological entity", "biological_entity", true},
        {"Intrinsic variable", "intrinsic_variables", true},
        {"Extrinsic variable", "extrinsic_variables", true},
        {"Experimental variable", "experimental_variables", true}};
    struct akin_json *sample = map_section(section, map, AKIN_COUNT(map));
    const struct akin_json *below = akin_json_get(section, "subsections"), *one;

    for (size_t i = 0;
         (one = akin__attribute_at(section, "Organism", i)) != NULL; i++)
        add_organism_text(study, sample, akin_json_text(one, "value"));
    for (size_t i = 0; i < akin_json_count(below); i++)
        if (akin__section_is(akin_json_at(below, i), "Organism"))
            add_organism_section(study, akin_json_at(below, i), sample);
    for (size_t i = 0;
         (one = akin__attribute_at(section, "Biological entity", i)) != NULL;
         i++)
        akin__add_term(
            study->record, "biological_entity",
            akin_term_parse(akin_json_text(one, "value"), NULL, NULL),
            study->report, "/biological_entity");
    add_module(study, "biosamples", sample);
}

static void
read_specimen(struct akin__study *study, const struct akin_json *section)
{
    static const struct mapping map[] = {
        {"Title", "title", false},
        {"Sample preparation protocol", "sample_preparation", false},
        {"Growth protocol", "growth_protocol", false}};
    static const char *const channel[] = {"Signal/contrast mechanism",
                                          "Channel - content",
                                          "Channel - biological entity"};
    struct akin_json *specimen = map_section(section, map, AKIN_COUNT(map));
    const char *growth = akin_json_text(specimen, "growth_protocol");

    if (growth != NULL) {
        struct akin_json *protocol = akin_json_object();

        akin_json_set_text(protocol, "title",
                           akin_json_text(specimen, "title"));
        akin_json_set_text(protocol, "description", growth);
        add_module(study, "growth_protocols", protocol);
    }
    for (size_t i = 0; i < AKIN_COUNT(channel); i++)
        if (akin__attribute(section, channel[i]) != NULL) {
            static const struct mapping of[] = {
                {"Signal/contrast mechanism", "signal", true},
                {"Channel - content", "content", true},
                {"Channel - biological entity", "biological_entity", true}};

            add_module(study, "channels",
                       map_section(section, of, AKIN_COUNT(of)));
            break;
        }
    add_module(study, "specimens", specimen);
}

static void
read_acquisition(struct akin__study *study, const struct akin_json *section)
{
    static const struct mapping map[] = {
        {"Title", "title", false},
        {"Imaging instrument", "instrument", false},
        {"Image acquisition parameters", "parameters", false}};
    struct akin_json *object = map_section(section, map, AKIN_COUNT(map));
    const struct akin_json *below = akin_json_get(section, "subsections"), *one;

    for (size_t i = 0;
         (one = akin__attribute_at(section, "Imaging method", i)) != NULL;
         i++) {
        const char *text = akin_json_text(one, "value");

        akin__add_terms_text(study->record, study->record, "imaging_method",
                             "FBbi", text, study->report);
        akin__add_term(object, "imaging_method",
                       akin_term_parse(text, "FBbi", NULL), NULL, "");
    }
    for (size_t i = 0; i < akin_json_count(below); i++)
        if (akin__section_is(akin_json_at(below, i), "Imaging Method"))
            add_method_section(study, akin_json_at(below, i), object);
    add_module(study, "acquisitions", object);
}

static void
read_analysis(struct akin__study *study, const struct akin_json *section)
{
    static const struct mapping map[] = {
        {"Title", "title", false},
        {"Image analysis overview", "overview", false}};

    add_module(study, "analyses", map_section(section, map, AKIN_COUNT(map)));
}

static void
read_correlation(struct akin__study *study, const struct akin_json *section)
{
    static const struct mapping map[] = {
        {"Title", "title", false},
        {"Spatial and temporal alignment", "alignment", false},
        {"Fiducials used", "fiducials", false},
        {"Transformation matrix", "transformation", false}};

    add_module(study, "correlations",
               map_section(section, map, AKIN_COUNT(map)));
}

/* Keeps which file list belongs to which section. */
static void
keep_file_list(struct akin__study *study, const struct akin_json *section,
               const char *kind, const char *title)
{
    const char *list = akin__attribute(section, "File List");
    struct akin_json *entry;

    if (list == NULL)
        return;
    entry = akin_json_object();
    akin_json_set_text(entry, "section", kind);
    (void)akin__set_line(entry, "title", title);
    (void)akin__set_line(entry, "file_list", list);
    akin_json_append(
        akin__sub_array(akin__sub_object(study->record, "extra"), "file_lists"),
        entry);
}

static void
read_component(struct akin__study *study, const struct akin_json *section)
{
    static const struct mapping map[] = {{"Name", "title", false},
                                         {"Description", "description", false},
                                         {"File List", "file_list", false}};
    static const struct mapping link[] = {
        {"Biosample", "biosample", false},
        {"Specimen", "specimen", false},
        {"Image acquisition", "acquisition", false},
        {"Image analysis", "analysis", false}};
    struct akin_json *component = map_section(section, map, AKIN_COUNT(map));
    const struct akin_json *below = akin_json_get(section, "subsections");

    for (size_t i = 0; i < akin_json_count(below); i++)
        if (akin__section_is(akin_json_at(below, i), "Associations"))
            akin_json_append(
                akin__sub_array(component, "associations"),
                map_section(akin_json_at(below, i), link, AKIN_COUNT(link)));
    keep_file_list(study, section, "study component",
                   akin__attribute(section, "Name"));
    add_module(study, "components", component);
}

void
akin__section_rembi(struct akin__study *study, const struct akin_json *section)
{
    static const struct {
        const char *type;
        akin__section_fn *read;
    } readers[] = {
        {"Biosample", read_biosample},
        {"Specimen", read_specimen},
        {"Image acquisition", read_acquisition},
        {"Image analysis", read_analysis},
        {"Image analyses", read_analysis},
        {"Image correlation", read_correlation},
        {"Study component", read_component},
    };

    for (size_t i = 0; i < AKIN_COUNT(readers); i++)
        if (akin__section_is(section, readers[i].type)) {
            readers[i].read(study, section);
            return;
        }
}

/* ---- MIFA ---- */

/* The attribute under the name of the form or a shorter one. */
static const char *
annotation_text(const struct akin_json *section, const char *const *names)
{
    for (; *names != NULL; names++)
        if (akin__attribute(section, *names) != NULL)
            return akin__attribute(section, *names);
    return NULL;
}

/* MIFA Table 1; names as in the archive's templates, and shorter ones. */
static const struct {
    const char *key;
    const char *names[5];
} mifa[] = {
    {"title", {"Title", "Name", NULL}},
    {"contact", {"Annotation contact", "Contact", NULL}},
    {"overview", {"Annotation overview", "Overview", "Description", NULL}},
    {"method", {"Annotation method", "Method", NULL}},
    {"confidence",
     {"Annotation confidence level", "Annotation confidence",
      "Confidence level", "Confidence", NULL}},
    {"criteria", {"Annotation criteria", "Criteria", NULL}},
    {"coverage", {"Annotation coverage", "Coverage", NULL}},
    {"source_images",
     {"Source image association", "Source image", "Annotation source indicator",
      NULL}},
    {"transformations",
     {"Transformations", "Annotation transformations", NULL}},
    {"spatial_information",
     {"Spatial information", "Annotation spatial information", NULL}},
    {"modified",
     {"Last modification time", "Last modification", "Modified",
      "Version timestamp", NULL}},
};

static void
add_annotation_authors(struct akin__study *study,
                       const struct akin_json *section,
                       struct akin_json *annotation)
{
    const char *text = akin__attribute(section, "Annotation authors");

    if (text == NULL)
        text = akin__attribute(section, "Authors");
    while (text != NULL && *text != '\0') {
        size_t n = strcspn(text, ",;\n");
        char *part = akin_strndup(text, n);
        struct akin_json *author = akin_json_object();

        if (strpbrk(part, "0123456789") != NULL)
            akin__set_orcid(author, part, study->report,
                            "/mifa/annotations/authors");
        part[strcspn(part, "(<[")] = '\0';
        if (akin__set_line(author, "name", part))
            akin_json_append(akin__sub_array(annotation, "authors"), author);
        else
            akin_json_free(author);
        free(part);
        text += n + (text[n] != '\0');
    }
}

/* The version of an annotation set is a section of its own: its time is when
 * the set was last changed. */
static void
read_annotation_version(struct akin__study *study,
                        const struct akin_json *section,
                        struct akin_json *annotation)
{
    const struct akin_json *below = akin_json_get(section, "subsections");

    for (size_t i = 0; i < akin_json_count(below); i++) {
        const struct akin_json *one = akin_json_at(below, i);
        const char *version = akin__attribute(one, "Annotation version");

        if (!akin__section_is(one, "Version"))
            continue;
        if (akin_json_get(annotation, "modified") == NULL)
            (void)akin__set_line(annotation, "modified",
                                 akin__attribute(one, "Version timestamp"));
        if (version != NULL)
            akin__add_extra(study->record, "annotation_version",
                            akin_json_new_string(version));
    }
}

static void
tidy_modified(struct akin_json *annotation)
{
    const char *text = akin_json_text(annotation, "modified");
    char date[AKIN_DATE_TEXT];

    if (text != NULL && akin_date_normalize(text, date))
        akin_json_set_text(annotation, "modified", date);
}

void
akin__section_mifa(struct akin__study *study, const struct akin_json *section)
{
    struct akin_json *annotation;
    const struct akin_json *one;

    if (!akin__section_is(section, "Annotations"))
        return;
    annotation = akin_json_object();
    for (size_t i = 0; i < AKIN_COUNT(mifa); i++)
        (void)akin__set_paragraphs(annotation, mifa[i].key,
                                   annotation_text(section, mifa[i].names));
    add_annotation_authors(study, section, annotation);
    for (size_t i = 0;
         (one = akin__attribute_at(section, "Annotation type", i)) != NULL; i++)
        akin__add_annotation_types(study->record, annotation,
                                   akin_json_text(one, "value"), study->report);
    read_annotation_version(study, section, annotation);
    tidy_modified(annotation);
    keep_file_list(study, section, "annotations",
                   akin__attribute(section, "Title"));
    akin_json_append(
        akin__sub_array(akin__sub_object(study->record, "mifa"), "annotations"),
        annotation);
}
