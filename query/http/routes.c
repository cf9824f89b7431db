/* SPDX-License-Identifier: Apache-2.0 */
/*
 * routes.c - every path there is: one row each. query/openapi.json describes
 * the same; tests/unit/test_http_openapi.c compares the two.
 */
#include "http_internal.h"

#include <stdlib.h>
#include <string.h>

#include "collections.h"
#include "gide.h"
#include "pages.h"
#include "pictures.h"
#include "v1.h"

#define PAGE_PARAMS                                                            \
    {"text", "text", AKIN_HTTP_TEXT}, {"where", "where", AKIN_HTTP_WHERE},     \
        {"facets", "facets", AKIN_HTTP_LIST},                                  \
        {"facet_size", "facet_size", AKIN_HTTP_INT},                           \
    {                                                                          \
        "exclude_own", "exclude_own", AKIN_HTTP_BOOL                           \
    }

static const struct akin_http_param search_params[] = {
    PAGE_PARAMS,
    {"k", "k", AKIN_HTTP_INT},
    {"offset", "offset", AKIN_HTTP_INT},
    {"cursor", "cursor", AKIN_HTTP_TEXT},
    {"format", NULL, AKIN_HTTP_TEXT},
};
static const struct akin_http_param facet_params[] = {PAGE_PARAMS};
static const struct akin_http_param suggest_params[] = {
    {"text", "text", AKIN_HTTP_TEXT}, {"k", "max", AKIN_HTTP_INT}};
static const struct akin_http_param term_params[] = {
    {"id", "id", AKIN_HTTP_TEXT},
    {"text", "text", AKIN_HTTP_TEXT},
    {"k", "max", AKIN_HTTP_INT}};

#define SIMILAR_PARAMS                                                         \
    {"k", "k", AKIN_HTTP_INT}, {"where", "where", AKIN_HTTP_WHERE},            \
        {"exclude", "exclude", AKIN_HTTP_AGAIN},                               \
        {"exclude_self", "exclude_self", AKIN_HTTP_BOOL},                      \
        {"evidence", "evidence", AKIN_HTTP_INT},                               \
        {"intent", "intent", AKIN_HTTP_TEXT}, {"by", "by", AKIN_HTTP_TEXT},    \
        {"region", "region", AKIN_HTTP_REGION},                                \
        {"diversity", "diversity", AKIN_HTTP_REAL},                            \
        {"collapse", "collapse", AKIN_HTTP_BOOL},                              \
        {"facets", "facets", AKIN_HTTP_LIST},                                  \
        {"facet_size", "facet_size", AKIN_HTTP_INT},                           \
        {"exclude_own", "exclude_own", AKIN_HTTP_BOOL},                        \
    {                                                                          \
        "url", ".url", AKIN_HTTP_AGAIN                                         \
    }

/* Keys that begin with a dot are taken by the route itself. */
static const struct akin_http_param similar_params[] = {SIMILAR_PARAMS};
static const struct akin_http_param similar_get_params[] = {
    SIMILAR_PARAMS,
    {"dataset", ".dataset", AKIN_HTTP_AGAIN},
    {"image", ".image", AKIN_HTTP_INTS},
    {"negative", ".negative", AKIN_HTTP_AGAIN},
};
static const struct akin_http_param dataset_params[] = {
    {"images", "images", AKIN_HTTP_INT},
    {"images_after", "images_after", AKIN_HTTP_INT},
    {"files", "files", AKIN_HTTP_INT}};
static const struct akin_http_param collection_params[] = {
    {"text", "text", AKIN_HTTP_TEXT},
    {"where", "where", AKIN_HTTP_WHERE},
    {"like", "like", AKIN_HTTP_AGAIN},
    {"unlike", "unlike", AKIN_HTTP_AGAIN},
    {"threshold", "threshold", AKIN_HTTP_REAL},
    {"nearest", "nearest", AKIN_HTTP_INT},
    {"licence", "licence", AKIN_HTTP_TEXT},
    {"exclude", "exclude", AKIN_HTTP_AGAIN},
    {"exclude_near", "exclude_near", AKIN_HTTP_AGAIN},
    {"unit", "unit", AKIN_HTTP_TEXT},
    {"target", "target", AKIN_HTTP_INT},
    {"split_by", "split_by", AKIN_HTTP_TEXT},
    {"seed", "seed", AKIN_HTTP_INT}};

