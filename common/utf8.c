/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/utf8.h"

#include <string.h>

#define REPLACEMENT 0xfffd

/* Length of the valid sequence at p (at most len bytes) and its code point; 0
 * when there is none. Table 3-7 of the Unicode standard. */
static size_t
sequence(const uint8_t *p, size_t len, uint32_t *code)
{
    static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n;
    uint32_t v;

    if (p[0] < 0x80) {
        *code = p[0];
        return 1;
    }
    n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : p[0] >= 0xc2 ? 2 : 0;
    if (n == 0 || p[0] > 0xf4 || n > len)
        return 0;
    v = p[0] & (0xffu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        v = v << 6 | (p[i] & 0x3fu);
    }
    if (v < smallest[n] || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff))
        return 0;
    *code = v;
    return n;
}

bool
akin_utf8_valid(struct akin_span text)
{
    uint32_t code;

    for (size_t i = 0; i < text.len;) {
        size_t n = sequence(text.data + i, text.len - i, &code);

        if (n == 0)
            return false;
        i += n;
    }
    return true;
}

void
akin_utf8_clean(struct akin_span text, struct akin_buf *out)
{
    uint32_t code;

    for (size_t i = 0; i < text.len;) {
        size_t n = sequence(text.data + i, text.len - i, &code);

        if (n == 0)
            akin_buf_puts(out, "\xef\xbf\xbd");
        else
            akin_buf_put(out, text.data + i, n);
        i += n == 0 ? 1 : n;
    }
}

uint32_t
akin_utf8_next(const char **p)
{
    uint32_t code = REPLACEMENT;
    size_t n;

    if (**p == '\0')
        return 0;
    n = sequence((const uint8_t *)*p, strnlen(*p, 4), &code);
    *p += n == 0 ? 1 : n;
    return n == 0 ? REPLACEMENT : code;
}

size_t
akin_utf8_prefix(const char *text, size_t n)
{
    const char *p = text;

    while (n-- > 0 && *p != '\0')
        (void)akin_utf8_next(&p);
    return (size_t)(p - text);
}

size_t
akin_utf8_count(const char *text)
{
    size_t n = 0;

    while (akin_utf8_next(&text) != 0)
        n++;
    return n;
}
