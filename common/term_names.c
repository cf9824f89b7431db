/* SPDX-License-Identifier: Apache-2.0 */
/*
 * term_names.c - finding a term by what a person calls it.
 *
 * Names are compared folded: ASCII letters in lower case; blanks, hyphens,
 * underscores and full stops do not count ("bright-field", "brightfield" and
 * "Bright Field" are one). When nothing matches, the other grammatical number
 * is tried by the simple rules of English.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "akin/nearest.h"
#include "akin/normalize.h"
#include "term_internal.h"

#define NAME_MAX_BYTES 512 /* longer questions have no answer */

static bool
is_silent(char c)
{
    return c == '-' || c == '_' || c == '.' || isspace((unsigned char)c);
}

void
akin__name_fold(const char *text, struct akin_buf *out)
{
    for (; *text != '\0'; text++) {
        char c = akin_lower(*text);

        if (!is_silent(c))
            akin_buf_put(out, &c, 1);
    }
}

/* ---- the index ---- */

static void
add_name(struct akin_terms *terms, size_t term, const char *text,
         enum akin__name_kind kind)
{
    size_t start = terms->folded.len;

    akin__name_fold(text, &terms->folded);
    if (terms->folded.len == start)
        return; /* nothing but blanks */
    akin_buf_put(&terms->folded, "", 1);
    if (terms->n_names == terms->room_names) {
        size_t room = terms->room_names == 0 ? 1024 : 2 * terms->room_names;
        struct akin__name *grown = akin_new(room, sizeof(*grown));

        if (terms->n_names > 0)
            memcpy(grown, terms->name, terms->n_names * sizeof(*grown));
        free(terms->name);
        terms->name = grown;
        terms->room_names = room;
    }
    terms->name[terms->n_names++] =
        (struct akin__name){start, text, (uint32_t)term, kind};
}

static void
add_part(struct akin_terms *terms, size_t term, const char *text, size_t len)
{
    char *copy;

    while (len > 0 && isspace((unsigned char)*text)) {
        text++;
        len--;
    }
    while (len > 0 && isspace((unsigned char)text[len - 1]))
        len--;
    if (len < 2)
        return;
    copy = akin_strndup(text, len);
    akin_json_append(terms->parts, akin_json_new_string(copy));
    free(copy);
    add_name(terms, term,
             akin_json_string(
                 akin_json_at(terms->parts, akin_json_count(terms->parts) - 1)),
             AKIN__NAME_PART);
}

/* "scanning electron microscopy (SEM)" is also called by either part. */
static void
add_label(struct akin_terms *terms, size_t term, const char *label)
{
    const char *open = strchr(label, '('), *close = strrchr(label, ')');

    add_name(terms, term, label, AKIN__NAME_LABEL);
    if (open == NULL || close == NULL || close[1] != '\0' || open == label)
        return;
    add_part(terms, term, label, (size_t)(open - label));
    add_part(terms, term, open + 1, (size_t)(close - open - 1));
}

static enum akin__name_kind
kind_of(const char *text)
{
    static const struct {
        const char *text;
        enum akin__name_kind kind;
    } kinds[] = {{"exact", AKIN__NAME_EXACT},
                 {"narrow", AKIN__NAME_NARROW},
                 {"broad", AKIN__NAME_BROAD}};

    for (size_t i = 0; text != NULL && i < AKIN_COUNT(kinds); i++)
        if (strcmp(text, kinds[i].text) == 0)
            return kinds[i].kind;
    return AKIN__NAME_RELATED;
}

/* qsort has no context: sorted with pointers instead of offsets. */
struct sortable {
    const char *folded, *id;
    struct akin__name name;
    bool is_deprecated;
};

/* narrow before related before broad: see akin_terms_resolve. */
static int
compare_names(const void *a, const void *b)
{
    const struct sortable *x = a, *y = b;
    int order = strcmp(x->folded, y->folded);

    if (order != 0)
        return order;
    if (x->is_deprecated != y->is_deprecated)
        return x->is_deprecated ? 1 : -1;
    if (x->name.kind != y->name.kind)
        return x->name.kind < y->name.kind ? -1 : 1;
    return strcmp(x->id, y->id);
}

static void
sort_names(struct akin_terms *terms)
{
    struct sortable *all = akin_new(terms->n_names + 1, sizeof(*all));

    for (size_t i = 0; i < terms->n_names; i++) {
        const struct akin__name *name = &terms->name[i];
        const struct akin__term *term = &terms->term[name->term];

        all[i] = (struct sortable){akin_buf_text(&terms->folded) + name->folded,
                                   term->id, *name, term->is_deprecated};
    }
    qsort(all, terms->n_names, sizeof(*all), compare_names);
    for (size_t i = 0; i < terms->n_names; i++)
        terms->name[i] = all[i].name;
    free(all);
}

