/* SPDX-License-Identifier: Apache-2.0 */
#include "multipart.h"

#include <string.h>
#include <strings.h>

#define BOUNDARY_MAX 70 /* RFC 2046 section 5.1.1 */

/* "--" and the boundary. */
struct mark {
    char text[BOUNDARY_MAX + 3];
    size_t len;
};

static enum akin_status
read_boundary(const char *type, struct mark *out, struct akin_error *err)
{
    const char *at = strchr(type, ';');
    size_t n;

    while (at != NULL &&
           strncasecmp(at + 1 + strspn(at + 1, " \t"), "boundary=", 9) != 0)
        at = strchr(at + 1, ';');
    if (at == NULL)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "multipart: Content-Type has no boundary");
    at += 1 + strspn(at + 1, " \t") + 9;
    n = *at == '"' ? strcspn(++at, "\"") : strcspn(at, "; \t");
    if (n == 0 || n > BOUNDARY_MAX)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "multipart: a boundary has 1 to %d characters",
                         BOUNDARY_MAX);
    out->text[0] = out->text[1] = '-';
    memcpy(out->text + 2, at, n);
    out->len = n + 2;
    return AKIN_OK;
}

/* Where needle begins in the span; NULL: nowhere. */
static const uint8_t *
find(const uint8_t *at, const uint8_t *end, const char *needle, size_t len)
{
    while (at < end && (size_t)(end - at) >= len) {
        at = memchr(at, needle[0], (size_t)(end - at) - len + 1);
        if (at == NULL)
            return NULL;
        if (memcmp(at, needle, len) == 0)
            return at;
        at++;
    }
    return NULL;
}

/* The quoted value of a parameter of Content-Disposition; false: not there. */
static bool
parameter(const char *line, const char *name, char *out, size_t size)
{
    size_t len = strlen(name), n = 0;
    const char *at = line;

    while ((at = strchr(at, ';')) != NULL) {
        at += 1 + strspn(at + 1, " \t");
        if (strncasecmp(at, name, len) == 0 && at[len] == '=')
            break;
    }
    if (at == NULL)
        return false;
    at += len + 1;
    if (*at != '"') {
        n = strcspn(at, "; \t");
        n = n < size ? n : size - 1;
        memcpy(out, at, n);
    } else {
        for (at++; *at != '\0' && *at != '"' && n + 1 < size; at++) {
            if (*at == '\\' && at[1] != '\0')
                at++;
            out[n++] = *at;
        }
    }
    out[n] = '\0';
    return true;
}

static void
read_line(const char *line, struct akin_multipart_part *part)
{
    char file[8];

    if (strncasecmp(line, "Content-Disposition:", 20) != 0)
        return;
    (void)parameter(line, "name", part->name, sizeof(part->name));
    part->is_file = parameter(line, "filename", file, sizeof(file)) ||
                    parameter(line, "filename*", file, sizeof(file));
}

/* Lines up to the empty one; *at moves behind it. */
static enum akin_status
read_head(const uint8_t **at, const uint8_t *end,
          struct akin_multipart_part *part, struct akin_error *err)
{
    for (;;) {
        const uint8_t *stop = find(*at, end, "\r\n", 2);
        char line[512];
        size_t n;

        if (stop == NULL)
            return AKIN_FAIL(err, AKIN_EFORMAT,
                             "multipart: a part ends within its head");
        n = (size_t)(stop - *at);
        if (n >= sizeof(line))
            return AKIN_FAIL(err, AKIN_ELIMIT,
                             "multipart: a line of a part's head is longer "
                             "than %zu bytes",
                             sizeof(line) - 1);
        memcpy(line, *at, n);
        line[n] = '\0';
        *at = stop + 2;
        if (n == 0)
            break;
        read_line(line, part);
    }
    if (part->name[0] == '\0')
        return AKIN_FAIL(err, AKIN_EFORMAT, "multipart: a part has no name");
    return AKIN_OK;
}

/* One part from behind its mark's line on; *at moves to the next mark. */
static enum akin_status
read_part(const struct mark *mark, const uint8_t **at, const uint8_t *end,
          struct akin_multipart *out, struct akin_error *err)
{
    struct akin_multipart_part part = {.name = ""};
    const uint8_t *stop;
    enum akin_status st;
    char text[BOUNDARY_MAX + 5] = "\r\n";

    if (out->n == AKIN_MULTIPART_MAX)
        return AKIN_FAIL(err, AKIN_ELIMIT, "multipart: more than %d parts",
                         AKIN_MULTIPART_MAX);
    st = read_head(at, end, &part, err);
    if (st != AKIN_OK)
        return st;
    memcpy(text + 2, mark->text, mark->len);
    stop = find(*at, end, text, mark->len + 2);
    if (stop == NULL)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "multipart: the part \"%s\" has no end", part.name);
    part.data = akin_span_of(*at, (size_t)(stop - *at));
    out->part[out->n++] = part;
    *at = stop + 2;
    return AKIN_OK;
}

enum akin_status
akin_multipart_parse(const char *content_type, struct akin_span body,
                     struct akin_multipart *out, struct akin_error *err)
{
    const uint8_t *at = body.data, *end;
    struct mark mark = {.len = 0};
    enum akin_status st = read_boundary(content_type, &mark, err);

    out->n = 0;
    if (st != AKIN_OK)
        return st;
    end = body.len > 0 ? at + body.len : at;
    at = body.len > 0 ? find(at, end, mark.text, mark.len) : NULL;
    while (st == AKIN_OK) {
        if (at == NULL || (size_t)(end - at) < mark.len + 2)
            return AKIN_FAIL(err, AKIN_EFORMAT,
                             "multipart: the boundary that ends it is missing");
        at += mark.len;
        if (at[0] == '-' && at[1] == '-')
            break;
        at = find(at, end, "\r\n", 2);
        if (at == NULL)
            return AKIN_FAIL(err, AKIN_EFORMAT,
                             "multipart: the boundary that ends it is missing");
        at += 2;
        st = read_part(&mark, &at, end, out, err);
    }
    if (st == AKIN_OK && out->n == 0)
        st = AKIN_FAIL(err, AKIN_EFORMAT, "multipart: there is no part");
    return st;
}
