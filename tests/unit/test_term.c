/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/term.h"

#include "akin/ontology.h"
#include "akin/verify.h"
#include "akin_test.h"

static struct akin_terms *terms;

static int
load(void **state)
{
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin_terms_load(NULL, &terms, &err));
    return 0;
}

static int
drop(void **state)
{
    (void)state;
    akin_terms_free(terms);
    return 0;
}

static bool
holds(struct akin_json *list, const char *curie)
{
    bool found = false;

    for (size_t i = 0; i < akin_json_count(list); i++)
        found = found ||
                strcmp(akin_json_string(akin_json_at(list, i)), curie) == 0;
    akin_json_free(list);
    return found;
}

static void
what_people_say_is_found(void **state)
{
    static const struct {
        const char *text, *prefix, *curie;
    } cases[] = {
        {"mouse", "NCBITaxon", "NCBITaxon:10090"},
        {"Mice", NULL, "NCBITaxon:10090"},
        {"human", NULL, "NCBITaxon:9606"},
        {"rodents", NULL, "NCBITaxon:9989"},
        {"rodent", NULL, "NCBITaxon:9989"},
        {"insects", NULL, "NCBITaxon:50557"},
        {"Plant", NULL, "NCBITaxon:33090"},
        {"bacteria", NULL, "NCBITaxon:2"},
        {"fungi", NULL, "NCBITaxon:4751"},
        {"vertebrates", NULL, "NCBITaxon:7742"},
        {"Mammalia", NULL, "NCBITaxon:40674"},
        {"budding yeast", NULL, "NCBITaxon:4932"},
        {"Fission-Yeast", NULL, "NCBITaxon:4896"},
        {"e coli", NULL, "NCBITaxon:562"},
        {"fruit flies", NULL, "NCBITaxon:7215"},
        {"fruit fly", NULL, "NCBITaxon:7227"},
        {"worm", NULL, "NCBITaxon:6239"},
        {"frog", NULL, "NCBITaxon:8342"},
        {"rhesus macaque", NULL, "NCBITaxon:9544"},
        {"10090", "NCBITaxon", "NCBITaxon:10090"},
        {"http://purl.obolibrary.org/obo/NCBITaxon_9606", NULL,
         "NCBITaxon:9606"},
        {"light sheet", "FBbi", "FBbi:00000369"},
        {"LSFM", NULL, "FBbi:00000369"},
        {"SPIM", NULL, "FBbi:00000369"},
        {"TIRF", NULL, "FBbi:00000617"},
        {"CLSM", NULL, "FBbi:00000252"},
        {"2-photon", NULL, "FBbi:00000254"},
        {"cryo-EM", NULL, "FBbi:00100014"},
        {"Cryo ET", NULL, "FBbi:00100014"},
        {"TEM", NULL, "FBbi:00000258"},
        {"scanning electron microscopy", NULL, "FBbi:00000257"},
        {"H&E", NULL, "FBbi:00000243"},
        {"Bright field", NULL, "FBbi:00000243"},
        {"widefield", NULL, "FBbi:00000246"},
        {"DIC", NULL, "FBbi:00000245"},
        {"FIB-SEM", NULL, "FBbi:00050000"},
    };

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(cases); i++) {
        struct akin_error err = {0};
        const char *curie = NULL;

        assert_ok(akin_terms_resolve(terms, cases[i].text, cases[i].prefix,
                                     &curie, &err));
        if (strcmp(curie, cases[i].curie) != 0)
            fail_msg("%s is %s, not %s", cases[i].text, curie, cases[i].curie);
    }
}

static void
a_mistyped_name_is_answered_with_the_nearest(void **state)
{
    struct akin_error err = {0};
    struct akin_json *json = NULL;
    const char *curie = NULL;

    (void)state;
    assert_fails_with(
        akin_terms_resolve(terms, "zebrafihs", NULL, &curie, &err),
        AKIN_ENOTFOUND, "did you mean \"zebrafish\"?");
    assert_null(curie);
    assert_fails_with(
        akin_terms_resolve(terms, "qqqqqqqqqq", NULL, &curie, &err),
        AKIN_ENOTFOUND, "no term is called \"qqqqqqqqqq\"");
    assert_fails_with(akin_terms_describe(terms, "FBbi:00000247x", &json, &err),
                      AKIN_ENOTFOUND, "FBbi:00000247");
    assert_null(json);
}

