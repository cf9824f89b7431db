/* SPDX-License-Identifier: Apache-2.0 */
/* The terms that ship with akin, against the ontology that they are taken from
 * and against what archives publish. */
#include "akin_test.h"

#include "akin/file.h"
#include "akin/ontology.h"
#include "akin/record_tally.h"

static struct akin_json *supplement; /* an array of terms */
static struct akin_terms *terms;

static int
load(void **state)
{
    char *path = akin_test_file("../common/supplement.obo");
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin_ontology_read_file(path, &supplement, &err));
    assert_ok(akin_terms_load(NULL, &terms, &err));
    free(path);
    return 0;
}

static int
unload(void **state)
{
    (void)state;
    akin_json_free(supplement);
    akin_terms_free(terms);
    return 0;
}

static bool
is_of(const char *id, const char *prefix)
{
    return strncmp(id, prefix, strlen(prefix)) == 0;
}

/* ---- in itself ---- */

/* Ranks from the top of the tree down. */
static size_t
height_of(const char *rank)
{
    static const char *const ranks[] = {
        "superkingdom", "kingdom",    "subkingdom",    "superphylum",
        "phylum",       "subphylum",  "superclass",    "class",
        "subclass",     "infraclass", "superorder",    "order",
        "suborder",     "infraorder", "parvorder",     "superfamily",
        "family",       "subfamily",  "tribe",         "subtribe",
        "genus",        "subgenus",   "species group", "species",
        "subspecies",   "varietas",   "strain"};

    for (size_t i = 0; i < AKIN_COUNT(ranks); i++)
        if (rank != NULL && strcmp(ranks[i], rank) == 0)
            return i + 1;
    return 0; /* clades have none */
}

/* The rank of the nearest term above that has one, or 0. */
static size_t
height_above(const char *id)
{
    const char *parent = NULL;
    struct akin_json *json = NULL;
    size_t height = 0;

    while (height == 0 && akin_terms_parents(terms, id, &parent, 1) == 1) {
        struct akin_error err = {0};

        assert_ok(akin_terms_describe(terms, parent, &json, &err));
        height = height_of(akin_json_text(json, "rank"));
        akin_json_free(json);
        id = parent;
    }
    return height;
}

static void
every_parent_is_there_and_every_organism_has_one_lineage(void **state)
{
    size_t n_organisms = 0;

    (void)state;
    for (size_t i = 0; i < akin_json_count(supplement); i++) {
        const struct akin_json *term = akin_json_at(supplement, i);
        const struct akin_json *parents = akin_json_get(term, "parents");
        const char *id = akin_json_text(term, "id");
        size_t height = height_of(akin_json_text(term, "rank"));

        for (size_t k = 0; k < akin_json_count(parents); k++) {
            const char *parent = akin_json_text(akin_json_at(parents, k), "id");

            if (!akin_terms_known(terms, parent))
                fail_msg("%s: its parent %s is not there", id, parent);
        }
        if (!is_of(id, "NCBITaxon:"))
            continue;
        n_organisms++;
        if (akin_json_count(parents) > 1)
            fail_msg("%s has two parents", id);
        if (height > 0 && height <= height_above(id))
            fail_msg("%s: what is above it has no higher rank", id);
    }
    assert_in_range(n_organisms, 390, 500);
}

/* ---- against the ontology ---- */

static const struct akin_json *
find(const struct akin_json *all, const char *id)
{
    for (size_t i = 0; i < akin_json_count(all); i++)
        if (strcmp(akin_json_text(akin_json_at(all, i), "id"), id) == 0)
            return akin_json_at(all, i);
    return NULL;
}

/* Ids that archives use and the ontology does not have: the header of the
 * supplement says so. */
static bool
is_newer(const char *id)
{
    return strcmp(id, "FBbi:00050000") >= 0;
}

static bool
has_parent(const struct akin_json *term, const char *id)
{
    const struct akin_json *parents = akin_json_get(term, "parents");

    for (size_t i = 0; i < akin_json_count(parents); i++)
        if (strcmp(akin_json_text(akin_json_at(parents, i), "id"), id) == 0)
            return true;
    return false;
}

/* How many is_a of a term the ontology does not have: akin's own. */
static size_t
count_own(const struct akin_json *term, const struct akin_json *original)
{
    const struct akin_json *parents = akin_json_get(term, "parents");
    size_t n = 0;

    for (size_t i = 0; i < akin_json_count(parents); i++)
        n += !has_parent(original,
                         akin_json_text(akin_json_at(parents, i), "id"));
    return n;
}

static void
every_imaging_method_is_called_as_in_the_ontology(void **state)
{
    char *path = akin_test_need_shared("ontologies/fbbi.owl");
    struct akin_json *fbbi = NULL;
    struct akin_error err = {0};
    size_t n = 0, n_newer = 0, n_own = 0;

    (void)state;
    assert_ok(akin_ontology_read_file(path, &fbbi, &err));
    for (size_t i = 0; i < akin_json_count(supplement); i++) {
        const struct akin_json *term = akin_json_at(supplement, i), *original;
        const char *id = akin_json_text(term, "id");
        const char *label = akin_json_text(term, "label");

        if (!is_of(id, "FBbi:"))
            continue;
        original = find(fbbi, id);
        if (original == NULL && is_newer(id)) {
            n_newer++;
            continue;
        }
        if (original == NULL)
            fail_msg("%s is not in the ontology", id);
        if (label != NULL &&
            strcmp(label, akin_json_text(original, "label")) != 0)
            fail_msg("%s is \"%s\", not \"%s\"", id,
                     akin_json_text(original, "label"), label);
        n_own += count_own(term, original);
        n++;
    }
    print_message("%zu methods as in the ontology, %zu newer ones, %zu parents "
                  "of akin's own\n",
                  n, n_newer, n_own);
    assert_in_range(n, 40, 200);
    assert_in_range(n_newer, 1, 10);
    assert_in_range(n_own, 0, 12);
    akin_json_free(fbbi);
    free(path);
}

