/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/completeness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "akin/normalize.h"

/* ---- what is asked for ---- */

/* path: steps through the record, "*" for each item of a list, "a|b" for either
 * of two members. */
struct attribute {
    const char *module, *name, *path;
};

static const struct attribute rembi[] = {
    {"study", "title", "title"},
    {"study", "description", "description"},
    {"study", "licence", "license"},
    {"study", "authors", "authors/*/name"},
    {"study", "ORCID ids", "authors/*/orcid"},
    {"study", "affiliations", "authors/*/affiliations"},
    {"study", "release date", "date_published"},
    {"study", "keywords", "keywords"},
    {"study", "identifier", "identifier/doi|accession|url"},
    {"study", "publications", "publications"},
    {"study", "funding", "funders"},
    {"study component", "name", "rembi/components/*/title"},
    {"study component", "description", "rembi/components/*/description"},
    {"biosample", "organism", "organism/*/id"},
    {"biosample", "biological entity",
     "rembi/biosamples/*/biological_entity|description|title"},
    {"biosample", "variables",
     "rembi/biosamples/*/"
     "intrinsic_variables|extrinsic_variables|experimental_variables"},
    {"specimen", "sample preparation",
     "rembi/specimens/*/sample_preparation|description"},
    {"specimen", "growth protocol",
     "rembi/growth_protocols/*/description|title"},
    {"image acquisition", "imaging method", "imaging_method/*/id"},
    {"image acquisition", "instrument", "rembi/acquisitions/*/instrument"},
    {"image acquisition", "parameters",
     "rembi/acquisitions/*/parameters|description"},
    {"image data", "size in bytes", "size/bytes"},
    {"image data", "number of files", "size/files"},
    {"image analysis", "overview", "rembi/analyses/*/overview|description"},
};

static const struct attribute mifa[] = {
    {"annotations", "authors or contact", "mifa/annotations/*/authors|contact"},
    {"annotations", "overview", "mifa/annotations/*/overview"},
    {"annotations", "type", "mifa/annotations/*/type"},
    {"annotations", "method", "mifa/annotations/*/method"},
    {"annotations", "confidence level", "mifa/annotations/*/confidence"},
    {"annotations", "criteria", "mifa/annotations/*/criteria"},
    {"annotations", "coverage", "mifa/annotations/*/coverage"},
    {"annotations", "source images", "mifa/annotations/*/source_images"},
    {"annotations", "transformations", "mifa/annotations/*/transformations"},
    {"annotations", "spatial information",
     "mifa/annotations/*/spatial_information"},
    {"annotations", "last modification", "mifa/annotations/*/modified"},
    {"version", "id", "version/id"},
    {"version", "time", "version/time"},
    {"version", "previous version", "version/previous"},
    {"version", "changes", "version/changes"},
    {"version", "creators", "version/creators"},
};

/* ---- what is there ---- */

static bool
says_something(const struct akin_json *value)
{
    switch (akin_json_type(value)) {
    case AKIN_JSON_NONE:
    case AKIN_JSON_NULL:
        return false;
    case AKIN_JSON_STRING:
        return akin_json_string(value)[0] != '\0';
    case AKIN_JSON_ARRAY:
    case AKIN_JSON_OBJECT:
        return akin_json_count(value) > 0;
    default:
        return true;
    }
}

/* A member of one of the names "a|b"; the first that says something. */
static const struct akin_json *
either_member(const struct akin_json *object, const char *names, size_t len)
{
    while (len > 0) {
        size_t n = 0;
        const struct akin_json *value;
        char *name;

        while (n < len && names[n] != '|')
            n++;
        name = akin_strndup(names, n);
        value = akin_json_get(object, name);
        free(name);
        if (says_something(value))
            return value;
        n += n < len;
        names += n;
        len -= n;
    }
    return NULL;
}

/* The share, 0 to 1, of the places that path leads to and that say something.
 */