static void
methods_and_organisms_have_what_is_below_them(void **state)
{
    static const struct {
        const char *above, *below;
        bool want;
    } cases[] = {
        {"FBbi:00000256", "FBbi:00050000", true},  /* EM, FIB-SEM */
        {"FBbi:00000256", "FBbi:00000585", true},  /* EM, SBFSEM */
        {"FBbi:00000256", "FBbi:00100014", true},  /* EM, cryo-TEM */
        {"FBbi:00000246", "FBbi:00000253", true},  /* fluorescence, disk */
        {"FBbi:00000246", "FBbi:00000332", true},  /* fluorescence, SIM */
        {"FBbi:00000345", "FBbi:00000589", true},  /* light, Raman */
        {"FBbi:00000369", "FBbi:00000364", true},  /* SPIM, part_of */
        {"FBbi:00000345", "FBbi:00000256", false}, /* light, EM */
        {"NCBITaxon:40674", "NCBITaxon:10090", true},
        {"NCBITaxon:9989", "NCBITaxon:10029", true},
        {"NCBITaxon:9989", "NCBITaxon:9986", false}, /* rabbits are none */
        {"NCBITaxon:50557", "NCBITaxon:7227", true},
        {"NCBITaxon:33090", "NCBITaxon:3702", true},
        {"NCBITaxon:4751", "NCBITaxon:4896", true},
        {"NCBITaxon:7742", "NCBITaxon:7955", true},
        {"NCBITaxon:2", "NCBITaxon:511145", true},
        {"NCBITaxon:10239", "NCBITaxon:2697049", true},
        {"NCBITaxon:7742", "NCBITaxon:7227", false},
        {"NCBITaxon:131567", "NCBITaxon:10239", false},
    };

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(cases); i++) {
        bool down = holds(akin_terms_descendants(terms, cases[i].above),
                          cases[i].below);
        bool up =
            holds(akin_terms_ancestors(terms, cases[i].below), cases[i].above);

        if (down != cases[i].want || up != cases[i].want)
            fail_msg("%s below %s: %d %d", cases[i].below, cases[i].above, down,
                     up);
    }
}

/* ---- in a store ---- */

struct putting {
    const char *source, *obo;
};

static enum akin_status
put(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    const struct putting *putting = ctx;
    struct akin_json *array = NULL;
    enum akin_status st;

    st = akin_ontology_read(akin_span_str(putting->obo), &array, err);
    if (st == AKIN_OK)
        st = akin_terms_put(txn, putting->source, array, err);
    akin_json_free(array);
    return st;
}

static struct akin_terms *
put_and_load(struct akin_store *store, const char *source, const char *obo,
             uint64_t *change)
{
    struct putting putting = {source, obo};
    struct akin_terms *loaded = NULL;
    struct akin_txn *txn = NULL;
    struct akin_error err = {0};

    assert_ok(akin_store_update(store, put, &putting, &err));
    assert_ok(akin_verify(store, NULL, &err));
    assert_ok(akin_txn_read(store, &txn, &err));
    assert_ok(akin_terms_load(txn, &loaded, &err));
    assert_ok(akin_terms_change(txn, change, &err));
    akin_txn_end(txn);
    return loaded;
}

