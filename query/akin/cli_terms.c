/* SPDX-License-Identifier: Apache-2.0 */
#include "cli_terms.h"

#include "akin/normalize.h"

static void
put(const struct akin_print *print, const struct akin_json *object,
    const char *key, size_t columns, struct akin_buf *line)
{
    const char *text = akin_json_text(object, key);
    size_t used =
        akin_print_cut(print, text == NULL ? "" : text, columns, line);

    akin_print_pad(columns > used ? columns - used : 0, line);
}

/* One line a term: id, label and, where it is another one, the name found. */
static void
print_lines(const struct akin_print *print, const char *title,
            const struct akin_json *list)
{
    size_t room = print->width > 60 ? print->width - 22 : 38;
    struct akin_buf line = {0};

    if (akin_json_count(list) > 0 && title != NULL)
        (void)fprintf(print->out, "\n%s\n", title);
    for (size_t i = 0; i < akin_json_count(list); i++) {
        const struct akin_json *term = akin_json_at(list, i);
        const char *match = akin_json_text(term, "match");
        const char *label = akin_json_text(term, "label");

        akin_buf_puts(&line, title != NULL ? "  " : "");
        put(print, term, "id", 18, &line);
        akin_buf_puts(&line, " ");
        (void)akin_print_cut(print, label == NULL ? "(no label)" : label, room,
                             &line);
        if (match != NULL && label != NULL && !akin_name_equal(match, label)) {
            akin_buf_puts(&line, " = ");
            (void)akin_print_cut(print, match, room, &line);
        }
        akin_buf_puts(&line, "\n");
        akin_print_flush(print, &line);
    }
    akin_buf_free(&line);
}

static void
print_term(const struct akin_print *print, const struct akin_json *term)
{
    static const char *const fields[] = {"id", "label", "rank", "ontology",
                                         "replaced_by"};
    const struct akin_json *synonyms = akin_json_get(term, "synonyms");
    struct akin_json *texts = akin_json_array();

    for (size_t i = 0; i < AKIN_COUNT(fields); i++)
        akin_print_field(print, fields[i], akin_json_get(term, fields[i]));
    for (size_t i = 0; i < akin_json_count(synonyms); i++)
        akin_json_append(texts, akin_json_new_string(akin_json_text(
                                    akin_json_at(synonyms, i), "text")));
    akin_print_field(print, "synonyms", texts);
    akin_json_free(texts);
    if (akin_json_true(akin_json_get(term, "deprecated")))
        (void)fprintf(print->out, "deprecated\n");
    print_lines(print, "above", akin_json_get(term, "ancestors"));
    print_lines(print, "below", akin_json_get(term, "children"));
}

enum akin_status
akin_cli_terms(const struct akin_cli_args *args, struct akin_ask *ask,
               const struct akin_print *print, struct akin_error *err)
{
    struct akin_json *params = akin_json_object(), *answer = NULL;
    struct akin_buf curie = {0};
    enum akin_status st;

    if (akin_curie_normalize(args->operand[0], NULL, &curie))
        akin_json_set_text(params, "id", akin_buf_text(&curie));
    else
        akin_json_set_text(params, "text", args->operand[0]);
    akin_buf_free(&curie);
    st = akin_ask_call(ask, "terms", params, &answer, err);
    akin_json_free(params);
    if (st != AKIN_OK)
        return st;
    if (args->json)
        akin_print_json(print, answer);
    else if (akin_json_get(answer, "term") != NULL)
        print_term(print, akin_json_get(answer, "term"));
    else
        print_lines(print, NULL, akin_json_get(answer, "terms"));
    akin_json_free(answer);
    return AKIN_OK;
}
