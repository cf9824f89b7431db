/* SPDX-License-Identifier: Apache-2.0 */
/* One dataset from several kinds of metadata, and what changes. */
#include "record_test.h"

static struct akin_json *
record(const char *kind, const char *fields)
{
    struct akin_buf text = {0};
    struct akin_json *json = NULL;
    struct akin_error err = {0};

    akin_buf_printf(&text,
                    "{\"id\":\"S-1\"%s,\"source\":{\"kind\":\"%s\",\"uri\":"
                    "\"%s.file\"}}",
                    fields, kind, kind);
    assert_ok(akin_json_parse(akin_buf_span(&text), &json, &err));
    akin_buf_free(&text);
    return json;
}

/* What becomes of `stored` when `read` is read; both are freed. */
static struct akin_json *
merged(struct akin_json *stored, struct akin_json *read)
{
    struct akin_json *out = akin_record_merge(stored, read);
    struct akin_error err = {0};

    assert_ok(akin_record_check(out, &err));
    akin_json_free(stored);
    akin_json_free(read);
    return out;
}

static const char rich[] =
    ",\"title\":\"Cells\",\"description\":\"Many\",\"license\":\"CC0-1.0\","
    "\"license_original\":\"CC0\",\"organism\":[{\"label\":\"mouse\"}],"
    "\"rembi\":{\"biosamples\":[{\"title\":\"b\"}]}";
static const char poor[] =
    ",\"title\":\"my folder\",\"license\":\"CC-BY-4.0\",\"organism\":"
    "[{\"id\":\"NCBITaxon:10090\",\"label\":\"Mus musculus\"}],"
    "\"keywords\":[\"k\"],\"rembi\":{\"specimens\":[{\"title\":\"s\"}]}";

static void
a_poorer_description_fills_gaps_and_takes_nothing_away(void **state)
{
    struct akin_json *out =
        merged(record("ro-crate", rich), record("dataset-json", poor));

    (void)state;
    expect_text(out, "title", "Cells");
    expect_text(out, "description", "Many");
    expect_text(out, "license", "CC0-1.0");
    expect_text(out, "license_original", "CC0");
    expect_text(out, "keywords/0", "k");
    expect_text(out, "rembi/biosamples/0/title", "b");
    expect_text(out, "rembi/specimens/0/title", "s");
    /* a term with an id says more than one without */
    expect_text(out, "organism/0/id", "NCBITaxon:10090");
    expect_text(out, "source/kind", "ro-crate");
    expect_text(out, "source/uri", "ro-crate.file");
    expect_text(out, "source/also/0/kind", "dataset-json");
    expect_text(out, "source/also/0/uri", "dataset-json.file");
    expect_count(out, "source/also/0/fields", 3);
    akin_json_free(out);
}

static void
the_order_of_reading_does_not_matter_and_reading_again_changes_nothing(
    void **state)
{
    struct akin_json *a =
        merged(record("ro-crate", rich), record("dataset-json", poor));
    struct akin_json *b =
        merged(record("dataset-json", poor), record("ro-crate", rich));
    struct akin_json *again =
        merged(akin_json_copy(a), record("ro-crate", rich));

    (void)state;
    assert_true(akin_json_equal(a, b));
    /* fields that the other had taken are his no more: he says them again */
    again = merged(again, record("dataset-json", poor));
    assert_true(akin_json_equal(a, again));
    akin_json_free(a);
    akin_json_free(b);
    akin_json_free(again);
}

static void
of_one_kind_the_newest_counts_alone(void **state)
{
    struct akin_json *out =
        merged(record("ro-crate", rich), record("ro-crate", poor));

    (void)state;
    expect_text(out, "title", "my folder");
    expect_text(out, "description", NULL);
    expect_text(out, "license_original", NULL);
    assert_null(value_at(out, "source/also"));
    akin_json_free(out);
}