#define PLANE_PARAMS                                                           \
    {"z", NULL, AKIN_HTTP_INT}, {"c", NULL, AKIN_HTTP_INT},                    \
        {"t", NULL, AKIN_HTTP_INT}, {"max", NULL, AKIN_HTTP_INT},              \
    {                                                                          \
        "format", NULL, AKIN_HTTP_TEXT                                         \
    }
static const struct akin_http_param preview_params[] = {PLANE_PARAMS};
static const struct akin_http_param crop_params[] = {
    PLANE_PARAMS,
    {"x", NULL, AKIN_HTTP_INT},
    {"y", NULL, AKIN_HTTP_INT},
    {"w", NULL, AKIN_HTTP_INT},
    {"h", NULL, AKIN_HTTP_INT},
};
static const struct akin_http_param thumbnail_params[] = {
    {"max", NULL, AKIN_HTTP_INT}, {"format", NULL, AKIN_HTTP_TEXT}};
static const struct akin_http_param gide_params[] = {
    {"q", NULL, AKIN_HTTP_TEXT},
    {"publisher", NULL, AKIN_HTTP_AGAIN},
    {"organism", NULL, AKIN_HTTP_AGAIN},
    {"imaging_method", NULL, AKIN_HTTP_AGAIN},
    {"license", NULL, AKIN_HTTP_AGAIN},
    {"year_from", NULL, AKIN_HTTP_INT},
    {"year_to", NULL, AKIN_HTTP_INT},
    {"size", NULL, AKIN_HTTP_INT},
    {"offset", NULL, AKIN_HTTP_INT},
    {"require_thumbnail", NULL, AKIN_HTTP_BOOL},
};

#define NONE NULL, 0
#define SOME(list) list, AKIN_COUNT(list)

static const struct akin_http_route routes[] = {
    {"GET", "/v1/similar", akin_v1_similar_get, SOME(similar_get_params), 0},
    {"POST", "/v1/similar", akin_v1_similar, SOME(similar_params), 0},
    {"GET", "/v1/search", akin_v1_search, SOME(search_params),
     AKIN_HTTP_TAGGED},
    {"GET", "/v1/facets", akin_v1_facets, SOME(facet_params), AKIN_HTTP_TAGGED},
    {"GET", "/v1/suggest", akin_v1_suggest, SOME(suggest_params),
     AKIN_HTTP_TAGGED},
    {"GET", "/v1/terms", akin_v1_terms, SOME(term_params), AKIN_HTTP_TAGGED},
    {"GET", "/v1/datasets/{id}", akin_v1_dataset, SOME(dataset_params),
     AKIN_HTTP_TAGGED},
    {"GET", "/v1/datasets/{id}/history", akin_v1_history, NONE,
     AKIN_HTTP_TAGGED},
    {"GET", "/v1/datasets/{id}/thumbnail", akin_pictures_thumbnail,
     SOME(thumbnail_params), AKIN_HTTP_PICTURE},
    {"GET", "/v1/images/{id}/preview", akin_pictures_preview,
     SOME(preview_params), AKIN_HTTP_PICTURE},
    {"GET", "/v1/images/{id}/crop", akin_pictures_crop, SOME(crop_params),
     AKIN_HTTP_PICTURE},
    {"GET", "/v1/images/{id}/annotation", akin_pictures_annotation,
     SOME(thumbnail_params), AKIN_HTTP_PICTURE},
    {"POST", "/v1/preview", akin_pictures_upload, SOME(preview_params),
     AKIN_HTTP_PICTURE},
    {"GET", "/v1/people/{id}", akin_v1_person, NONE, AKIN_HTTP_TAGGED},
    {"GET", "/v1/collections", akin_collections_get, SOME(collection_params),
     AKIN_HTTP_TAGGED},
    {"POST", "/v1/collections", akin_collections_post, NONE, 0},
    {"GET", "/v1/status", akin_v1_status, NONE, 0},
    {"GET", "/search", akin_gide_search, SOME(gide_params),
     AKIN_HTTP_TAGGED | AKIN_HTTP_LENIENT},
    {"GET", "/api/entry/{id*}", akin_gide_entry, NONE,
     AKIN_HTTP_TAGGED | AKIN_HTTP_LENIENT},
    {"GET", "/health", akin_gide_health, NONE,
     AKIN_HTTP_PUBLIC | AKIN_HTTP_LIGHT | AKIN_HTTP_LENIENT},
    {"GET", "/metrics", akin_pages_metrics, NONE, AKIN_HTTP_LENIENT},
    {"GET", "/openapi.json", akin_pages_openapi, NONE,
     AKIN_HTTP_PUBLIC | AKIN_HTTP_LIGHT | AKIN_HTTP_LENIENT},
    {"GET", "/docs", akin_pages_docs, NONE,
     AKIN_HTTP_PUBLIC | AKIN_HTTP_LIGHT | AKIN_HTTP_LENIENT},
    {"GET", "/web/{id}", akin_pages_file, NONE,
     AKIN_HTTP_PUBLIC | AKIN_HTTP_LIGHT | AKIN_HTTP_LENIENT},
    {"GET", "/", akin_pages_file, NONE,
     AKIN_HTTP_PUBLIC | AKIN_HTTP_LIGHT | AKIN_HTTP_LENIENT},
};

