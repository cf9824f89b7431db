/* SPDX-License-Identifier: Apache-2.0 */
#include "pages.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "akin/hash.h"

#include "docs.h"
#include "web/assets.h"

extern const unsigned char akin__openapi[];
extern const size_t akin__openapi_len;

struct akin_span
akin__http_openapi(void)
{
    return akin_span_of(akin__openapi, akin__openapi_len);
}

enum akin_status
akin_pages_file(struct akin_http_call *call, struct akin_error *err)
{
    const char *name = call->arg != NULL ? call->arg : "index.html";
    const struct akin_asset *asset = akin_asset_find(name);

    if (asset == NULL)
        return AKIN_FAIL(err, AKIN_ENOTFOUND, "the page has no file \"%.80s\"",
                         name);
    if (akin__http_not_modified(call, asset->etag))
        return AKIN_OK;
    call->answer.status = 200;
    call->answer.type = asset->media_type;
    call->answer.fixed = akin_span_of(asset->data, asset->len);
    return AKIN_OK;
}

/* A tag for what is part of the program. */
static void
tag_of(struct akin_span bytes, char out[AKIN_HASH_TEXT + 2])
{
    struct akin_hash hash = akin_hash_of(bytes);
    char text[AKIN_HASH_TEXT];

    akin_hash_text(&hash, text);
    (void)snprintf(out, AKIN_HASH_TEXT + 2, "\"%s\"", text);
}

enum akin_status
akin_pages_openapi(struct akin_http_call *call, struct akin_error *err)
{
    char tag[AKIN_HASH_TEXT + 2];

    (void)err;
    tag_of(akin__http_openapi(), tag);
    if (akin__http_not_modified(call, tag))
        return AKIN_OK;
    call->answer.status = 200;
    call->answer.type = "application/json";
    call->answer.fixed = akin__http_openapi();
    return AKIN_OK;
}

enum akin_status
akin_pages_docs(struct akin_http_call *call, struct akin_error *err)
{
    struct akin_json *api = NULL;
    char tag[AKIN_HASH_TEXT + 2];
    enum akin_status st;

    tag_of(akin__http_openapi(), tag);
    if (akin__http_not_modified(call, tag))
        return AKIN_OK;
    st = akin_json_parse(akin__http_openapi(), &api, err);
    if (st != AKIN_OK)
        return st;
    akin_docs_write(api, &call->answer.body);
    akin_json_free(api);
    call->answer.status = 200;
    call->answer.type = "text/html; charset=utf-8";
    return AKIN_OK;
}

static void
name_route(size_t route, const char **method, const char **pattern)
{
    const struct akin_http_route *routes;
    size_t n = akin__http_routes(&routes);

    *method = route < n ? routes[route].method : "-";
    *pattern = route < n ? routes[route].pattern : "-";
}

static void
put_store(const struct akin_json *status, struct akin_buf *out)
{
    static const char *const known[][3] = {
        {"datasets", "akin_datasets", "Datasets in the store."},
        {"images", "akin_images", "Images in the store."},
        {"tiles", "akin_tiles", "Tiles that are compared."},
        {"tail", "akin_tail_tiles", "Tiles added after the generation."},
        {"generation", "akin_generation", "Number of the generation."},
        {"quarantined", "akin_quarantined", "Files that cannot be read."},
        {"uptime_s", "akin_uptime_seconds", "Since the daemon began."},
        {"workers", "akin_sessions", "Threads that can answer."}};

    for (size_t i = 0; i < AKIN_COUNT(known); i++) {
        int64_t n;

        if (akin_json_int(akin_json_get(status, known[i][0]), &n))
            akin_buf_printf(
                out, "# HELP %s %s\n# TYPE %s gauge\n%s %" PRId64 "\n",
                known[i][1], known[i][2], known[i][1], known[i][1], n);
    }
}

enum akin_status
akin_pages_metrics(struct akin_http_call *call, struct akin_error *err)
{
    struct akin_json *params = akin_json_object(), *status = NULL;
    enum akin_status st = akin__http_ask(call, "status", params, &status, err);

    if (st == AKIN_OK) {
        akin_http_metrics_write(call->core->metrics, name_route,
                                &call->answer.body);
        put_store(status, &call->answer.body);
        call->answer.status = 200;
        call->answer.type = "text/plain; version=0.0.4; charset=utf-8";
    }
    akin_json_free(params);
    akin_json_free(status);
    return st;
}
