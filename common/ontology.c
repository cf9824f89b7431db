/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/ontology.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "akin/file.h"
#include "akin/normalize.h"
#include "ontology_internal.h"

/* ---- building a term ---- */

bool
akin__ontology_curie(const char *text, struct akin_buf *curie)
{
    static const char obo[] = "http://purl.obolibrary.org/obo/";
    struct akin_buf made = {0};
    size_t n;
    bool found;

    if (strlen(text) > 200)
        return false;
    if (akin_curie_normalize(text, NULL, curie))
        return true;
    if (strncasecmp(text, obo, strlen(obo)) == 0) {
        text += strlen(obo);
        n = strcspn(text, "_");
        if (text[n] == '\0')
            return false;
        akin_buf_printf(&made, "%.*s:%s", (int)n, text, text + n + 1);
    } else {
        akin_buf_puts(&made, text);
    }
    found = akin_curie_valid(akin_buf_text(&made));
    if (found)
        akin_buf_puts(curie, akin_buf_text(&made));
    akin_buf_free(&made);
    return found;
}

struct akin_json *
akin__ontology_term(const char *curie)
{
    struct akin_json *term = akin_json_object();
    char name[24] = {0};
    size_t n = strcspn(curie, ":");

    for (size_t i = 0; i < n && i + 1 < sizeof(name); i++)
        name[i] = (char)tolower((unsigned char)curie[i]);
    akin_json_set_text(term, "id", curie);
    akin_json_set_text(term, "ontology", name);
    return term;
}

enum akin_status
akin__ontology_check_text(const char *text, struct akin_error *err)
{
    if (strnlen(text, AKIN_ONTOLOGY_TEXT_MAX + 1) > AKIN_ONTOLOGY_TEXT_MAX)
        return AKIN_FAIL(err, AKIN_ELIMIT,
                         "the name \"%.40s...\" is longer than %d bytes", text,
                         AKIN_ONTOLOGY_TEXT_MAX);
    return AKIN_OK;
}

/* The list of this name, made when it is not there; NULL when it is full. */
static struct akin_json *
list_of(struct akin_json *term, const char *name, struct akin_error *err)
{
    struct akin_json *list = akin_json_get(term, name);

    if (list == NULL) {
        akin_json_set(term, name, akin_json_array());
        list = akin_json_get(term, name);
    }
    if (akin_json_count(list) < AKIN_ONTOLOGY_LINKS_MAX)
        return list;
    (void)AKIN_FAIL(err, AKIN_ELIMIT, "%s has more than %d %s",
                    akin_json_text(term, "id"), AKIN_ONTOLOGY_LINKS_MAX, name);
    return NULL;
}

/* Is there an element whose member (or which itself) is this text? */
static bool
holds(const struct akin_json *list, const char *member, const char *text)
{
    for (size_t i = 0; i < akin_json_count(list); i++) {
        const struct akin_json *element = akin_json_at(list, i);
        const char *found = member == NULL ? akin_json_string(element)
                                           : akin_json_text(element, member);

        if (found != NULL && strcmp(found, text) == 0)
            return true;
    }
    return false;
}

/* Appends {member: text, "kind": kind}, once. */
static enum akin_status
add_link(struct akin_json *term, const char *list_name, const char *member,
         const char *text, const char *kind, struct akin_error *err)
{
    struct akin_json *list = list_of(term, list_name, err), *link;

    if (list == NULL)
        return AKIN_ELIMIT;
    if (holds(list, member, text))
        return AKIN_OK;
    link = akin_json_object();
    akin_json_set_text(link, member, text);
    akin_json_set_text(link, "kind", kind);
    akin_json_append(list, link);
    return AKIN_OK;
}

enum akin_status
akin__ontology_synonym(struct akin_json *term, const char *text,
                       const char *kind, struct akin_error *err)
{
    enum akin_status st = akin__ontology_check_text(text, err);

    if (st != AKIN_OK || text[0] == '\0')
        return st;
    return add_link(term, "synonyms", "text", text, kind, err);
}

enum akin_status
akin__ontology_parent(struct akin_json *term, const char *curie,
                      const char *kind, struct akin_error *err)
{
    if (strcmp(akin_json_text(term, "id"), curie) == 0)
        return AKIN_OK; /* below itself: says nothing */
    return add_link(term, "parents", "id", curie, kind, err);
}

enum akin_status
akin__ontology_instead(struct akin_json *term, const char *name,
                       const char *curie, struct akin_error *err)
{
    struct akin_json *list = list_of(term, name, err);

    if (list == NULL)
        return AKIN_ELIMIT;
    if (!holds(list, NULL, curie))
        akin_json_append(list, akin_json_new_string(curie));
    return AKIN_OK;
}

/* ---- which format? ---- */

static bool
is_xml(struct akin_span text)
{
    size_t i = 0;

    if (text.len >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0)
        i = 3;
    while (i < text.len && isspace(text.data[i]))
        i++;
    return i < text.len && text.data[i] == '<';
}

/* Every OBO file has a stanza, and most say their format in the first line. */
static bool
is_obo(struct akin_span text)
{
    size_t len = text.len < 65536 ? text.len : 65536;
    char *head = akin_strndup((const char *)text.data, len);
    bool found = strstr(head, "[Term]") != NULL ||
                 strstr(head, "format-version:") != NULL;

    free(head);
    return found;
}

enum akin_status
akin_ontology_read(struct akin_span text, struct akin_json **terms,
                   struct akin_error *err)
{
    struct akin_json *list;
    enum akin_status st;

    if (text.len == 0)
        return AKIN_FAIL(err, AKIN_EFORMAT, "the file is empty");
    list = akin_json_array();
    if (is_xml(text))
        st = akin__ontology_read_owl(text, list, err);
    else if (is_obo(text))
        st = akin__ontology_read_obo(text, list, err);
    else
        st = AKIN_FAIL(err, AKIN_EFORMAT,
                       "this is neither OWL in RDF/XML nor OBO");
    if (st != AKIN_OK) {
        akin_json_free(list);
        return st;
    }
    *terms = list;
    return AKIN_OK;
}

enum akin_status
akin_ontology_read_file(const char *path, struct akin_json **terms,
                        struct akin_error *err)
{
    struct akin_buf bytes = {0};
    enum akin_status st =
        akin_file_read(path, AKIN_ONTOLOGY_BYTES_MAX, &bytes, err);

    if (st == AKIN_OK) {
        st = akin_ontology_read(akin_buf_span(&bytes), terms, err);
        if (st != AKIN_OK)
            akin_error_prefix(err, "%s", path);
    }
    akin_buf_free(&bytes);
    return st;
}
