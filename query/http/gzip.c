/* SPDX-License-Identifier: Apache-2.0 */
/* gzip.c - the only file that sees zlib. */
#include "negotiate.h"

#include <limits.h>
#include <string.h>

#include <zlib.h>

#define GZIP_WINDOW (15 + 16) /* largest window, with a gzip head */
#define LEVEL 5

enum akin_status
akin_http_gzip(struct akin_span in, struct akin_buf *out,
               struct akin_error *err)
{
    z_stream z;
    uLong bound;
    enum akin_status st;
    int rc;

    memset(&z, 0, sizeof(z));
    if (in.len > UINT_MAX / 2)
        return AKIN_FAIL(err, AKIN_ELIMIT, "%zu bytes are too many for gzip",
                         in.len);
    if (deflateInit2(&z, LEVEL, Z_DEFLATED, GZIP_WINDOW, 8,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return AKIN_FAIL(err, AKIN_ENOMEM, "gzip: no memory");
    bound = deflateBound(&z, (uLong)in.len);
    st = akin_buf_reserve(out, bound, err);
    if (st == AKIN_OK) {
        z.next_in = (z_const Bytef *)in.data;
        z.avail_in = (uInt)in.len;
        z.next_out = out->data + out->len;
        z.avail_out = (uInt)bound;
        rc = deflate(&z, Z_FINISH);
        if (rc == Z_STREAM_END) {
            out->len += z.total_out;
            out->data[out->len] = 0;
        } else {
            st = AKIN_FAIL(err, AKIN_EINTERNAL, "gzip: deflate says %d", rc);
        }
    }
    (void)deflateEnd(&z);
    return st;
}
