/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/record_tally.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- which class a note belongs to ---- */

static const char *const classes[] = {"normalised", "doubtful", "contradicted",
                                      "missing"};

static const struct {
    const char *code, *class;
} known[] = {
    {"license_contradiction", "contradicted"},
    {"size_contradiction", "contradicted"},
    {"term_two_labels", "contradicted"},
    {"label", "contradicted"},
    {"orcid_check_digit", "contradicted"},
    {"path_twice", "contradicted"},
    {"reference_missing", "missing"},
    {"id_missing", "missing"},
    {"title_missing", "missing"},
    {"author_unnamed", "missing"},
    {"path_missing", "missing"},
    {"orcid_none", "doubtful"},
    {"pseudo_taxon", "doubtful"},
    {"term_unknown", "doubtful"},
    {"size_zero", "doubtful"},
    {"size_unit", "doubtful"},
};

static const char *
class_of(const char *code, const char *level)
{
    for (size_t i = 0; i < AKIN_COUNT(known); i++)
        if (strcmp(known[i].code, code) == 0)
            return known[i].class;
    return strcmp(level, "info") == 0 ? "normalised" : "doubtful";
}

/* ---- counting ---- */

static struct akin_json *
sub_object(struct akin_json *object, const char *key)
{
    if (akin_json_get(object, key) == NULL)
        akin_json_set(object, key, akin_json_object());
    return akin_json_get(object, key);
}

static void
count_up(struct akin_json *object, const char *key)
{
    int64_t n = 0;

    (void)akin_json_int(akin_json_get(object, key), &n);
    akin_json_set_int(object, key, n + 1);
}

/* is_first: of this dataset, which counts once. */
static void
add_finding(struct akin_json *source, const char *class, const char *code,
            const char *id, const char *text, bool is_first)
{
    struct akin_json *finding = sub_object(sub_object(source, class), code);
    struct akin_json *examples, *example;

    count_up(finding, "count");
    if (!is_first)
        return;
    count_up(finding, "datasets");
    if (akin_json_get(finding, "examples") == NULL)
        akin_json_set(finding, "examples", akin_json_array());
    examples = akin_json_get(finding, "examples");
    if (akin_json_count(examples) == AKIN_TALLY_EXAMPLES)
        return;
    example = akin_json_object();
    akin_json_set_text(example, "id", id);
    akin_json_set_text(example, "text", text);
    akin_json_append(examples, example);
}

/* True when some item of the list has the member. */
static bool
any_has(const struct akin_json *list, const char *key)
{
    for (size_t i = 0; i < akin_json_count(list); i++)
        if (akin_json_get(akin_json_at(list, i), key) != NULL)
            return true;
    return false;
}

static void
add_missing(struct akin_json *source, const struct akin_json *record,
            const char *id)
{
    const struct akin_json *authors = akin_json_get(record, "authors");
    const struct {
        const char *name;
        bool there;
    } wanted[] = {
        {"description", akin_json_get(record, "description") != NULL},
        {"licence", akin_json_get(record, "license") != NULL},
        {"date", akin_json_get(record, "date_published") != NULL},
        {"authors", authors != NULL},
        {"orcid", any_has(authors, "orcid")},
        {"organism id", any_has(akin_json_get(record, "organism"), "id")},
        {"imaging method id",
         any_has(akin_json_get(record, "imaging_method"), "id")},
        {"keywords", akin_json_get(record, "keywords") != NULL},
        {"publications", akin_json_get(record, "publications") != NULL},
        {"thumbnails", akin_json_get(record, "thumbnails") != NULL},
        {"size", akin_json_get(record, "size") != NULL},
        {"annotations", akin_json_get(record, "mifa") != NULL},
    };

    for (size_t i = 0; i < AKIN_COUNT(wanted); i++)
        if (!wanted[i].there)
            add_finding(source, "missing", wanted[i].name, id, NULL, true);
}

