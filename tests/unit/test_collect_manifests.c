/* SPDX-License-Identifier: Apache-2.0 */
/* Croissant, RO-Crate, the card and the recipe of a collection. */
#include "akin_test.h"

#include "akin/file.h"
#include "collect/write_manifest.h"
#include "drawn_collection.h"

static const char studies[] =
    "[{\"id\":\"a|b\",\"title\":\"First\",\"license\":\"CC-BY-4.0\","
    "\"uri\":\"https://example.org/1\","
    "\"organism\":[{\"id\":\"NCBITaxon:9606\",\"label\":\"Homo sapiens\"},"
    "{\"label\":\"a cell without id\"}],"
    "\"imaging_method\":[{\"id\":\"FBbi:00000246\",\"label\":\"fluorescence\"}]"
    ",\"authors\":[{\"name\":\"Ann\",\"orcid\":\"0000-0002-0000-0002\"},"
    "{\"name\":\"Bo\"}]},"
    "{\"id\":\"two words\",\"title\":\"Second\",\"license\":\"CC0-1.0\","
    "\"organism\":[{\"id\":\"NCBITaxon:9606\",\"label\":\"Homo sapiens\"}],"
    "\"authors\":[{\"name\":\"Ann\",\"orcid\":\"0000-0002-0000-0002\"}]},"
    "{\"id\":\"third\",\"title\":\"First again\","
    "\"uri\":\"https://example.org/1\"}]";

struct fixture {
    char *folder;
    struct akin_collection *c;
    struct akin__files files;
    struct akin__manifest m;
};

static void
set_up_with(struct fixture *f, const char *records, const char *options)
{
    struct akin_error err = {0};

    *f = (struct fixture){.folder = akin_test_folder()};
    f->files.dir = f->folder;
    f->c = akin_drawn_collection(records, options, 2);
    assert_ok(akin__files_put(&f->files, "shards/train-00000.tar",
                              "application/x-tar", "Samples",
                              akin_span_str("abc"), &err));
    assert_ok(akin__files_put(&f->files, "CREDITS.md", "text/markdown",
                              "Whom to credit", akin_span_str(""), &err));
    akin__manifest_init(&f->m, f->c, &f->files, "2024-02-29", "a plan");
}

static void
tear_down(struct fixture *f)
{
    akin__manifest_free(&f->m);
    akin__files_free(&f->files);
    akin_collection_free(f->c);
    akin_test_remove(f->folder);
}

typedef void write_fn(const struct akin__manifest *m, struct akin_buf *out);

static struct akin_json *
written(const struct fixture *f, write_fn *write)
{
    struct akin_buf text = {0};
    struct akin_json *json = NULL;
    struct akin_error err = {0};

    write(&f->m, &text);
    assert_ok(akin_json_parse(akin_buf_span(&text), &json, &err));
    akin_buf_free(&text);
    return json;
}

/* The element of a list with this member; NULL: none. */
static struct akin_json *
find(const struct akin_json *list, const char *member, const char *value)
{
    for (size_t i = 0; i < akin_json_count(list); i++) {
        const char *text = akin_json_text(akin_json_at(list, i), member);

        if (text != NULL && strcmp(text, value) == 0)
            return akin_json_at(list, i);
    }
    return NULL;
}

/* --- Croissant --- */

static void
croissant_has_every_member_that_version_1_0_requires(void **state)
{
    static const char *const members[] = {
        "@context",  "@type",  "conformsTo", "name",          "description",
        "license",   "url",    "creator",    "datePublished", "distribution",
        "recordSet", "citeAs", "version"};
    struct fixture f;
    struct akin_json *json;

    (void)state;
    set_up_with(&f, studies, "{}");
    json = written(&f, akin__croissant_write);
    for (size_t i = 0; i < AKIN_COUNT(members); i++)
        if (akin_json_get(json, members[i]) == NULL)
            fail_msg("no %s", members[i]);
    assert_string_equal(akin_json_text(json, "@type"), "sc:Dataset");
    assert_string_equal(akin_json_text(json, "conformsTo"),
                        "http://mlcommons.org/croissant/1.0");
    assert_string_equal(akin_json_text(json, "datePublished"), "2024-02-29");
    assert_int_equal(akin_json_count(akin_json_get(json, "license")), 3);
    assert_int_equal(akin_json_count(akin_json_get(json, "creator")), 2);
    assert_string_equal(akin_json_text(akin_json_get(json, "@context"), "dct"),
                        "http://purl.org/dc/terms/");
    akin_json_free(json);
    tear_down(&f);
}

