/* SPDX-License-Identifier: Apache-2.0 */
#include "docs.h"

#include <string.h>

#include "akin/html.h"

/* <tag>text</tag> */
static void
put(const char *tag, const char *text, struct akin_buf *out)
{
    if (text == NULL)
        return;
    akin_buf_printf(out, "<%s>", tag);
    akin_html_text(text, out);
    akin_buf_printf(out, "</%s>\n", tag);
}

/* What "$ref": "#/components/KIND/NAME" points to; else the value itself. */
static const struct akin_json *
follow(const struct akin_json *api, const struct akin_json *value)
{
    const char *ref = akin_json_text(value, "$ref");
    const struct akin_json *at = akin_json_get(api, "components");
    char kind[64] = "";
    const char *slash;

    if (ref == NULL || strncmp(ref, "#/components/", 13) != 0)
        return value;
    ref += 13;
    slash = strchr(ref, '/');
    if (slash == NULL || (size_t)(slash - ref) >= sizeof(kind))
        return value;
    memcpy(kind, ref, (size_t)(slash - ref));
    return akin_json_get(akin_json_get(at, kind), slash + 1);
}

static void
put_parameters(const struct akin_json *api, const struct akin_json *list,
               struct akin_buf *out)
{
    if (akin_json_count(list) == 0)
        return;
    akin_buf_puts(out, "<table>\n<thead><tr><th scope=\"col\">parameter</th>"
                       "<th scope=\"col\">in</th><th scope=\"col\">type</th>"
                       "<th scope=\"col\"></th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < akin_json_count(list); i++) {
        const struct akin_json *one = follow(api, akin_json_at(list, i));

        akin_buf_puts(out, "<tr>");
        put("td", akin_json_text(one, "name"), out);
        put("td", akin_json_text(one, "in"), out);
        akin_buf_puts(out, "<td>");
        akin_html_text(akin_json_text(akin_json_get(one, "schema"), "type"),
                       out);
        akin_buf_puts(out, "</td><td>");
        akin_html_text(akin_json_text(one, "description"), out);
        akin_buf_puts(out, "</td></tr>\n");
    }
    akin_buf_puts(out, "</tbody></table>\n");
}

static void
put_content(const struct akin_json *content, struct akin_buf *out)
{
    struct akin_json *value = NULL;
    const char *type = NULL, *before = "";
    void *it = NULL;

    while (akin_json_next(content, &it, &type, &value)) {
        akin_buf_puts(out, before);
        akin_html_text(type, out);
        before = ", ";
    }
}

static void
put_answers(const struct akin_json *api, const struct akin_json *answers,
            struct akin_buf *out)
{
    struct akin_json *value = NULL;
    const char *status = NULL;
    void *it = NULL;

    akin_buf_puts(out, "<dl>\n");
    while (akin_json_next(answers, &it, &status, &value)) {
        const struct akin_json *one = follow(api, value);

        put("dt", status, out);
        akin_buf_puts(out, "<dd>");
        akin_html_text(akin_json_text(one, "description"), out);
        if (akin_json_get(one, "content") != NULL) {
            akin_buf_puts(out, " <code>");
            put_content(akin_json_get(one, "content"), out);
            akin_buf_puts(out, "</code>");
        }
        akin_buf_puts(out, "</dd>\n");
    }
    akin_buf_puts(out, "</dl>\n");
}

static void
put_operation(const struct akin_json *api, const char *path, const char *method,
              const struct akin_json *operation, struct akin_buf *out)
{
    const struct akin_json *body = akin_json_get(operation, "requestBody");

    akin_buf_printf(out, "<section id=\"%s\">\n<h2>",
                    akin_json_text(operation, "operationId"));
    for (const char *p = method; *p != '\0'; p++) {
        char c = (char)(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p);

        akin_buf_put(out, &c, 1);
    }
    akin_buf_puts(out, " <code>");
    akin_html_text(path, out);
    akin_buf_puts(out, "</code></h2>\n");
    put("p", akin_json_text(operation, "summary"), out);
    put("p", akin_json_text(operation, "description"), out);
    put_parameters(api, akin_json_get(operation, "parameters"), out);
    if (body != NULL) {
        akin_buf_puts(out, "<p>Body: <code>");
        put_content(akin_json_get(body, "content"), out);
        akin_buf_puts(out, "</code>. ");
        akin_html_text(akin_json_text(body, "description"), out);
        akin_buf_puts(out, "</p>\n");
    }
    put_answers(api, akin_json_get(operation, "responses"), out);
    akin_buf_puts(out, "</section>\n");
}

static void
put_problems(const struct akin_json *list, struct akin_buf *out)
{
    akin_buf_puts(out, "<section id=\"problems\">\n<h2>Problems</h2>\n<dl>\n");
    for (size_t i = 0; i < akin_json_count(list); i++) {
        const struct akin_json *one = akin_json_at(list, i);

        akin_buf_printf(out, "<dt id=\"problem-%s\">",
                        akin_json_text(one, "code"));
        akin_html_text(akin_json_text(one, "code"), out);
        akin_buf_puts(out, "</dt><dd>");
        akin_html_text(akin_json_text(one, "meaning"), out);
        akin_buf_puts(out, "</dd>\n");
    }
    akin_buf_puts(out, "</dl>\n</section>\n");
}

void
akin_docs_write(const struct akin_json *api, struct akin_buf *out)
{
    static const char *const methods[] = {"get", "post"};
    const struct akin_json *info = akin_json_get(api, "info");
    struct akin_json *path = NULL;
    const char *name = NULL;
    void *it = NULL;

    akin_buf_puts(out, "<!DOCTYPE html>\n<html lang=\"en\"><head>"
                       "<meta charset=\"utf-8\"><meta name=\"viewport\" "
                       "content=\"width=device-width\"><link "
                       "rel=\"stylesheet\" href=\"/web/docs.css\"><title>");
    akin_html_text(akin_json_text(info, "title"), out);
    akin_buf_puts(out, "</title></head>\n<body><main>\n");
    put("h1", akin_json_text(info, "title"), out);
    put("p", akin_json_text(info, "description"), out);
    akin_buf_puts(out, "<p>The same for programs: <a href=\"/openapi.json\">"
                       "openapi.json</a>.</p>\n");
    while (akin_json_next(akin_json_get(api, "paths"), &it, &name, &path))
        for (size_t i = 0; i < AKIN_COUNT(methods); i++) {
            const struct akin_json *one = akin_json_get(path, methods[i]);

            if (one != NULL)
                put_operation(api, name, methods[i], one, out);
        }
    put_problems(akin_json_get(api, "x-problems"), out);
    akin_buf_puts(out, "</main></body></html>\n");
}
