/* SPDX-License-Identifier: Apache-2.0 */
#include "upload.h"

/* Read and thrown away behind what is too large. */
#define LEFTOVER_MAX (1U << 20)

void
akin_upload_free(struct akin_upload *upload)
{
    (void)atomic_fetch_sub(&upload->total->bytes, upload->charged);
    upload->charged = 0;
    akin_buf_free(&upload->body);
}

static void
refuse(struct akin_upload *upload, enum akin_upload_state why)
{
    upload->state = why;
    akin_upload_free(upload);
}

bool
akin_upload_take(struct akin_upload *upload, uint64_t max, const void *data,
                 size_t len)
{
    if (upload->state == AKIN_UPLOAD_FINE &&
        (len > max || upload->body.len > max - len))
        refuse(upload, AKIN_UPLOAD_TOO_LARGE);
    if (upload->state == AKIN_UPLOAD_FINE) {
        uint64_t all = atomic_fetch_add(&upload->total->bytes, len) + len;

        upload->charged += len;
        if (all > upload->total->max ||
            akin_buf_append(&upload->body, data, len, NULL) != AKIN_OK)
            refuse(upload, AKIN_UPLOAD_NO_ROOM);
    }
    if (upload->state == AKIN_UPLOAD_FINE)
        return true;
    upload->leftover += len;
    return upload->leftover <= LEFTOVER_MAX;
}