static double
share(const struct akin_json *value, const char *path)
{
    size_t n = strcspn(path, "/");
    const char *rest = path + n + (path[n] == '/');
    double sum = 0;

    if (path[0] == '\0')
        return says_something(value) ? 1 : 0;
    if (path[0] != '*')
        return share(either_member(value, path, n), rest);
    for (size_t i = 0; i < akin_json_count(value); i++)
        sum += share(akin_json_at(value, i), rest);
    return akin_json_count(value) == 0 ? 0
                                       : sum / (double)akin_json_count(value);
}

static int64_t
percent(double sum, size_t n)
{
    return n == 0 ? 0 : (int64_t)(100 * sum / (double)n + 0.5);
}

/* One module: rows from..to-1 of the table. Gives the mean share. */
static double
report_module(const struct akin_json *record, const struct attribute *table,
              size_t n, struct akin_json *modules)
{
    static const char *const states[] = {"present", "partly", "missing"};
    struct akin_json *module = akin_json_object();
    double sum = 0;

    akin_json_set_int(module, "score", 0);
    for (size_t s = 0; s < AKIN_COUNT(states); s++)
        akin_json_set(module, states[s], akin_json_array());
    for (size_t i = 0; i < n; i++) {
        double part = share(record, table[i].path);
        size_t state = part > 0.999 ? 0 : part > 0 ? 1 : 2;

        sum += part;
        akin_json_append(akin_json_get(module, states[state]),
                         akin_json_new_string(table[i].name));
    }
    akin_json_set_int(module, "score", percent(sum, n));
    akin_json_set(modules, table[0].module, module);
    return n == 0 ? 0 : sum / (double)n;
}

/* Each module weighs the same, whatever its number of attributes. */
static double
report_table(const struct akin_json *record, const struct attribute *table,
             size_t n, const char *key, struct akin_json *report)
{
    struct akin_json *part = akin_json_object();
    struct akin_json *modules = akin_json_object();
    size_t n_modules = 0;
    double sum = 0;

    for (size_t from = 0, to; from < n; from = to) {
        for (to = from; to < n; to++)
            if (strcmp(table[to].module, table[from].module) != 0)
                break;
        sum += report_module(record, table + from, to - from, modules);
        n_modules++;
    }
    akin_json_set_int(part, "score", percent(sum, n_modules));
    akin_json_set(part, "modules", modules);
    akin_json_set(report, key, part);
    return sum / (double)n_modules;
}

/* ---- machine learning ---- */

/* Terms that say nothing of how an image came to be: recorded image,
 * microscopy, light microscopy, macroscopy. */
static bool
has_telling_method(const struct akin_json *record)
{
    static const char *const empty[] = {"FBbi:00000265", "FBbi:00000241",
                                        "FBbi:00000345", "FBbi:00000240"};
    const struct akin_json *all = akin_json_get(record, "imaging_method");

    for (size_t i = 0; i < akin_json_count(all); i++) {
        const char *id = akin_json_text(akin_json_at(all, i), "id");
        bool telling = true;

        for (size_t e = 0; e < AKIN_COUNT(empty) && id != NULL; e++)
            telling = telling && strcmp(id, empty[e]) != 0;
        if (telling)
            return true;
    }
    return false;
}

struct rule {
    const char *text;
    bool there;
};

/* Sets key to whether nothing is missing, and list to what is. */
static void
report_rules(const struct rule *rules, size_t n, const char *key,
             const char *list, struct akin_json *report)
{
    struct akin_json *needed = akin_json_array();

    for (size_t i = 0; i < n; i++)
        if (!rules[i].there)
            akin_json_append(needed, akin_json_new_string(rules[i].text));
    akin_json_set_bool(report, key, akin_json_count(needed) == 0);
    akin_json_set(report, list, needed);
}

static bool
is_open(const struct akin_json *record)
{
    return akin_licence_kind(akin_json_text(record, "license")) ==
           AKIN_LICENCE_OPEN;
}

/* For training without labels, images must be reachable, balanced by organism
 * and method, and free to use. */
static void
report_unlabelled(const struct akin_json *record, struct akin_json *report)
{
    const struct rule rules[] = {
        {"an open licence (CC0 or CC BY)", is_open(record)},
        {"an organism with its NCBI Taxonomy id",
         share(record, "organism/*/id") > 0},
        {"an imaging method with its FBbi id",
         share(record, "imaging_method/*/id") > 0},
        {"an image to look at (thumbnail)", share(record, "thumbnails") > 0},
    };

    report_rules(rules, AKIN_COUNT(rules), "ssl_ready", "ssl_needed", report);
}

