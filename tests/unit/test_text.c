/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test.h"

#include "akin/text.h"

static const struct {
    uint32_t number;
    const char *id, *title, *description;
} docs[] = {
    {3, "S-BIAD1", "Mouse embryos", "The cell cycle of M\xc3\xbcller cells"},
    {5, "S-BIAD2", "Human cells",
     "Mitosis in cells that cycle; mice are absent"},
    {9, "S-BIAD10", "Rats \"quoted\"",
     "Live-cell imaging, a mouse and more mice"},
};

static struct akin_text *
index_of_docs(const char *path)
{
    struct akin_text *text = NULL;
    struct akin_error err = {0};

    assert_ok(akin_text_new(path, &text, &err));
    assert_ok(akin_text_begin(text, &err));
    for (size_t i = 0; i < AKIN_COUNT(docs); i++) {
        struct akin_text_doc doc = {.number = docs[i].number};

        akin_buf_puts(&doc.column[AKIN_TEXT_ID], docs[i].id);
        akin_buf_puts(&doc.column[AKIN_TEXT_TITLE], docs[i].title);
        akin_buf_puts(&doc.column[AKIN_TEXT_DESCRIPTION], docs[i].description);
        doc.names = akin_json_array();
        akin_json_append(doc.names, akin_json_new_string(docs[i].id));
        assert_ok(akin_text_put(text, &doc, &err));
        akin_text_doc_free(&doc);
    }
    assert_ok(akin_text_end(text, &err));
    return text;
}

/* The numbers found, as "3 5". */
static void
assert_finds(struct akin_text *text, const char *words,
             const struct akin_bitmap *allowed, const char *want)
{
    struct akin_text_query *query = NULL;
    struct akin_text_hit *hit = NULL;
    struct akin_error err = {0};
    struct akin_buf got = {0};
    size_t n = 0;

    assert_ok(akin_text_parse(words, &query, &err));
    assert_ok(akin_text_search(text, query, allowed, &hit, &n, &err));
    for (size_t i = 0; i < n; i++)
        akin_buf_printf(&got, "%s%u", i == 0 ? "" : " ", hit[i].number);
    if (strcmp(akin_buf_text(&got), want) != 0)
        fail_msg("%s: \"%s\" instead of \"%s\"", words, akin_buf_text(&got),
                 want);
    akin_buf_free(&got);
    free(hit);
    akin_text_query_free(query);
}

static const struct {
    const char *words, *want;
} answers[] = {
    {"mouse", "3 9"},        /* the title weighs more */
    {"MOUSE embryo", "3"},   /* case, endings */
    {"muller", "3"},         /* accents */
    {"\"cell cycle\"", "3"}, /* in a row */
    {"\"cycle cell\"", ""},
    {"mito*", "5"},
    {"cells -human", "3 9"},
    {"cells NOT human", "3 9"},
    {"rats OR embryos", "3 9"},
    {"live-cell", "9"},
    {"S-BIAD10", "9"},
    {"s-biad1", "3"},
    {"S-BIAD2 mouse", "5"}, /* an accession, though not of mice */
    {"zebrafish", ""},
    {"NEAR mouse", ""}, /* no operator of SQLite's */
    {"title:mouse", ""},
    {"mouse) OR (rats", "9 3"},
    {"mouse ' ; -- & +", "3 9"},
    {"^mouse", "3 9"},
    {"mouse AND embryo", "3"},
    {"(mouse OR rats) embryo", "3"},
    {"embryo AND (rats OR (mouse \"cell cycle\"))", "3"},
    {"mouse NOT (embryo OR rats)", ""},
    {"mouse -(embryo human)", "3 9"},
    {"(mouse) (cells (() embryo))", "3"},
    {"mouse NOT (S-BIAD10)", "3"},
    {"cells(human) OR mouse(", "3 9"}, /* their own brackets */
};

static void
words_find_what_they_should(void **state)
{
    struct akin_text *text = index_of_docs(NULL);

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(answers); i++)
        assert_finds(text, answers[i].words, NULL, answers[i].want);
    akin_text_free(text);
}

static void
only_allowed_datasets_are_found(void **state)
{
    struct akin_text *text = index_of_docs(NULL);
    const uint32_t number = 9;
    struct akin_bitmap *allowed = akin_bitmap_of(&number, 1);

    (void)state;
    assert_finds(text, "mouse", allowed, "9");
    assert_finds(text, "S-BIAD1", allowed, "");
    akin_bitmap_free(allowed);
    akin_text_free(text);
}