void
akin__terms_index_names(struct akin_terms *terms)
{
    terms->parts = akin_json_array();
    for (size_t i = 0; i < terms->n; i++) {
        const struct akin_json *json = terms->term[i].json;
        const struct akin_json *synonyms = akin_json_get(json, "synonyms");

        if (akin_json_text(json, "label") != NULL)
            add_label(terms, i, akin_json_text(json, "label"));
        for (size_t k = 0; k < akin_json_count(synonyms); k++) {
            const struct akin_json *one = akin_json_at(synonyms, k);

            if (akin_json_text(one, "text") != NULL)
                add_name(terms, i, akin_json_text(one, "text"),
                         kind_of(akin_json_text(one, "kind")));
        }
    }
    sort_names(terms);
}

/* ---- finding ---- */

static const char *
folded_of(const struct akin_terms *terms, size_t i)
{
    return akin_buf_text(&terms->folded) + terms->name[i].folded;
}

/* The first name whose folded text is not before this one. */
static size_t
lower_bound(const struct akin_terms *terms, const char *folded)
{
    size_t low = 0, high = terms->n_names;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(folded_of(terms, middle), folded) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The other grammatical numbers of a folded name, by number: cells -> cell,
 * flies -> fly, fishes -> fish, and the other way round. false: no such form.
 */
static bool
other_number(const char *folded, int form, struct akin_buf *out)
{
    static const struct {
        const char *ending, *instead;
    } forms[] = {{"ies", "y"}, {"es", ""}, {"s", ""},
                 {"y", "ies"}, {"", "s"},  {"", "es"}};
    size_t len = strlen(folded), cut;

    akin_buf_clear(out);
    cut = strlen(forms[form].ending);
    if (len < cut + 3 || strcmp(folded + len - cut, forms[form].ending) != 0)
        return false;
    akin_buf_put(out, folded, len - cut);
    akin_buf_puts(out, forms[form].instead);
    return true;
}
#define N_FORMS 6

/* Among names of one folded text, which stand best first. */
static const struct akin__name *
best_of(const struct akin_terms *terms, const char *folded, const char *prefix)
{
    size_t first = lower_bound(terms, folded);
    size_t len = prefix == NULL ? 0 : strlen(prefix);

    if (first == terms->n_names || strcmp(folded_of(terms, first), folded) != 0)
        return NULL;
    for (size_t i = first; len > 0 && i < terms->n_names &&
                           strcmp(folded_of(terms, i), folded) == 0;
         i++) {
        const char *id = terms->term[terms->name[i].term].id;

        if (strncmp(id, prefix, len) == 0 && id[len] == ':')
            return &terms->name[i];
    }
    return &terms->name[first];
}

const struct akin__name *
akin__terms_find_name(const struct akin_terms *terms, const char *text,
                      const char *prefix)
{
    struct akin_buf folded = {0}, other = {0};
    const struct akin__name *found;

    if (strnlen(text, NAME_MAX_BYTES) == NAME_MAX_BYTES)
        return NULL;
    akin__name_fold(text, &folded);
    found = best_of(terms, akin_buf_text(&folded), prefix);
    for (int form = 0; found == NULL && form < N_FORMS; form++)
        if (other_number(akin_buf_text(&folded), form, &other))
            found = best_of(terms, akin_buf_text(&other), prefix);
    akin_buf_free(&folded);
    akin_buf_free(&other);
    return found;
}

static bool
names_term(const struct akin_terms *terms, const char *folded, size_t term)
{
    for (size_t i = lower_bound(terms, folded);
         i < terms->n_names && strcmp(folded_of(terms, i), folded) == 0; i++)
        if (terms->name[i].term == term)
            return true;
    return false;
}

bool
akin__terms_is_name(const struct akin_terms *terms, size_t term,
                    const char *text)
{
    struct akin_buf folded = {0}, other = {0};
    bool found;

    akin__name_fold(text, &folded);
    found = names_term(terms, akin_buf_text(&folded), term);
    for (int form = 0; !found && form < N_FORMS; form++)
        found = other_number(akin_buf_text(&folded), form, &other) &&
                names_term(terms, akin_buf_text(&other), term);
    akin_buf_free(&folded);
    akin_buf_free(&other);
    return found;
}

/* ---- resolving ---- */

static enum akin_status
not_found(const struct akin_terms *terms, const char *text,
          struct akin_error *err)
{
    size_t len = strnlen(text, AKIN_NEAREST_MAX);
    struct akin_nearest near;

    akin_nearest_init(&near, text);
    for (size_t i = 0; i < terms->n_names; i++) {
        size_t other = strnlen(terms->name[i].text, AKIN_NEAREST_MAX);

        /* As many letters as they differ in length are edits at least. */
        if (other <= len + len / 3 + 1 && len <= other + len / 3 + 1)
            akin_nearest_offer(&near, terms->name[i].text);
    }
    if (near.best == NULL)
        return AKIN_FAIL(err, AKIN_ENOTFOUND, "no term is called \"%s\"", text);
    return AKIN_FAIL(err, AKIN_ENOTFOUND,
                     "no term is called \"%s\"; did you mean \"%s\"?", text,
                     near.best);
}

const char *
akin_terms_find(const struct akin_terms *terms, const char *text,
                const char *prefix)
{
    struct akin_buf id = {0};
    size_t term = terms->n;

    if (strnlen(text, NAME_MAX_BYTES) == NAME_MAX_BYTES)
        return NULL;
    if (akin_curie_normalize(text, prefix, &id))
        term = akin__terms_find(terms, akin_buf_text(&id));
    else if (akin_curie_valid(text))
        term = akin__terms_find(terms, text);
    akin_buf_free(&id);
    if (term == terms->n) {
        const struct akin__name *name =
            akin__terms_find_name(terms, text, prefix);

        if (name == NULL)
            return NULL;
        term = name->term;
    }
    return terms->term[terms->term[term].instead].id;
}

enum akin_status
akin_terms_resolve(const struct akin_terms *terms, const char *text,
                   const char *prefix, const char **curie,
                   struct akin_error *err)
{
    const char *found = akin_terms_find(terms, text, prefix);

    if (found == NULL)
        return not_found(terms, text, err);
    *curie = found;
    return AKIN_OK;
}

/* ---- completing ---- */

struct candidate {
    const struct akin__name *name;
    const char *id;
    size_t len;   /* of the name */
    bool is_word; /* the text starts a later word of it */
};

/* Does text, read as it would be folded, start with this folded text? */
static bool
starts_with(const char *text, const char *folded)
{
    for (; *folded != '\0'; text++) {
        if (*text == '\0')
            return false;
        if (is_silent(*text))
            continue;
        if (akin_lower(*text) != *folded)
            return false;
        folded++;
    }
    return true;
}

static bool
matches(const char *text, const char *folded, bool *is_word)
{
    bool at_start = true;

    *is_word = false;
    for (const char *p = text; *p != '\0'; p++) {
        if (at_start && !is_silent(*p) && starts_with(p, folded))
            return true;
        at_start = is_silent(*p) || strchr("(/,'\"", *p) != NULL;
        if (at_start)
            *is_word = true;
    }
    return false;
}

static int
compare_candidates(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    bool x_label = x->name->kind == AKIN__NAME_LABEL;
    bool y_label = y->name->kind == AKIN__NAME_LABEL;

    if (x_label != y_label)
        return x_label ? -1 : 1;
    if (x->is_word != y->is_word)
        return x->is_word ? 1 : -1;
    if (x->len != y->len)
        return x->len < y->len ? -1 : 1;
    return strcmp(x->id, y->id);
}

/* The best max candidates, each term once. */
static struct akin_json *
give_best(const struct akin_terms *terms, const struct candidate *candidate,
          size_t n, size_t max)
{
    struct akin_json *list = akin_json_array();
    uint8_t *given = akin_new(terms->n + 1, 1);

    for (size_t i = 0; i < n && akin_json_count(list) < max; i++) {
        size_t term = candidate[i].name->term;
        struct akin_json *one;

        if (given[term])
            continue;
        given[term] = 1;
        one = akin_json_object();
        akin_json_set_text(one, "id", terms->term[term].id);
        akin_json_set_text(one, "label",
                           akin_json_text(terms->term[term].json, "label"));
        akin_json_set_text(one, "match", candidate[i].name->text);
        akin_json_append(list, one);
    }
    free(given);
    return list;
}

struct akin_json *
akin_terms_complete(const struct akin_terms *terms, const char *text,
                    size_t max)
{
    struct candidate *candidate = NULL;
    struct akin_buf folded = {0};
    struct akin_json *list;
    size_t n = 0;

    if (strnlen(text, NAME_MAX_BYTES) < NAME_MAX_BYTES)
        akin__name_fold(text, &folded);
    if (folded.len > 0) /* each name is a candidate at most once */
        candidate = akin_new(terms->n_names + 1, sizeof(*candidate));
    for (size_t i = 0; folded.len > 0 && i < terms->n_names; i++) {
        const struct akin__name *name = &terms->name[i];
        const struct akin__term *term = &terms->term[name->term];
        bool is_word;

        if (!term->is_deprecated &&
            matches(name->text, akin_buf_text(&folded), &is_word))
            candidate[n++] =
                (struct candidate){name, term->id, strlen(name->text), is_word};
    }
    if (n > 1)
        qsort(candidate, n, sizeof(*candidate), compare_candidates);
    list = give_best(terms, candidate, n, max);
    free(candidate);
    akin_buf_free(&folded);
    return list;
}
