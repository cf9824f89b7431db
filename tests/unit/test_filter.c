/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/filter.h"

static const char record_text[] =
    "{\"id\":\"S-BIAD1\",\"title\":\"The cell cycle of mouse embryos\","
    "\"license\":\"CC-BY-4.0\",\"year\":2021,"
    "\"keywords\":[\"mitosis\",\"live imaging\"],"
    "\"authors\":[{\"name\":\"Ada M\xc3\xbcller\","
    "\"orcid\":\"0000-0002-1825-0097\"}],"
    "\"organism\":[{\"id\":\"NCBITaxon:10090\",\"label\":\"Mus musculus\"}],"
    "\"imaging_method\":[{\"id\":\"FBbi:00000251\",\"label\":\"confocal "
    "microscopy\"}],\"category\":\"embryo\",\"thumbnails\":[],"
    "\"mifa\":{\"annotations\":[{\"type\":[\"counts\",\"tracks\"]}]},"
    "\"images\":[{\"format\":\"tiff\",\"bits\":16,\"pixel_um_x\":0.25},"
    "{\"format\":\"png\",\"bits\":8,\"pixel_um_x\":0}],"
    "\"extra\":{\"source_repo\":\"lab/cycle\"}}";

static struct akin_json *
record(void)
{
    struct akin_error err = {0};
    struct akin_json *json = NULL;

    assert_ok(akin_json_parse(akin_span_str(record_text), &json, &err));
    return json;
}

static const struct {
    const char *text;
    bool want;
} answers[] = {
    {"id:S-BIAD1", true},
    {"id:s-biad1", true},
    {"id:S-BIAD", false},
    {"accession:S-BIAD1", true},
    {"license:CC-BY-4.0", true},
    {"licence:cc-by-4.0", true},
    {"license:CC-BY", false},
    {"year:2021", true},
    {"year:2020..", true},
    {"year:..2020", false},
    {"year:2021..2021", true},
    {"title:\"cell cycle\"", true},
    {"title:CELL", true},
    {"title:cel", false},
    {"title:=cell", false},
    {"title:=\"The cell cycle of mouse embryos\"", true},
    {"keyword:imaging", true},
    {"author:0000-0002-1825-0097", true},
    {"author:\"M\xc3\xbcller\"", true},
    {"author:M", false},
    {"organism:NCBITaxon:10090", true},
    {"organism:\"mus musculus\"", true},
    {"organism:NCBITaxon:9606", false},
    {"imaging_method:\"confocal microscopy\"", true},
    {"annotation_type:(segmentation_mask OR counts)", true},
    {"annotation_type:(tracks AND counts)", true},
    {"annotation_type:(tracks AND NOT counts)", false},
    {"pixel_size_um:0.1..0.5", true},
    {"pixel_size_um:0.3..0.5", false},
    {"bit_depth:16 AND format:png", true},
    {"has:title", true},
    {"has:thumbnail", false},
    {"NOT has:thumbnail", true},
    {"category:embryo year:2021", true},
    {"category:embryo year:2022", false},
    {"category:x OR year:2021 AND license:CC-BY-4.0", true},
    {"(category:x OR year:2021) AND license:CC0-1.0", false},
    {"NOT (category:x OR year:2021)", false},
    {"NOT NOT category:embryo", true},
    {"extra.source_repo:lab", true},
    {"extra.source_repo:laboratory", false},
};

static void
filter_says_which_records_pass(void **state)
{
    struct akin_json *json = record();
    struct akin_error err = {0};

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(answers); i++) {
        struct akin_filter *filter = NULL;

        assert_ok(akin_filter_parse(answers[i].text, &filter, &err));
        if (akin_filter_matches(filter, json) != answers[i].want)
            fail_msg("%s", answers[i].text);
        akin_filter_free(filter);
    }
    akin_json_free(json);
}

static const struct {
    const char *name, *text;
    enum akin_status want;
    const char *says;
} refusals[] = {
    {"empty", "", AKIN_EFORMAT, "expected a field"},
    {"no colon", "mouse", AKIN_EFORMAT, "character 1: \"mouse\""},
    {"wrong sign", "organism=mouse", AKIN_EFORMAT, "a field and a colon"},
    {"unknown field", "organsim:mouse", AKIN_EINVAL,
     "did you mean \"organism\""},
    {"unknown far field", "zzzzzz:1", AKIN_EINVAL, "no field \"zzzzzz\""},
    {"has of nothing", "has:wings", AKIN_EINVAL, "no field \"wings\""},
    {"open quote", "title:\"cell", AKIN_EFORMAT, "opened at character 7"},
    {"open bracket", "(year:2020", AKIN_EFORMAT, "a closing bracket"},
    {"lone bracket", "year:2020)", AKIN_EFORMAT, "character 10"},
    {"no value", "title: cell", AKIN_EFORMAT, "a value"},
    {"empty value", "title:\"\"", AKIN_EINVAL, "value is empty"},
    {"operator as value", "title:AND", AKIN_EFORMAT, "a value"},
    {"dangling and", "year:2020 AND", AKIN_EFORMAT, "at its end"},
    {"dangling not", "NOT", AKIN_EFORMAT, "at its end"},
    {"not a number", "year:soon", AKIN_EINVAL, "takes a number or a range"},
    {"no bounds", "year:..", AKIN_EINVAL, "takes a number or a range"},
    {"backwards", "year:2021..2020", AKIN_EINVAL, "ends before it begins"},
    {"empty brackets", "title:()", AKIN_EFORMAT, "a value"},
};