static const struct {
    const char *words;
    enum akin_status want;
    const char *says;
} refusals[] = {
    {"", AKIN_EINVAL, "a word to look for"},
    {"  & -- ", AKIN_EINVAL, "a word to look for"},
    {"-mouse", AKIN_EINVAL, "beside those that must not"},
    {"mouse OR", AKIN_EINVAL, "a word to look for"},
    {"mouse ( OR embryo)", AKIN_EINVAL, "a word to look for"},
    {"cells (NOT human)", AKIN_EINVAL, "beside those that must not"},
    {"()", AKIN_EINVAL, "a word to look for"},
    {"((((((((((((((((mouse))))))))))))))))", AKIN_ELIMIT, "15 deep"},
    {"a \"b", AKIN_EINVAL, "opened at character 3"},
};

static void
queries_without_words_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(refusals); i++) {
        struct akin_text_query *query = NULL;
        struct akin_error err = {0};

        print_message("  \"%s\"\n", refusals[i].words);
        assert_fails_with(akin_text_parse(refusals[i].words, &query, &err),
                          refusals[i].want, refusals[i].says);
        assert_null(query);
    }
}

static void
queries_are_bounded(void **state)
{
    struct akin_text_query *query = NULL;
    struct akin_error err = {0};
    struct akin_buf text = {0};

    (void)state;
    for (size_t i = 0; i <= AKIN_TEXT_QUERY_WORDS; i++)
        akin_buf_puts(&text, "w ");
    assert_fails_with(akin_text_parse(akin_buf_text(&text), &query, &err),
                      AKIN_ELIMIT, "more than 64 words");
    while (text.len <= AKIN_TEXT_QUERY_BYTES)
        akin_buf_puts(&text, "longer ");
    assert_fails_with(akin_text_parse(akin_buf_text(&text), &query, &err),
                      AKIN_ELIMIT, "longer than 4096");
    akin_buf_free(&text);
}

static void
a_copy_changes_and_the_first_does_not(void **state)
{
    struct akin_text *text = index_of_docs(NULL), *copy = NULL;
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin_text_copy(text, &copy, &err));
    assert_ok(akin_text_begin(copy, &err));
    assert_ok(akin_text_remove(copy, 3, &err));
    assert_ok(akin_text_end(copy, &err));
    assert_finds(copy, "mouse", NULL, "9");
    assert_finds(copy, "S-BIAD1", NULL, "");
    assert_finds(text, "mouse", NULL, "3 9");
    akin_text_free(copy);
    akin_text_free(text);
}

static void
highlights_mark_the_words(void **state)
{
    struct akin_text *text = index_of_docs(NULL);
    struct akin_text_query *query = NULL;
    struct akin_json *marks = NULL;
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin_text_parse("embryo cycle", &query, &err));
    assert_ok(akin_text_highlights(text, query, 3, &marks, &err));
    assert_string_equal(akin_json_text(marks, "title"), "Mouse \x02"
                                                        "embryos\x03");
    assert_non_null(strstr(akin_json_text(marks, "description"), "\x02"
                                                                 "cycle\x03"));
    assert_null(akin_json_get(marks, "keywords"));
    akin_json_free(marks);
    akin_text_query_free(query);
    akin_text_free(text);
}

static void
a_file_opens_again_and_another_file_does_not(void **state)
{
    char *folder = akin_test_folder();
    struct akin_buf path = {0};
    struct akin_text *text = NULL;
    struct akin_error err = {0};
    FILE *file;

    (void)state;
    akin_buf_printf(&path, "%s/text.sqlite", folder);
    akin_text_free(index_of_docs(akin_buf_text(&path)));
    assert_ok(akin_text_open(akin_buf_text(&path), &text, &err));
    assert_finds(text, "mouse", NULL, "3 9");
    akin_text_free(text);
    text = NULL;
    file = fopen(akin_buf_text(&path), "w");
    assert_non_null(file);
    assert_true(fputs("this is a file of another kind, long enough", file) > 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(akin_text_open(akin_buf_text(&path), &text, &err),
                     AKIN_EFORMAT);
    assert_null(text);
    akin_buf_free(&path);
    akin_test_remove(folder);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_find_what_they_should),
        cmocka_unit_test(only_allowed_datasets_are_found),
        cmocka_unit_test(queries_without_words_are_refused),
        cmocka_unit_test(queries_are_bounded),
        cmocka_unit_test(a_copy_changes_and_the_first_does_not),
        cmocka_unit_test(highlights_mark_the_words),
        cmocka_unit_test(a_file_opens_again_and_another_file_does_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
