/* SPDX-License-Identifier: Apache-2.0 */
#include "params.h"

#include <inttypes.h>
#include <string.h>

#include "akin/nearest.h"

enum akin_status
akin_params_unknown(const char *what, const char *word,
                    const char *const *known, size_t n, struct akin_error *err)
{
    struct akin_nearest near;
    struct akin_buf all = {0};
    enum akin_status st;

    akin_nearest_init(&near, word);
    for (size_t i = 0; i < n; i++) {
        akin_nearest_offer(&near, known[i]);
        akin_buf_printf(&all, "%s%s", i == 0 ? "" : ", ", known[i]);
    }
    if (near.best != NULL)
        st = AKIN_FAIL(err, AKIN_EINVAL,
                       "there is no %s \"%.80s\"; did you mean \"%s\"?", what,
                       word, near.best);
    else
        st = AKIN_FAIL(err, AKIN_EINVAL, "there is no %s \"%.80s\"; there %s%s",
                       what, word,
                       n == 0 ? "is none" : "are: ", akin_buf_text(&all));
    akin_buf_free(&all);
    return st;
}

static bool
is_known(const char *word, const char *const *known, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(word, known[i]) == 0)
            return true;
    return false;
}

enum akin_status
akin_params_check(const struct akin_json *params, const char *what,
                  const char *const *known, size_t n, struct akin_error *err)
{
    struct akin_json *value = NULL;
    const char *key = NULL;
    void *it = NULL;

    while (akin_json_next(params, &it, &key, &value))
        if (!is_known(key, known, n))
            return akin_params_unknown(what, key, known, n, err);
    return AKIN_OK;
}

/* The parameter, or NULL when it was not given. */
static struct akin_json *
given(const struct akin_json *params, const char *name)
{
    struct akin_json *value = akin_json_get(params, name);

    return akin_json_type(value) == AKIN_JSON_NULL ? NULL : value;
}

enum akin_status
akin_params_int(const struct akin_json *params, const char *name, int64_t min,
                int64_t max, int64_t *out, struct akin_error *err)
{
    struct akin_json *value = given(params, name);
    int64_t number;

    if (value == NULL)
        return AKIN_OK;
    if (!akin_json_int(value, &number) || number < min || number > max)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "%s must be a whole number from %" PRId64
                         " to %" PRId64,
                         name, min, max);
    *out = number;
    return AKIN_OK;
}

enum akin_status
akin_params_bool(const struct akin_json *params, const char *name, bool *out,
                 struct akin_error *err)
{
    struct akin_json *value = given(params, name);

    if (value == NULL)
        return AKIN_OK;
    if (akin_json_type(value) != AKIN_JSON_BOOL)
        return AKIN_FAIL(err, AKIN_EINVAL, "%s must be true or false", name);
    *out = akin_json_true(value);
    return AKIN_OK;
}

enum akin_status
akin_params_text(const struct akin_json *params, const char *name,
                 const char **out, struct akin_error *err)
{
    struct akin_json *value = given(params, name);
    const char *text = akin_json_string(value);

    if (value == NULL)
        return AKIN_OK;
    if (text == NULL || text[0] == '\0')
        return AKIN_FAIL(err, AKIN_EINVAL, "%s must be a text, not empty",
                         name);
    *out = text;
    return AKIN_OK;
}