static void
report_needed(const struct akin_json *record, struct akin_json *report)
{
    const struct rule rules[] = {
        {"an open licence (CC0 or CC BY)", is_open(record)},
        {"authors to credit", share(record, "authors/*/name") > 0},
        {"a description", share(record, "description") > 0},
        {"an organism", share(record, "organism/*/id|label") > 0},
        {"an imaging method that says more than \"microscopy\"",
         has_telling_method(record)},
        {"a page or identifier to get the images from",
         share(record, "uri") > 0 ||
             share(record, "identifier/doi|url|accession") > 0},
        {"annotations", share(record, "mifa/annotations") > 0},
        {"the type of each annotation set",
         share(record, "mifa/annotations/*/type") > 0.999},
        {"how the annotations were made",
         share(record, "mifa/annotations/*/method") > 0.999},
        {"which images the annotations belong to",
         share(record, "mifa/annotations/*/source_images") > 0.999 ||
             share(record, "extra/file_lists") > 0},
    };

    report_rules(rules, AKIN_COUNT(rules), "ai_ready", "needed", report);
}

struct akin_json *
akin_completeness(const struct akin_json *record)
{
    struct akin_json *report = akin_json_object();
    double images, annotations;

    akin_json_set_int(report, "score", 0); /* first for readers */
    images = report_table(record, rembi, AKIN_COUNT(rembi), "rembi", report);
    annotations = report_table(record, mifa, AKIN_COUNT(mifa), "mifa", report);
    akin_json_set_int(report, "score",
                      percent(0.6 * images + 0.4 * annotations, 1));
    report_needed(record, report);
    report_unlabelled(record, report);
    return report;
}

/* ---- for people ---- */

static int64_t
score_of(const struct akin_json *object)
{
    int64_t score = 0;

    (void)akin_json_int(akin_json_get(object, "score"), &score);
    return score;
}

static void
put_list(const struct akin_json *list, const char *title, struct akin_buf *out)
{
    for (size_t i = 0; i < akin_json_count(list); i++)
        akin_buf_printf(out, "%s%s", i == 0 ? title : ", ",
                        akin_json_string(akin_json_at(list, i)));
}

static void
put_modules(const struct akin_json *part, const char *indent,
            struct akin_buf *out)
{
    struct akin_json *module;
    const char *name;
    void *it = NULL;

    while (
        akin_json_next(akin_json_get(part, "modules"), &it, &name, &module)) {
        akin_buf_printf(out, "%s  %-18s %3d%%", indent, name,
                        (int)score_of(module));
        put_list(akin_json_get(module, "partly"), "  partly: ", out);
        put_list(akin_json_get(module, "missing"), "  missing: ", out);
        akin_buf_puts(out, "\n");
    }
}

static void
put_ready(const struct akin_json *report, const char *what, const char *key,
          const char *list, const char *indent, struct akin_buf *out)
{
    bool is_ready = akin_json_true(akin_json_get(report, key));

    akin_buf_printf(out, "%sready for %s: %s", indent, what,
                    is_ready ? "yes" : "no");
    put_list(akin_json_get(report, list), "; needs ", out);
    akin_buf_puts(out, "\n");
}

void
akin_completeness_text(const struct akin_json *report, const char *indent,
                       struct akin_buf *out)
{
    const struct akin_json *images = akin_json_get(report, "rembi");
    const struct akin_json *annotations = akin_json_get(report, "mifa");

    akin_buf_printf(out, "%scompleteness: %d of 100 (REMBI %d%%, MIFA %d%%)\n",
                    indent, (int)score_of(report), (int)score_of(images),
                    (int)score_of(annotations));
    put_modules(images, indent, out);
    put_modules(annotations, indent, out);
    put_ready(report, "machine learning", "ai_ready", "needed", indent, out);
    put_ready(report, "training without labels", "ssl_ready", "ssl_needed",
              indent, out);
}
