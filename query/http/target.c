/* SPDX-License-Identifier: Apache-2.0 */
#include "target.h"

#include <stdlib.h>
#include <string.h>

#include "akin/utf8.h"

void
akin_http_pairs_free(struct akin_http_pairs *pairs)
{
    for (size_t i = 0; i < pairs->n; i++) {
        free(pairs->pair[i].name);
        free(pairs->pair[i].value);
    }
    pairs->n = 0;
}

enum akin_status
akin_http_pairs_add(struct akin_http_pairs *pairs, struct akin_span name,
                    struct akin_span value, struct akin_error *err)
{
    if (pairs->n == AKIN_HTTP_PAIRS_MAX)
        return AKIN_FAIL(err, AKIN_ELIMIT, "more than %d parameters",
                         AKIN_HTTP_PAIRS_MAX);
    pairs->pair[pairs->n].name =
        akin_strndup((const char *)name.data, name.len);
    pairs->pair[pairs->n].value =
        akin_strndup((const char *)value.data, value.len);
    pairs->n++;
    return AKIN_OK;
}

const char *
akin_http_pairs_get(const struct akin_http_pairs *pairs, const char *name)
{
    for (size_t i = pairs->n; i-- > 0;)
        if (strcmp(pairs->pair[i].name, name) == 0)
            return pairs->pair[i].value;
    return NULL;
}

void
akin_http_target_free(struct akin_http_target *target)
{
    for (size_t i = 0; i < target->n_segments; i++)
        free(target->segment[i]);
    target->n_segments = 0;
    akin_http_pairs_free(&target->query);
}

static int
digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = akin_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Control characters are never meant, but for line breaks and tabs in what a
 * person typed into a form. */
static bool
is_text(const struct akin_buf *buf)
{
    for (size_t i = 0; i < buf->len; i++)
        if ((buf->data[i] < 0x20 && strchr("\t\r\n", buf->data[i]) == NULL) ||
            buf->data[i] == '\0' || buf->data[i] == 0x7f)
            return false;
    return akin_utf8_valid(akin_buf_span(buf));
}

static enum akin_status
decode(struct akin_span in, bool plus_is_blank, struct akin_buf *out,
       struct akin_error *err)
{
    for (size_t i = 0; i < in.len; i++) {
        uint8_t c = in.data[i];

        if (c == '%') {
            int high = i + 2 < in.len ? digit((char)in.data[i + 1]) : -1;
            int low = i + 2 < in.len ? digit((char)in.data[i + 2]) : -1;

            if (high < 0 || low < 0)
                return AKIN_FAIL(err, AKIN_EINVAL,
                                 "the address has a %% without two hexadecimal "
                                 "digits behind it");
            c = (uint8_t)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_blank) {
            c = ' ';
        }
        akin_buf_put(out, &c, 1);
    }
    if (!is_text(out))
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "the address has bytes that are no UTF-8 text");
    return AKIN_OK;
}

static enum akin_status
parse_path(struct akin_span path, struct akin_http_target *out,
           struct akin_error *err)
{
    const uint8_t *at = path.data + 1, *end = path.data + path.len;
    enum akin_status st = AKIN_OK;

    while (st == AKIN_OK && at < end) {
        const uint8_t *slash = memchr(at, '/', (size_t)(end - at));
        const uint8_t *stop = slash != NULL ? slash : end;
        struct akin_buf text = {0};

        if (out->n_segments == AKIN_HTTP_SEGMENTS_MAX)
            return AKIN_FAIL(err, AKIN_ELIMIT,
                             "the path has more than %d parts",
                             AKIN_HTTP_SEGMENTS_MAX);
        st = decode(akin_span_of(at, (size_t)(stop - at)), false, &text, err);
        if (st == AKIN_OK)
            out->segment[out->n_segments++] = akin_strdup(akin_buf_text(&text));
        akin_buf_free(&text);
        at = stop + 1;
    }
    return st;
}

static enum akin_status
parse_pair(struct akin_span text, struct akin_http_pairs *out,
           struct akin_error *err)
{
    const uint8_t *equals = memchr(text.data, '=', text.len);
    size_t n = equals != NULL ? (size_t)(equals - text.data) : text.len;
    struct akin_buf name = {0}, value = {0};
    enum akin_status st = decode(akin_span_of(text.data, n), true, &name, err);

    if (st == AKIN_OK && equals != NULL)
        st = decode(akin_span_of(equals + 1, text.len - n - 1), true, &value,
                    err);
    if (st == AKIN_OK)
        st = akin_http_pairs_add(out, akin_span_str(akin_buf_text(&name)),
                                 akin_span_str(akin_buf_text(&value)), err);
    akin_buf_free(&name);
    akin_buf_free(&value);
    return st;
}

static enum akin_status
parse_query(const char *query, struct akin_http_pairs *out,
            struct akin_error *err)
{
    enum akin_status st = AKIN_OK;

    while (st == AKIN_OK && *query != '\0') {
        size_t n = strcspn(query, "&");

        if (n > 0)
            st = parse_pair(akin_span_of(query, n), out, err);
        query += n;
        query += *query == '&';
    }
    return st;
}

enum akin_status
akin_http_target_parse(const char *uri, struct akin_http_target *out,
                       struct akin_error *err)
{
    size_t n_path = strcspn(uri, "?#"), len = strlen(uri);
    struct akin_http_target made = {0};
    enum akin_status st;

    if (uri[0] != '/')
        return AKIN_FAIL(err, AKIN_EINVAL, "the path does not start with /");
    if (len > AKIN_HTTP_URI_MAX)
        return AKIN_FAIL(err, AKIN_ELIMIT,
                         "the address is longer than %d bytes",
                         AKIN_HTTP_URI_MAX);
    st = parse_path(akin_span_of(uri, n_path), &made, err);
    if (st == AKIN_OK && uri[n_path] == '?')
        st = parse_query(uri + n_path + 1, &made.query, err);
    if (st == AKIN_OK)
        *out = made;
    else
        akin_http_target_free(&made);
    return st;
}

void
akin_http_escape(const char *text, struct akin_buf *out)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrst"
                                "uvwxyz0123456789-._~:,";

    for (; *text != '\0'; text++) {
        if (strchr(plain, *text) != NULL)
            akin_buf_put(out, text, 1);
        else
            akin_buf_printf(out, "%%%02X", (unsigned)(uint8_t)*text);
    }
}
