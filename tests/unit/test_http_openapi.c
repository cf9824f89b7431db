/* SPDX-License-Identifier: Apache-2.0 */
/* query/openapi.json says what the table of routes says, and the reverse. */
#include "akin_test.h"

#include "http/docs.h"
#include "http/http_internal.h"

static struct akin_json *api;

static int
set_up(void **state)
{
    (void)state;
    return akin_json_parse(akin__http_openapi(), &api, NULL) == AKIN_OK ? 0 : 1;
}

static int
tear_down(void **state)
{
    (void)state;
    akin_json_free(api);
    return 0;
}

/* What a reference of components points to, or the value itself. */
static const struct akin_json *
follow(const struct akin_json *value)
{
    const char *ref = akin_json_text(value, "$ref");
    char copy[128];
    const struct akin_json *at = api;

    if (ref == NULL)
        return value;
    assert_true(strlen(ref) < sizeof(copy));
    assert_int_equal(strncmp(ref, "#/", 2), 0);
    (void)snprintf(copy, sizeof(copy), "%s", ref + 2);
    for (char *save = NULL, *part = strtok_r(copy, "/", &save); part != NULL;
         part = strtok_r(NULL, "/", &save))
        at = akin_json_get(at, part);
    if (at == NULL)
        fail_msg("%s points to nothing", ref);
    return at;
}

/* /api/entry/{id*} stands as /api/entry/{id}. */
static void
path_of(const struct akin_http_route *route, char *out, size_t size)
{
    char *star;

    (void)snprintf(out, size, "%s", route->pattern);
    star = strchr(out, '*');
    if (star != NULL)
        memmove(star, star + 1, strlen(star));
}

static const struct akin_json *
operation_of(const struct akin_http_route *route)
{
    char path[128];

    path_of(route, path, sizeof(path));
    return akin_json_get(akin_json_get(akin_json_get(api, "paths"), path),
                         strcmp(route->method, "GET") == 0 ? "get" : "post");
}

static bool
has_parameter(const struct akin_json *operation, const char *name,
              const char *in)
{
    const struct akin_json *list = akin_json_get(operation, "parameters");

    for (size_t i = 0; i < akin_json_count(list); i++) {
        const struct akin_json *one = follow(akin_json_at(list, i));

        if (strcmp(akin_json_text(one, "name"), name) == 0 &&
            strcmp(akin_json_text(one, "in"), in) == 0)
            return true;
    }
    return false;
}

static void
every_route_is_described_with_its_parameters(void **state)
{
    const struct akin_http_route *routes;
    size_t n = akin__http_routes(&routes);

    (void)state;
    for (size_t i = 0; i < n; i++) {
        const struct akin_json *operation = operation_of(&routes[i]);
        size_t n_described;

        print_message("  %s %s\n", routes[i].method, routes[i].pattern);
        assert_non_null(operation);
        assert_non_null(akin_json_text(operation, "operationId"));
        assert_non_null(akin_json_text(operation, "summary"));
        n_described = akin_json_count(akin_json_get(operation, "parameters"));
        for (size_t k = 0; k < routes[i].n_params; k++)
            if (!has_parameter(operation, routes[i].params[k].name, "query"))
                fail_msg("%s is not described", routes[i].params[k].name);
        if (strchr(routes[i].pattern, '{') != NULL) {
            assert_true(has_parameter(operation, "id", "path"));
            n_described--;
        }
        assert_int_equal(n_described, routes[i].n_params);
    }
}

static void
everything_described_is_a_route(void **state)
{
    const struct akin_http_route *routes;
    size_t n = akin__http_routes(&routes), n_described = 0;
    struct akin_json *path = NULL;
    const char *name = NULL;
    void *it = NULL;

    (void)state;
    while (akin_json_next(akin_json_get(api, "paths"), &it, &name, &path))
        n_described += akin_json_count(path);
    /* Each route has its operation (above), and no two the same. */
    assert_int_equal(n_described, n);
}

/* Calls check for each object in the document. */
static void
walk(const struct akin_json *json, void (*check)(const struct akin_json *))
{
    struct akin_json *value = NULL;
    const char *key = NULL;
    void *it = NULL;

    if (akin_json_type(json) == AKIN_JSON_OBJECT)
        check(json);
    while (akin_json_type(json) == AKIN_JSON_OBJECT &&
           akin_json_next(json, &it, &key, &value))
        walk(value, check);
    for (size_t i = 0;
         akin_json_type(json) == AKIN_JSON_ARRAY && i < akin_json_count(json);
         i++)
        walk(akin_json_at(json, i), check);
}

static void
check_reference(const struct akin_json *json)
{
    assert_non_null(follow(json));
}

static void
every_reference_points_to_something(void **state)
{
    (void)state;
    walk(api, check_reference);
}

static size_t n_answers;

static void
check_answers(const struct akin_json *json)
{
    const struct akin_json *answers = akin_json_get(json, "responses");
    struct akin_json *one = NULL;
    const char *status = NULL;
    void *it = NULL;

    if (answers == NULL || akin_json_get(json, "operationId") == NULL)
        return;
    assert_non_null(akin_json_get(answers, "200"));
    assert_non_null(akin_json_get(answers, "default"));
    while (akin_json_next(answers, &it, &status, &one)) {
        assert_non_null(akin_json_text(follow(one), "description"));
        n_answers++;
    }
}

static void
every_answer_is_described(void **state)
{
    (void)state;
    n_answers = 0;
    walk(akin_json_get(api, "paths"), check_answers);
    assert_true(n_answers > 40);
}

static void
the_page_shows_every_path_and_problem(void **state)
{
    const struct akin_json *problems = akin_json_get(api, "x-problems");
    const struct akin_http_route *routes;
    size_t n = akin__http_routes(&routes);
    struct akin_buf page = {0};
    char text[128];

    (void)state;
    akin_docs_write(api, &page);
    for (size_t i = 0; i < n; i++) {
        path_of(&routes[i], text, sizeof(text));
        if (strstr(akin_buf_text(&page), text) == NULL)
            fail_msg("%s is not on the page", text);
    }
    for (size_t i = 0; i < akin_json_count(problems); i++) {
        (void)snprintf(text, sizeof(text), "id=\"problem-%s\"",
                       akin_json_text(akin_json_at(problems, i), "code"));
        if (strstr(akin_buf_text(&page), text) == NULL)
            fail_msg("%s is not on the page", text);
    }
    akin_buf_free(&page);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_route_is_described_with_its_parameters),
        cmocka_unit_test(everything_described_is_a_route),
        cmocka_unit_test(every_reference_points_to_something),
        cmocka_unit_test(every_answer_is_described),
        cmocka_unit_test(the_page_shows_every_path_and_problem),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
