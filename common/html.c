/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/html.h"

static void
put(const uint8_t *c, struct akin_buf *out)
{
    switch (*c) {
    case '&':
        akin_buf_puts(out, "&amp;");
        break;
    case '<':
        akin_buf_puts(out, "&lt;");
        break;
    case '>':
        akin_buf_puts(out, "&gt;");
        break;
    case '"':
        akin_buf_puts(out, "&quot;");
        break;
    default:
        akin_buf_put(out, c, 1);
    }
}

void
akin_html_span(struct akin_span text, struct akin_buf *out)
{
    for (size_t i = 0; i < text.len; i++)
        put(&text.data[i], out);
}

void
akin_html_text(const char *text, struct akin_buf *out)
{
    if (text != NULL)
        akin_html_span(akin_span_str(text), out);
}