static void
a_kind_that_no_longer_says_a_field_loses_it(void **state)
{
    struct akin_json *out =
        merged(record("ro-crate", rich), record("dataset-json", poor));

    (void)state;
    out = merged(out, record("dataset-json", ",\"title\":\"my folder\""));
    assert_null(value_at(out, "keywords"));
    assert_null(value_at(out, "rembi/specimens"));
    expect_text(out, "title", "Cells");
    expect_text(out, "description", "Many");
    assert_null(value_at(out, "source/also"));
    akin_json_free(out);
}

static void
three_kinds_meet(void **state)
{
    struct akin_json *out =
        merged(record("folder", ",\"title\":\"S-1\""),
               record("dataset-json", ",\"title\":\"t\",\"category\":\"c\""));

    (void)state;
    out = merged(out, record("biostudies", ",\"title\":\"Study\""));
    expect_text(out, "title", "Study");
    expect_text(out, "category", "c");
    expect_text(out, "source/kind", "biostudies");
    expect_text(out, "source/also/0/kind", "dataset-json");
    expect_count(out, "source/also", 1);
    akin_json_free(out);
}

/* ---- differences ---- */

static struct akin_json *
diff(const char *old_text, const char *new_text)
{
    struct akin_json *old = NULL, *new = NULL, *changes;
    struct akin_error err = {0};

    assert_ok(akin_json_parse(akin_span_str(old_text), &old, &err));
    assert_ok(akin_json_parse(akin_span_str(new_text), &new, &err));
    changes = akin_record_diff(old, new);
    akin_json_free(old);
    akin_json_free(new);
    return changes;
}

static void
a_difference_names_the_place_and_both_values(void **state)
{
    static const struct {
        const char *old, *new, *want;
    } cases[] = {
        {"{\"a\":1}", "{\"a\":1}", "[]"},
        {"{\"a\":\"x\",\"b\":2}", "{\"a\":\"y\",\"c\":3}",
         "[{\"field\":\"a\",\"old\":\"x\",\"new\":\"y\"},"
         "{\"field\":\"b\",\"old\":2},{\"field\":\"c\",\"new\":3}]"},
        {"{\"k\":[\"a\",\"b\"]}", "{\"k\":[\"b\",\"c\"]}",
         "[{\"field\":\"k\",\"old\":\"a\"},{\"field\":\"k\",\"new\":\"c\"}]"},
        {"{\"k\":[\"a\",\"b\"]}", "{\"k\":[\"b\",\"a\"]}",
         "[{\"field\":\"k\",\"old\":[\"a\",\"b\"],\"new\":[\"b\",\"a\"]}]"},
        {"{\"p\":[{\"name\":\"Ada\",\"role\":[\"x\"]},{\"name\":\"Bob\"}]}",
         "{\"p\":[{\"name\":\"Cy\"},{\"name\":\"Ada\",\"role\":[\"y\"]}]}",
         "[{\"field\":\"p/Ada/role\",\"old\":\"x\"},"
         "{\"field\":\"p/Ada/role\",\"new\":\"y\"},"
         "{\"field\":\"p\",\"old\":{\"name\":\"Bob\"}},"
         "{\"field\":\"p\",\"new\":{\"name\":\"Cy\"}}]"},
        {"{\"a\":{\"b\":[1]}}", "{\"a\":{\"b\":2}}",
         "[{\"field\":\"a/b\",\"old\":[1],\"new\":2}]"},
    };

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(cases); i++) {
        struct akin_json *changes = diff(cases[i].old, cases[i].new);
        struct akin_buf text = {0};

        akin_json_write(changes, AKIN_JSON_COMPACT, &text);
        assert_string_equal(akin_buf_text(&text), cases[i].want);
        akin_buf_free(&text);
        akin_json_free(changes);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            a_poorer_description_fills_gaps_and_takes_nothing_away),
        cmocka_unit_test(
            the_order_of_reading_does_not_matter_and_reading_again_changes_nothing),
        cmocka_unit_test(of_one_kind_the_newest_counts_alone),
        cmocka_unit_test(a_kind_that_no_longer_says_a_field_loses_it),
        cmocka_unit_test(three_kinds_meet),
        cmocka_unit_test(a_difference_names_the_place_and_both_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