static void
a_source_adds_to_what_is_known_and_replaces_only_itself(void **state)
{
    char *dir = akin_test_folder();
    struct akin_store *store = NULL;
    struct akin_error err = {0};
    struct akin_terms *loaded;
    const char *curie = NULL;
    uint64_t first = 0, second = 0;

    (void)state;
    assert_ok(akin_store_open(dir, AKIN_STORE_CREATE, &store, &err));
    loaded = put_and_load(store, "a",
                          "[Term]\nid: NCBITaxon:10090\nname: House mouse\n"
                          "synonym: \"lab rodent\" NARROW []\n"
                          "[Term]\nid: CL:0000540\nname: neuron\n",
                          &first);
    assert_string_equal(akin_terms_label(loaded, "NCBITaxon:10090"),
                        "House mouse");
    assert_ok(akin_terms_resolve(loaded, "Mus musculus", NULL, &curie, &err));
    assert_string_equal(curie, "NCBITaxon:10090");
    assert_true(holds(akin_terms_ancestors(loaded, "NCBITaxon:10090"),
                      "NCBITaxon:9989"));
    assert_true(akin_terms_known(loaded, "CL:0000540"));
    assert_int_equal(akin_terms_count(loaded), akin_terms_count(terms) + 1);
    akin_terms_free(loaded);
    akin_terms_free(put_and_load(store, "b",
                                 "[Term]\nid: GO:0005634\n"
                                 "name: nucleus\n",
                                 &second));
    assert_true(second > first);
    loaded = put_and_load(store, "a",
                          "[Term]\nid: CL:0000127\n"
                          "name: astrocyte\n",
                          &second);
    assert_false(akin_terms_known(loaded, "CL:0000540"));
    assert_true(akin_terms_known(loaded, "CL:0000127"));
    assert_true(akin_terms_known(loaded, "GO:0005634"));
    assert_string_equal(akin_terms_label(loaded, "NCBITaxon:10090"),
                        "Mus musculus");
    akin_terms_free(loaded);
    akin_store_close(store);
    akin_test_remove(dir);
}

static void
circles_end_and_deprecated_terms_lead_on(void **state)
{
    char *dir = akin_test_folder();
    struct akin_store *store = NULL;
    struct akin_error err = {0};
    struct akin_terms *loaded;
    const char *curie = NULL;
    uint64_t change = 0;

    (void)state;
    assert_ok(akin_store_open(dir, AKIN_STORE_CREATE, &store, &err));
    loaded = put_and_load(
        store, "circle",
        "[Term]\nid: GO:0000001\nname: one\nis_a: GO:0000002\nalt_id: "
        "GO:0000009\n"
        "[Term]\nid: GO:0000002\nname: two\nis_a: GO:0000001\n"
        "[Term]\nid: GO:0000003\nname: three\nis_obsolete: true\n"
        "replaced_by: GO:0000004\n"
        "[Term]\nid: GO:0000004\nname: four\nis_obsolete: true\n"
        "replaced_by: GO:0000001\n"
        "[Term]\nid: GO:0000005\nname: five\nis_obsolete: true\n"
        "replaced_by: GO:0000005\n",
        &change);
    assert_true(
        holds(akin_terms_descendants(loaded, "GO:0000001"), "GO:0000002"));
    assert_true(
        holds(akin_terms_ancestors(loaded, "GO:0000001"), "GO:0000002"));
    assert_ok(akin_terms_resolve(loaded, "three", NULL, &curie, &err));
    assert_string_equal(curie, "GO:0000001");
    assert_ok(akin_terms_resolve(loaded, "GO:0000009", NULL, &curie, &err));
    assert_string_equal(curie, "GO:0000001");
    assert_ok(akin_terms_resolve(loaded, "five", NULL, &curie, &err));
    assert_string_equal(curie, "GO:0000005");
    akin_terms_free(loaded);
    akin_store_close(store);
    akin_test_remove(dir);
}

static void
labels_are_checked_against_ids(void **state)
{
    static const struct {
        const char *curie, *label, *says; /* "": no contradiction */
    } cases[] = {
        {"NCBITaxon:10090", "Mus musculus", ""},
        {"NCBITaxon:10090", "mouse", ""},
        {"NCBITaxon:10090", "NCBITaxon:10090", ""},
        {"NCBITaxon:8355", "X. laevis", ""},
        {"FBbi:00000369", "light sheet fluorescence microscopy", ""},
        {"FBbi:00000258", "Transmission electron microscopy", ""},
        {"NCBITaxon:99999999", "no such thing", ""},
        {"NCBITaxon:10090", "Mus muculus", "is \"Mus musculus\""},
        {"NCBITaxon:10090", "Homo sapiens", "which is NCBITaxon:9606"},
        {"NCBITaxon:4853", "Schizosaccharomyces pombe", "NCBITaxon:4896"},
        {"NCBITaxon:8033", "Oryzias latipes", "NCBITaxon:8090"},
        {"FBbi:00000622", "unsupervised transmission electron microscopy",
         "high-voltage"},
    };
    struct akin_buf out = {0};

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(cases); i++) {
        akin_terms_check_label(terms, cases[i].curie, cases[i].label, &out);
        if ((cases[i].says[0] == '\0') != (out.len == 0) ||
            strstr(akin_buf_text(&out), cases[i].says) == NULL)
            fail_msg("%s, %s: \"%s\"", cases[i].curie, cases[i].label,
                     akin_buf_text(&out));
    }
    akin_buf_free(&out);
}

