/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a form: its parts lie within them. The first line is the media
 * type. */
#include <stdlib.h>
#include <string.h>

#include "http/multipart.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct akin_multipart form;
    const uint8_t *line = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t n = line != NULL ? (size_t)(line - data) : 0;
    char *type = akin_strndup((const char *)data, n);
    uint8_t *body;

    n += line != NULL;
    body = malloc(size - n + 1); /* a copy: reading over its end is seen */
    if (body != NULL && size > n)
        memcpy(body, data + n, size - n);
    if (body != NULL && akin_multipart_parse(type, akin_span_of(body, size - n),
                                             &form, NULL) == AKIN_OK)
        for (size_t i = 0; i < form.n; i++)
            if (form.part[i].data.data < body ||
                form.part[i].data.data + form.part[i].data.len >
                    body + (size - n) ||
                form.part[i].name[0] == '\0')
                abort();
    free(type);
    free(body);
    return 0;
}