size_t
akin__http_routes(const struct akin_http_route **out)
{
    *out = routes;
    return AKIN_COUNT(routes);
}

/* The remaining segments, with their slashes. */
static char *
join(const struct akin_http_target *target, size_t from)
{
    struct akin_buf text = {0};

    for (size_t i = from; i < target->n_segments; i++) {
        akin_buf_puts(&text, i > from ? "/" : "");
        akin_buf_puts(&text, target->segment[i]);
    }
    return text.data != NULL ? (char *)akin_buf_take(&text) : akin_strdup("");
}

/* Does the path fit the pattern? *arg: what stands for {id}. */
static bool
fits(const char *pattern, const struct akin_http_target *target, char **arg)
{
    char *found = NULL;
    size_t i = 0;

    for (pattern++; *pattern != '\0'; i++) {
        size_t n = strcspn(pattern, "/");

        if (strncmp(pattern, "{id*}", n) == 0 && i < target->n_segments) {
            *arg = join(target, i);
            return true;
        }
        if (i == target->n_segments || target->segment[i][0] == '\0')
            break;
        if (strncmp(pattern, "{id}", n) == 0)
            found = target->segment[i];
        else if (strlen(target->segment[i]) != n ||
                 strncmp(pattern, target->segment[i], n) != 0)
            break;
        pattern += n;
        pattern += *pattern == '/';
    }
    if (*pattern != '\0' || i != target->n_segments)
        return false;
    *arg = found != NULL ? akin_strdup(found) : NULL;
    return true;
}

const struct akin_http_route *
akin__http_route_find(const struct akin_http_target *target, const char *method,
                      char **arg, struct akin_buf *allowed)
{
    const char *want = strcmp(method, "HEAD") == 0 ? "GET" : method;

    for (size_t i = 0; i < AKIN_COUNT(routes); i++) {
        if (!fits(routes[i].pattern, target, arg))
            continue;
        if (strcmp(routes[i].method, want) == 0)
            return &routes[i];
        free(*arg);
        *arg = NULL;
        akin_buf_printf(allowed, "%s%s%s", allowed->len > 0 ? ", " : "",
                        routes[i].method,
                        strcmp(routes[i].method, "GET") == 0 ? ", HEAD" : "");
    }
    if (allowed->len > 0)
        akin_buf_puts(allowed, ", OPTIONS");
    return NULL;
}