/* ---- against the records ---- */

struct usage {
    struct akin_json *studies; /* id of an organism -> how many name it */
    struct akin_json *doubts;  /* "id: sentence" -> how many */
};

static void
count_up(struct akin_json *object, const char *key)
{
    int64_t n = 0;

    (void)akin_json_int(akin_json_get(object, key), &n);
    akin_json_set_int(object, key, n + 1);
}

static void
see_record(const struct akin_json *record, struct usage *usage)
{
    const struct akin_json *all = akin_json_get(record, "organism");
    struct akin_buf text = {0};

    for (size_t i = 0; i < akin_json_count(all); i++) {
        const char *id = akin_json_text(akin_json_at(all, i), "id");
        const char *label = akin_json_text(akin_json_at(all, i), "label");

        if (id == NULL || !is_of(id, "NCBITaxon:"))
            continue;
        count_up(usage->studies, id);
        if (label != NULL)
            akin_terms_check_label(terms, id, label, &text);
        if (label != NULL && text.len > 0)
            count_up(usage->doubts, akin_buf_text(&text));
        akin_buf_clear(&text);
    }
    akin_buf_free(&text);
}

static void
see_folder(const char *path, struct usage *usage)
{
    struct akin_names names = {0};
    struct akin_error err = {0};

    assert_ok(akin_dir_list(path, &names, &err));
    for (size_t i = 0; i < names.n; i++) {
        char *child = akin_path_join(path, names.name[i]);
        struct akin_json *records = NULL;
        struct akin_file_stat stat;

        assert_ok(akin_file_stat(child, &stat, &err));
        if (stat.is_dir)
            see_folder(child, usage);
        else if (akin_record_is_metadata_name(names.name[i]))
            assert_ok(akin_record_read_file(child, &records, NULL, &err));
        for (size_t k = 0; k < akin_json_count(records); k++)
            see_record(akin_json_at(records, k), usage);
        akin_json_free(records);
        free(child);
    }
    akin_names_free(&names);
}

/* Every id that three studies or more name is known, under the name that they
 * give it; where a record's name contradicts the id, that is one of those that
 * we have looked at. */
static void
organisms_are_called_as_the_archives_call_them(void **state)
{
    static const char *const looked_at[] = {
        "NCBITaxon:10090 is \"Mus musculus\", the record says \"M. muculus\"",
        "NCBITaxon:10090 is \"Mus musculus\", the record says \"Mus "
        "muculus\""};
    char *path = akin_test_need_shared("metadata");
    struct usage usage = {.studies = akin_json_object(),
                          .doubts = akin_json_object()};
    size_t n_known = 0;
    struct akin_json *value;
    const char *key;
    void *it = NULL;
    int64_t n = 0;

    (void)state;
    see_folder(path, &usage);
    while (akin_json_next(usage.studies, &it, &key, &value)) {
        (void)akin_json_int(value, &n);
        n_known += akin_terms_known(terms, key);
        if (n >= 3 && !akin_terms_known(terms, key))
            fail_msg("%s is in %d studies and not in the supplement", key,
                     (int)n);
    }
    print_message("%zu organisms in the records, %zu of them known\n",
                  akin_json_count(usage.studies), n_known);
    assert_in_range(n_known, 135, akin_json_count(usage.studies));
    it = NULL;
    while (akin_json_next(usage.doubts, &it, &key, &value)) {
        bool is_known = false;

        for (size_t i = 0; i < AKIN_COUNT(looked_at) && !is_known; i++)
            is_known = strcmp(looked_at[i], key) == 0;
        if (!is_known)
            fail_msg("nobody has looked at: %s", key);
    }
    akin_json_free(usage.studies);
    akin_json_free(usage.doubts);
    free(path);
}

/* Number 10 of the irregularities: one label, several ids. */
static void
an_organism_under_the_id_of_another_is_noticed(void **state)
{
    static const struct {
        const char *id, *label, *says;
    } cases[] = {
        {"NCBITaxon:4853", "Schizosaccharomyces pombe", "NCBITaxon:4896"},
        {"NCBITaxon:8033", "Oryzias latipes", "NCBITaxon:8090"},
        {"NCBITaxon:1802", "Xenopus laevis", "NCBITaxon:8355"},
        {"NCBITaxon:10090", "Homo sapiens", "NCBITaxon:9606"},
        {"FBbi:00000364", "light sheet fluorescence microscopy",
         "FBbi:00000369"},
        {"NCBITaxon:10090", "house mouse", NULL},
        {"NCBITaxon:9606", "human", NULL},
    };
    struct akin_buf text = {0};

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(cases); i++) {
        akin_terms_check_label(terms, cases[i].id, cases[i].label, &text);
        if ((cases[i].says == NULL && text.len > 0) ||
            (cases[i].says != NULL &&
             strstr(akin_buf_text(&text), cases[i].says) == NULL))
            fail_msg("%s %s: %s", cases[i].id, cases[i].label,
                     akin_buf_text(&text));
    }
    akin_buf_free(&text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            every_parent_is_there_and_every_organism_has_one_lineage),
        cmocka_unit_test(every_imaging_method_is_called_as_in_the_ontology),
        cmocka_unit_test(organisms_are_called_as_the_archives_call_them),
        cmocka_unit_test(an_organism_under_the_id_of_another_is_noticed),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