static void
croissant_gives_every_file_with_its_sum(void **state)
{
    struct fixture f;
    struct akin_json *json, *file;
    const struct akin_json *list;

    (void)state;
    set_up_with(&f, studies, "{}");
    json = written(&f, akin__croissant_write);
    list = akin_json_get(json, "distribution");
    file = find(list, "@id", "shards/train-00000.tar");
    assert_string_equal(akin_json_text(file, "@type"), "cr:FileObject");
    assert_string_equal(akin_json_text(file, "contentUrl"),
                        "shards/train-00000.tar");
    assert_string_equal(akin_json_text(file, "contentSize"), "3 B");
    assert_string_equal(akin_json_text(file, "encodingFormat"),
                        "application/x-tar");
    assert_string_equal(
        akin_json_text(file, "sha256"),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    file = find(list, "@id", "shard-pictures");
    assert_string_equal(akin_json_text(file, "@type"), "cr:FileSet");
    assert_string_equal(
        akin_json_text(akin_json_at(akin_json_get(file, "containedIn"), 0),
                       "@id"),
        "shards/train-00000.tar");
    akin_json_free(json);
    tear_down(&f);
}

/* Every source of a field names a file set, every reference a field. */
static void
check_fields(const struct akin_json *json, const struct akin_json *set)
{
    const struct akin_json *fields = akin_json_get(set, "field");

    assert_true(akin_json_count(fields) > 0);
    assert_non_null(
        find(fields, "@id", akin_json_text(akin_json_get(set, "key"), "@id")));
    for (size_t i = 0; i < akin_json_count(fields); i++) {
        const struct akin_json *field = akin_json_at(fields, i);
        const struct akin_json *from = akin_json_get(field, "source");

        assert_non_null(akin_json_text(field, "dataType"));
        assert_non_null(akin_json_text(field, "name"));
        if (from == NULL) {
            assert_non_null(akin_json_get(set, "data"));
            continue;
        }
        assert_non_null(
            find(akin_json_get(json, "distribution"), "@id",
                 akin_json_text(akin_json_get(from, "fileSet"), "@id")));
        assert_int_equal(akin_json_count(akin_json_get(from, "extract")), 1);
    }
}

static void
croissant_describes_splits_and_records_from_file_sets_that_are_there(
    void **state)
{
    static const char *const options[] = {
        "{\"split\":{\"train\":0.5,\"test\":0.5}}",
        "{\"split\":{\"train\":0.5,\"test\":0.5},"
        "\"output\":{\"formats\":[\"folder\"]}}"};

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(options); i++) {
        struct fixture f;
        struct akin_json *json;
        const struct akin_json *sets, *splits;

        set_up_with(&f, studies, options[i]);
        json = written(&f, akin__croissant_write);
        sets = akin_json_get(json, "recordSet");
        assert_int_equal(akin_json_count(sets), 3);
        for (size_t k = 0; k < akin_json_count(sets); k++)
            check_fields(json, akin_json_at(sets, k));
        splits = akin_json_get(find(sets, "@id", "splits"), "data");
        assert_int_equal(akin_json_count(splits), 2);
        assert_non_null(find(splits, "splits/name", "test"));
        akin_json_free(json);
        tear_down(&f);
    }
}

/* --- RO-Crate --- */

static void
check_references(const struct akin_json *graph, const struct akin_json *value)
{
    const char *id = akin_json_text(value, "@id");
    struct akin_json *member = NULL;
    const char *key = NULL;
    void *it = NULL;

    if (id != NULL && strstr(id, "w3id.org/ro/crate") == NULL &&
        find(graph, "@id", id) == NULL)
        fail_msg("%s is not in the graph", id);
    while (akin_json_next(value, &it, &key, &member))
        check_references(graph, member);
    for (size_t i = 0;
         akin_json_type(value) == AKIN_JSON_ARRAY && i < akin_json_count(value);
         i++)
        check_references(graph, akin_json_at(value, i));
}

static void
the_crate_refers_to_nothing_that_is_not_in_it_and_names_everything_once(
    void **state)
{
    struct fixture f;
    struct akin_json *json;
    const struct akin_json *graph;

    (void)state;
    set_up_with(&f, studies, "{}");
    json = written(&f, akin__crate_write);
    graph = akin_json_get(json, "@graph");
    check_references(graph, graph);
    for (size_t i = 0; i < akin_json_count(graph); i++) {
        struct akin_json *one = akin_json_at(graph, i);

        assert_non_null(akin_json_text(one, "@type"));
        assert_ptr_equal(find(graph, "@id", akin_json_text(one, "@id")), one);
    }
    assert_non_null(find(graph, "@id", "urn:akin:two%20words"));
    akin_json_free(json);
    tear_down(&f);
}

