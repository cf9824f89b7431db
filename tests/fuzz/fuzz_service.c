/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a request to a small store: there is always one answer, and it
 * is an answer. Paths are switched off, so that no file of the machine is
 * read. */
#include <stdlib.h>

#include "akin/file.h"
#include "akin/proto.h"
#include "akin_test.h"
#include "service.h"
#include "small_store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *folder;
static struct akin_service *service;
static struct akin_session *session;

static void
close_store(void)
{
    akin_session_free(session);
    akin_service_close(service);
    akin_test_remove(folder);
}

static void
open_store(void)
{
    struct akin_config config;
    char *dir;

    akin_config_init(&config);
    config.query_allow_paths = false;
    config.image_max_plane_px = 1 << 18;
    config.image_max_file_bytes = 1 << 20;
    folder = akin_test_folder();
    akin_small_store(folder, true);
    dir = akin_path_join(folder, "store");
    if (akin_service_open(dir, &config, &service, NULL) != AKIN_OK ||
        akin_session_new(service, &session, NULL) != AKIN_OK ||
        atexit(close_store) != 0)
        abort();
    free(dir);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct akin_buf out;
    struct akin_json *answer = NULL;

    if (service == NULL)
        open_store();
    akin_service_answer(session, akin_span_of(data, size), &out);
    if (akin_json_parse(akin_buf_span(&out), &answer, NULL) != AKIN_OK ||
        (akin_json_get(answer, "result") == NULL) ==
            (akin_json_get(answer, "error") == NULL))
        abort();
    akin_json_free(answer);
    akin_buf_free(&out);
    return 0;
}
