/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as an address: what is read from it can be written and read again.
 */
#include <stdlib.h>
#include <string.h>

#include "http/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct akin_http_target target = {0}, again = {0};
    char *uri = akin_strndup((const char *)data, size);
    struct akin_buf text = {0};

    if (akin_http_target_parse(uri, &target, NULL) == AKIN_OK) {
        akin_buf_puts(&text, "/?");
        for (size_t i = 0; i < target.query.n; i++) {
            akin_http_escape(target.query.pair[i].name, &text);
            akin_buf_puts(&text, "=");
            akin_http_escape(target.query.pair[i].value, &text);
            akin_buf_puts(&text, "&");
        }
        if (text.len <= AKIN_HTTP_URI_MAX &&
            (akin_http_target_parse(akin_buf_text(&text), &again, NULL) !=
                 AKIN_OK ||
             again.query.n != target.query.n))
            abort();
    }
    akin_http_target_free(&target);
    akin_http_target_free(&again);
    akin_buf_free(&text);
    free(uri);
    return 0;
}