void
akin_record_tally(struct akin_json *tally, const struct akin_json *record,
                  const struct akin_json *notes)
{
    const char *kind = akin_json_text(akin_json_get(record, "source"), "kind");
    const char *who =
        akin_json_text(akin_json_get(record, "publisher"), "name");
    const char *id = akin_json_text(record, "id");
    struct akin_json *source, *seen = akin_json_object();
    struct akin_buf name = {0};

    if (who != NULL)
        akin_buf_printf(&name, "%s (%s)", who, kind != NULL ? kind : "?");
    else
        akin_buf_puts(&name, kind != NULL ? kind : "?");
    source = sub_object(tally, akin_buf_text(&name));
    count_up(source, "datasets");
    if (id == NULL)
        id = "";
    for (size_t i = 0; i < akin_json_count(notes); i++) {
        const struct akin_json *note = akin_json_at(notes, i);
        const char *code = akin_json_text(note, "code");
        const char *level = akin_json_text(note, "level");

        if (code == NULL || level == NULL)
            continue;
        add_finding(source, class_of(code, level), code, id,
                    akin_json_text(note, "text"),
                    akin_json_get(seen, code) == NULL);
        akin_json_set_bool(seen, code, true);
    }
    add_missing(source, record, id);
    akin_json_free(seen);
    akin_buf_free(&name);
}

/* ---- for people ---- */

static int64_t
number_of(const struct akin_json *object, const char *key)
{
    int64_t n = 0;

    (void)akin_json_int(akin_json_get(object, key), &n);
    return n;
}

static void
put_finding(const char *code, const struct akin_json *finding,
            struct akin_buf *out)
{
    const struct akin_json *example =
        akin_json_at(akin_json_get(finding, "examples"), 0);
    const char *text = akin_json_text(example, "text");
    const char *id = akin_json_text(example, "id");

    akin_buf_printf(out, "    %-24s %6" PRId64 " in %" PRId64 " datasets", code,
                    number_of(finding, "count"),
                    number_of(finding, "datasets"));
    if (id != NULL)
        akin_buf_printf(out, ", e.g. %s%s%s", id, text != NULL ? ": " : "",
                        text != NULL ? text : "");
    akin_buf_puts(out, "\n");
}

void
akin_record_tally_text(const struct akin_json *tally, struct akin_buf *out)
{
    struct akin_json *source, *finding;
    const char *name, *code;
    void *it = NULL;

    while (akin_json_next(tally, &it, &name, &source)) {
        akin_buf_printf(out, "%s: %" PRId64 " datasets\n", name,
                        number_of(source, "datasets"));
        for (size_t c = 0; c < AKIN_COUNT(classes); c++) {
            const struct akin_json *all = akin_json_get(source, classes[c]);
            void *inside = NULL;

            if (akin_json_count(all) > 0)
                akin_buf_printf(out, "  %s\n", classes[c]);
            while (akin_json_next(all, &inside, &code, &finding))
                put_finding(code, finding, out);
        }
    }
}

/* ---- labels ---- */

void
akin_record_check_labels(const struct akin_terms *terms,
                         const struct akin_json *record,
                         struct akin_record_report *report)
{
    static const char *const fields[] = {"organism", "imaging_method",
                                         "biological_entity", "cell_line"};
    struct akin_buf text = {0};
    char path[64];

    for (size_t f = 0; f < AKIN_COUNT(fields); f++) {
        const struct akin_json *list = akin_json_get(record, fields[f]);

        for (size_t i = 0; i < akin_json_count(list); i++) {
            const struct akin_json *term = akin_json_at(list, i);
            const char *id = akin_json_text(term, "id");
            const char *label = akin_json_text(term, "label");

            if (id == NULL || label == NULL)
                continue;
            akin_terms_check_label(terms, id, label, &text);
            (void)snprintf(path, sizeof(path), "/%s/%zu", fields[f], i);
            if (text.len > 0)
                akin_record_note(report, "warning", "label", path, "%s",
                                 akin_buf_text(&text));
        }
    }
    akin_buf_free(&text);
}