static void
the_crates_root_has_what_the_profile_of_studies_requires(void **state)
{
    static const char *const members[] = {
        "name",    "description", "license", "datePublished",
        "author",  "publisher",   "about",   "measurementMethod",
        "hasPart", "isBasedOn"};
    struct fixture f;
    struct akin_json *json;
    const struct akin_json *root, *graph, *head;

    (void)state;
    set_up_with(&f, studies, "{}");
    json = written(&f, akin__crate_write);
    graph = akin_json_get(json, "@graph");
    head = find(graph, "@id", "ro-crate-metadata.json");
    assert_string_equal(
        akin_json_text(akin_json_get(head, "conformsTo"), "@id"),
        "https://w3id.org/ro/crate/1.2");
    root = find(graph, "@id", "./");
    for (size_t i = 0; i < AKIN_COUNT(members); i++)
        if (akin_json_get(root, members[i]) == NULL)
            fail_msg("no %s", members[i]);
    assert_int_equal(akin_json_count(akin_json_get(root, "author")), 2);
    assert_int_equal(akin_json_count(akin_json_get(root, "about")), 2);
    assert_string_equal(
        akin_json_text(find(graph, "@id", "#assembly"), "@type"),
        "CreateAction");
    akin_json_free(json);
    tear_down(&f);
}

/* --- the card and the recipe --- */

static void
the_card_says_what_hubs_read_and_escapes_what_tables_would_take(void **state)
{
    static const char *const says[] = {
        "---\npretty_name: \"6 tiles of 3 bioimage datasets\"\n",
        "license_name: cc-by-4.0-and-cc0-1.0-and-unknown\n",
        "size_categories:\n- n<1K\n",
        "- split: train\n    path: images/train/**\n",
        "Like: mine.png.",
        "| [CC-BY-4.0]",
    };
    struct fixture f;
    struct akin_buf text = {0};

    (void)state;
    set_up_with(&f, studies,
                "{\"like\":[\"/home/somebody/mine.png\"],"
                "\"split\":{\"train\":0.5,\"test\":0.5}}");
    akin__card_write(&f.m, &text);
    for (size_t i = 0; i < AKIN_COUNT(says); i++)
        if (strstr(akin_buf_text(&text), says[i]) == NULL)
            fail_msg("no \"%s\" in\n%s", says[i], akin_buf_text(&text));
    assert_null(strstr(akin_buf_text(&text), "/home/somebody"));
    akin_buf_free(&text);
    tear_down(&f);
}

static void
the_recipe_holds_options_inputs_and_sums(void **state)
{
    struct fixture f;
    struct akin_json *json;
    struct akin_json *options;
    int64_t bytes = 0;

    (void)state;
    set_up_with(&f, studies, "{\"target\":6,\"seed\":9}");
    json = written(&f, akin__recipe_write);
    options = akin_collect_options_json(f.c->options);
    assert_true(akin_json_equal(akin_json_get(json, "options"), options));
    assert_int_equal(akin_json_count(akin_json_get(json, "files")), 2);
    assert_true(akin_json_int(
        akin_json_get(akin_json_at(akin_json_get(json, "files"), 0), "bytes"),
        &bytes));
    assert_int_equal(bytes, 3);
    assert_int_equal(strlen(akin_json_text(json, "plan_sha256")), 64);
    akin_json_free(options);
    options = akin_collect_changes(akin_json_get(json, "inputs"), f.c);
    assert_int_equal(akin_json_count(options), 0);
    akin_json_free(options);
    akin_json_free(json);
    tear_down(&f);
}

static void
a_collection_of_nobody_and_nothing_is_described_too(void **state)
{
    struct fixture f;
    struct akin_json *json;

    (void)state;
    set_up_with(&f, "[]", "{}");
    json = written(&f, akin__croissant_write);
    assert_int_equal(akin_json_count(akin_json_get(json, "creator")), 1);
    akin_json_free(json);
    json = written(&f, akin__crate_write);
    check_references(akin_json_get(json, "@graph"),
                     akin_json_get(json, "@graph"));
    akin_json_free(json);
    tear_down(&f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(croissant_has_every_member_that_version_1_0_requires),
        cmocka_unit_test(croissant_gives_every_file_with_its_sum),
        cmocka_unit_test(
            croissant_describes_splits_and_records_from_file_sets_that_are_there),
        cmocka_unit_test(
            the_crate_refers_to_nothing_that_is_not_in_it_and_names_everything_once),
        cmocka_unit_test(
            the_crates_root_has_what_the_profile_of_studies_requires),
        cmocka_unit_test(
            the_card_says_what_hubs_read_and_escapes_what_tables_would_take),
        cmocka_unit_test(the_recipe_holds_options_inputs_and_sums),
        cmocka_unit_test(a_collection_of_nobody_and_nothing_is_described_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
