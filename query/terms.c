/* SPDX-License-Identifier: Apache-2.0 */
#include "terms.h"

#include "params.h"

struct wish {
    const char *id, *text;
    int64_t max;
};

static enum akin_status
read_wish(const struct akin_json *params, struct wish *out,
          struct akin_error *err)
{
    static const char *const known[] = {"id", "text", "max"};
    enum akin_status st = akin_params_check(params, "parameter of terms", known,
                                            AKIN_COUNT(known), err);

    out->max = AKIN_TERMS_MAX;
    if (st == AKIN_OK)
        st = akin_params_text(params, "id", &out->id, err);
    if (st == AKIN_OK)
        st = akin_params_text(params, "text", &out->text, err);
    if (st == AKIN_OK)
        st = akin_params_int(params, "max", 1, AKIN_TERMS_MAX_MAX, &out->max,
                             err);
    if (st == AKIN_OK && (out->id == NULL) == (out->text == NULL))
        st = AKIN_FAIL(err, AKIN_EINVAL,
                       "terms takes one of \"id\" and \"text\"");
    return st;
}

static enum akin_status
give(const struct akin_terms *terms, const struct wish *wish,
     struct akin_json *out, struct akin_error *err)
{
    struct akin_json *term = NULL;
    const char *curie = NULL;
    enum akin_status st;

    if (wish->text != NULL) {
        akin_json_set(
            out, "terms",
            akin_terms_complete(terms, wish->text, (size_t)wish->max));
        return AKIN_OK;
    }
    /* As asked, even when deprecated; only else what replaces it. */
    if (akin_terms_known(terms, wish->id))
        curie = wish->id;
    st = curie != NULL ? AKIN_OK
                       : akin_terms_resolve(terms, wish->id, NULL, &curie, err);
    if (st == AKIN_OK)
        st = akin_terms_describe(terms, curie, &term, err);
    if (st == AKIN_OK)
        akin_json_set(out, "term", term);
    return st;
}

enum akin_status
akin_terms_answer(struct akin_session *session, const struct akin_json *params,
                  struct akin_json **result, struct akin_error *err)
{
    struct akin_json *out = akin_json_object();
    struct akin_reading reading = {0};
    const struct akin_terms *terms = NULL;
    struct wish wish = {0};
    enum akin_status st = read_wish(params, &wish, err);

    if (st == AKIN_OK)
        st = akin__reading_begin(session, &reading, err);
    if (st == AKIN_OK)
        st = akin_term_cache_acquire(session->service->terms, reading.txn,
                                     &terms, err);
    if (st == AKIN_OK)
        st = give(terms, &wish, out, err);
    akin_term_cache_release(session->service->terms, terms);
    akin__reading_end(&reading);
    if (st == AKIN_OK)
        *result = out;
    else
        akin_json_free(out);
    return st;
}