static void
filter_parse_refuses_and_says_why(void **state)
{
    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(refusals); i++) {
        struct akin_filter *filter = NULL;
        struct akin_error err = {0};

        print_message("  %s\n", refusals[i].name);
        assert_fails_with(akin_filter_parse(refusals[i].text, &filter, &err),
                          refusals[i].want, refusals[i].says);
        assert_null(filter);
    }
}

static void
filter_parse_bounds_nesting_and_size(void **state)
{
    struct akin_filter *filter = NULL;
    struct akin_error err = {0};
    struct akin_buf text = {0};

    (void)state;
    for (size_t i = 0; i < 100000; i++)
        akin_buf_puts(&text, i % 2 == 0 ? "(" : "NOT ");
    assert_fails_with(akin_filter_parse(akin_buf_text(&text), &filter, &err),
                      AKIN_ELIMIT, "deeper than");
    akin_buf_clear(&text);
    for (size_t i = 0; i <= AKIN_FILTER_NODES; i++)
        akin_buf_puts(&text, "year:1 ");
    assert_fails_with(akin_filter_parse(akin_buf_text(&text), &filter, &err),
                      AKIN_ELIMIT, "more than");
    akin_buf_free(&text);
}

static void
filter_text_parses_back_to_the_same_text(void **state)
{
    struct akin_error err = {0};

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(answers); i++) {
        struct akin_filter *first = NULL, *second = NULL;
        struct akin_buf a = {0}, b = {0};

        assert_ok(akin_filter_parse(answers[i].text, &first, &err));
        akin_filter_text(first, &a);
        assert_ok(akin_filter_parse(akin_buf_text(&a), &second, &err));
        akin_filter_text(second, &b);
        assert_string_equal(akin_buf_text(&a), akin_buf_text(&b));
        akin_filter_free(first);
        akin_filter_free(second);
        akin_buf_free(&a);
        akin_buf_free(&b);
    }
}

static const struct {
    const char *json, *text; /* text NULL: refused */
    const char *says;
} json_forms[] = {
    {"{\"field\":\"organism\",\"is\":\"mouse\"}", "organism:\"mouse\"", NULL},
    {"{\"field\":\"organism\",\"equals\":\"mouse\"}", "organism:=\"mouse\"",
     NULL},
    {"{\"field\":\"year\",\"is\":2020}", "year:2020", NULL},
    {"{\"field\":\"year\",\"from\":2020}", "year:2020..", NULL},
    {"{\"field\":\"year\",\"from\":2020,\"to\":2021.5}", "year:2020..2021.5",
     NULL},
    {"{\"has\":\"thumbnail\"}", "has:thumbnail", NULL},
    {"{\"not\":{\"has\":\"title\"}}", "NOT has:title", NULL},
    {"{\"and\":[{\"has\":\"title\"},{\"or\":[{\"has\":\"id\"},{\"has\":"
     "\"year\"}]}]}",
     "(has:title AND (has:id OR has:year))", NULL},
    {"[]", NULL, "JSON object"},
    {"{}", NULL, "\"field\""},
    {"{\"and\":[]}", NULL, "array of filters"},
    {"{\"field\":\"year\"}", NULL, "needs"},
    {"{\"field\":\"year\",\"from\":[]}", NULL, "take numbers"},
    {"{\"field\":\"yaer\",\"is\":1}", NULL, "did you mean"},
};

static void
assert_json_means(const struct akin_json *json, const char *text)
{
    struct akin_filter *filter = NULL;
    struct akin_error err = {0};
    struct akin_buf out = {0};

    assert_ok(akin_filter_from_json(json, &filter, &err));
    akin_filter_text(filter, &out);
    assert_string_equal(akin_buf_text(&out), text);
    akin_filter_free(filter);
    akin_buf_free(&out);
}

static void
assert_json_refused(const struct akin_json *json, const char *says)
{
    struct akin_filter *filter = NULL;
    struct akin_error err = {0};

    assert_int_not_equal(akin_filter_from_json(json, &filter, &err), AKIN_OK);
    assert_non_null(strstr(err.text, says));
    akin_filter_free(filter);
}

static void
filter_json_means_the_same_as_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(json_forms); i++) {
        struct akin_json *json = NULL;
        struct akin_error err = {0};

        assert_ok(
            akin_json_parse(akin_span_str(json_forms[i].json), &json, &err));
        if (json_forms[i].text != NULL)
            assert_json_means(json, json_forms[i].text);
        else
            assert_json_refused(json, json_forms[i].says);
        akin_json_free(json);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filter_says_which_records_pass),
        cmocka_unit_test(filter_parse_refuses_and_says_why),
        cmocka_unit_test(filter_parse_bounds_nesting_and_size),
        cmocka_unit_test(filter_text_parses_back_to_the_same_text),
        cmocka_unit_test(filter_json_means_the_same_as_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
