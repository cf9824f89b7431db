/* SPDX-License-Identifier: Apache-2.0 */
/* Any request to a small store: "METHOD URI\nContent-Type\nAccept\nbody". There
 * is one answer, with a status, and a problem is JSON. */
#include <stdlib.h>
#include <string.h>

#include "akin/file.h"
#include "akin_test.h"
#include "http/core.h"
#include "small_store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct akin_http_core *core;
static struct akin_session *session;

static void
open_store(void)
{
    static const struct akin_http_rules rules;
    struct akin_service *service = NULL;
    char *folder = akin_test_folder(), *dir = akin_path_join(folder, "store");
    struct akin_config config;

    akin_config_init(&config);
    config.image_max_plane_px = 1 << 18;
    config.image_max_file_bytes = 1 << 20;
    akin_small_store(folder, true);
    if (akin_service_open(dir, &config, &service, NULL) != AKIN_OK ||
        akin_session_new(service, &session, NULL) != AKIN_OK)
        abort();
    core = akin_http_core_new(service, &config, &rules);
    akin_test_remove(folder); /* what is open stays readable */
    free(dir);
}

/* Cuts a line off. */
static char *
line(const uint8_t **data, size_t *size)
{
    const uint8_t *end = *size > 0 ? memchr(*data, '\n', *size) : NULL;
    size_t n = end != NULL ? (size_t)(end - *data) : *size;
    char *text = akin_strndup((const char *)*data, n);

    n += end != NULL;
    *data += n;
    *size -= n;
    return text;
}

static void
check(const struct akin_http_answer *answer)
{
    struct akin_json *json = NULL;

    if (answer->status < 200 || answer->status > 599)
        abort();
    if (answer->status >= 400 && (akin_json_parse(akin_http_answer_body(answer),
                                                  &json, NULL) != AKIN_OK ||
                                  akin_json_text(json, "detail") == NULL))
        abort();
    akin_json_free(json);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *head, *uri, *type, *accept;
    struct akin_http_request request = {.client = "127.0.0.1"};
    struct akin_http_call *call;

    if (core == NULL)
        open_store();
    head = line(&data, &size);
    type = line(&data, &size);
    accept = line(&data, &size);
    uri = strchr(head, ' ');
    request.uri = uri != NULL ? uri + 1 : "/";
    if (uri != NULL)
        *uri = '\0';
    request.method = head;
    request.field[AKIN_HTTP_CONTENT_TYPE] = type[0] != '\0' ? type : NULL;
    request.field[AKIN_HTTP_ACCEPT] = accept[0] != '\0' ? accept : NULL;
    request.body = akin_span_of(data, size);
    call = akin_http_call_new(core, &request);
    if (!akin_http_call_begin(call))
        akin_http_call_run(call, session);
    check(akin_http_call_answer(call));
    akin_http_call_finish(call);
    akin_http_call_free(call);
    free(head);
    free(type);
    free(accept);
    return 0;
}