static void
completions_are_labels_first_and_short_first(void **state)
{
    struct akin_json *list = akin_terms_complete(terms, "fluor", 3);

    (void)state;
    assert_int_equal(akin_json_count(list), 3);
    assert_string_equal(akin_json_text(akin_json_at(list, 0), "id"),
                        "FBbi:00000246");
    akin_json_free(list);
    list = akin_terms_complete(terms, "musc", 5); /* a later word */
    assert_string_equal(akin_json_text(akin_json_at(list, 0), "id"),
                        "NCBITaxon:10090");
    akin_json_free(list);
    list = akin_terms_complete(terms, " -", 5);
    assert_int_equal(akin_json_count(list), 0);
    akin_json_free(list);
}

static void
a_term_is_described_with_its_surroundings(void **state)
{
    struct akin_json *json = NULL;
    struct akin_error err = {0};
    const char *parent[4] = {NULL};

    (void)state;
    assert_ok(akin_terms_describe(terms, "NCBITaxon:10090", &json, &err));
    assert_string_equal(akin_json_text(json, "rank"), "species");
    assert_true(akin_json_count(akin_json_get(json, "ancestors")) > 10);
    akin_json_free(json);
    assert_ok(akin_terms_describe(terms, "FBbi:00000251", &json, &err));
    assert_true(akin_json_count(akin_json_get(json, "children")) >= 3);
    akin_json_free(json);
    assert_int_equal(akin_terms_parents(terms, "FBbi:00000251", parent, 4), 1);
    assert_string_equal(parent[0], "FBbi:00000246");
    assert_int_equal(akin_terms_parents(terms, "FBbi:00000364", parent, 0), 0);
}

struct putting_json {
    const char *source;
    struct akin_json *json;
};

static enum akin_status
put_json(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    const struct putting_json *putting = ctx;

    return akin_terms_put(txn, putting->source, putting->json, err);
}

static void
terms_that_cannot_be_stored_are_refused(void **state)
{
    static const struct {
        const char *source, *json, *says;
    } cases[] = {
        {"a", "{}", "array"},
        {"", "[]", "1 to"},
        {"a", "[{}]", "term 0 of a"},
        {"a", "[{\"id\":\"mouse\"}]", "must be a CURIE"},
        {"a", "[{\"id\":\"GO:0000001\",\"parents\":[{}]}]", "parents[0]"},
        {"a", "[{\"id\":\"GO:0000001\",\"synonyms\":[3]}]", "synonyms[0]"},
    };

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(cases); i++) {
        struct akin_json *json = NULL;
        struct akin_error err = {0};
        char *dir = akin_test_folder();
        struct akin_store *store = NULL;
        struct putting_json ctx;

        assert_ok(akin_json_parse(akin_span_str(cases[i].json), &json, &err));
        ctx = (struct putting_json){cases[i].source, json};
        assert_ok(akin_store_open(dir, AKIN_STORE_CREATE, &store, &err));
        assert_fails_with(akin_store_update(store, put_json, &ctx, &err),
                          AKIN_EINVAL, cases[i].says);
        akin_json_free(json);
        akin_store_close(store);
        akin_test_remove(dir);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_people_say_is_found),
        cmocka_unit_test(a_mistyped_name_is_answered_with_the_nearest),
        cmocka_unit_test(methods_and_organisms_have_what_is_below_them),
        cmocka_unit_test(
            a_source_adds_to_what_is_known_and_replaces_only_itself),
        cmocka_unit_test(circles_end_and_deprecated_terms_lead_on),
        cmocka_unit_test(labels_are_checked_against_ids),
        cmocka_unit_test(completions_are_labels_first_and_short_first),
        cmocka_unit_test(a_term_is_described_with_its_surroundings),
        cmocka_unit_test(terms_that_cannot_be_stored_are_refused),
    };

    return cmocka_run_group_tests(tests, load, drop);
}
