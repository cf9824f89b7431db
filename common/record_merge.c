/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One dataset, described by several kinds of metadata: which field is whose.
 *
 * A record is cut into parts: a field, or a member of the fields in
 * open_fields. Each part belongs to one kind of metadata: the record's own
 * (source.kind), or one of source.also, which lists its parts by name. Nothing
 * else is remembered, and no order of reading changes the result, as long as
 * each kind says the same as before.
 */
#include "akin/record.h"

#include <stdlib.h>
#include <string.h>

#include "record_internal.h"

/* What an archive says of its study goes before what lies in a folder. */
static const char *const kinds[AKIN_RECORD_KINDS] = {
    "biostudies", "idr-study", "ro-crate", "dataset-json", "yaml", "folder"};

size_t
akin_record_rank(const struct akin_json *record)
{
    const char *kind = akin_json_text(akin_json_get(record, "source"), "kind");
    size_t i = 0;

    while (i < AKIN_COUNT(kinds) &&
           (kind == NULL || strcmp(kinds[i], kind) != 0))
        i++;
    return i;
}

static size_t
rank_of(const char *kind)
{
    size_t i = 0;

    while (i < AKIN_COUNT(kinds) && strcmp(kinds[i], kind) != 0)
        i++;
    return i;
}

/* ---- parts ---- */

/* Objects of which each member is a part of its own. */
static const char *const open_fields[] = {"identifier", "size", "rembi",
                                          "extra"};
/* Fields that are read from one text go together, under the first's name. */
static const char *const twins[][2] = {{"license", "license_original"},
                                       {"date_published", "year"}};

struct part {
    const char *key, *member; /* member NULL: the whole field; borrowed */
    const struct akin_json *value;
    const char *kind; /* of metadata; borrowed */
    int64_t weight;   /* 0: not there */
};

struct parts {
    struct part *part;
    size_t n, cap;
};

static bool
is_among(const char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static const char *
first_twin(const char *key)
{
    for (size_t i = 0; i < AKIN_COUNT(twins); i++)
        if (strcmp(twins[i][1], key) == 0)
            return twins[i][0];
    return key;
}

/* Values with ids say more than values without. */
static int64_t
weight_of(const struct akin_json *value)
{
    int64_t weight = 1;

    if (akin_json_type(value) != AKIN_JSON_ARRAY)
        return weight;
    for (size_t i = 0; i < akin_json_count(value); i++) {
        const struct akin_json *item = akin_json_at(value, i);

        weight += akin_json_text(item, "id") != NULL;
        weight += akin_json_text(item, "orcid") != NULL;
    }
    return weight;
}

/* "rembi/biosamples" or "title". */
static void
name_of(const struct part *part, struct akin_buf *out)
{
    akin_buf_clear(out);
    akin_buf_printf(out, "%s%s%s", first_twin(part->key),
                    part->member != NULL ? "/" : "",
                    part->member != NULL ? part->member : "");
}

/* The kind that a part of a record came from. */
static const char *
kind_of(const struct akin_json *record, const struct part *part)
{
    const struct akin_json *source = akin_json_get(record, "source");
    const struct akin_json *also = akin_json_get(source, "also");
    const char *kind = akin_json_text(source, "kind");
    struct akin_buf name = {0};

    name_of(part, &name);
    for (size_t i = 0; i < akin_json_count(also); i++) {
        const struct akin_json *one = akin_json_at(also, i);
        const struct akin_json *fields = akin_json_get(one, "fields");

        for (size_t k = 0; k < akin_json_count(fields); k++)
            if (strcmp(akin_json_string(akin_json_at(fields, k)),
                       akin_buf_text(&name)) == 0)
                kind = akin_json_text(one, "kind");
    }
    akin_buf_free(&name);
    return kind == NULL ? "" : kind;
}

static void
add_part(struct parts *parts, const struct akin_json *record, const char *key,
         const char *member, const struct akin_json *value)
{
    struct part part = {
        .key = key, .member = member, .value = value, .weight = 1};

    if (parts->n == parts->cap) {
        size_t more = parts->cap == 0 ? 64 : parts->cap * 2;
        struct part *grown = akin_new(more, sizeof(*grown));

        if (parts->n > 0)
            memcpy(grown, parts->part, parts->n * sizeof(*grown));
        free(parts->part);
        parts->part = grown;
        parts->cap = more;
    }
    part.kind = kind_of(record, &part);
    part.weight = weight_of(value);
    parts->part[parts->n++] = part;
}

static struct parts
cut(const struct akin_json *record)
{
    struct parts parts = {0};
    struct akin_json *value, *inner;
    const char *key, *member;
    void *it = NULL;

    while (akin_json_next(record, &it, &key, &value)) {
        void *inside = NULL;

        if (strcmp(key, "source") == 0 || strcmp(key, "id") == 0)
            continue;
        if (!is_among(open_fields, AKIN_COUNT(open_fields), key) ||
            akin_json_type(value) != AKIN_JSON_OBJECT) {
            add_part(&parts, record, key, NULL, value);
            continue;
        }
        while (akin_json_next(value, &inside, &member, &inner))
            add_part(&parts, record, key, member, inner);
    }
    return parts;
}

static const struct part *
find(const struct parts *parts, const struct part *like)
{
    for (size_t i = 0; i < parts->n; i++) {
        const struct part *part = &parts->part[i];

        if (strcmp(part->key, like->key) == 0 &&
            (part->member == NULL) == (like->member == NULL) &&
            (part->member == NULL || strcmp(part->member, like->member) == 0))
            return part;
    }
    return NULL;
}

/* ---- who wins ---- */

/* A twin goes where its first goes, when there is one. */
static const struct part *
leader(const struct parts *parts, const struct part *part)
{
    struct part first = {.key = first_twin(part->key), .member = part->member};
    const struct part *found =
        first.key == part->key ? NULL : find(parts, &first);

    return found != NULL ? found : part;
}

/* Does the stored part (or, where it is NULL, nothing) yield to the one read?
 */
static bool
yields(const struct part *stored, const struct part *read, const char *kind)
{
    if (stored == NULL || strcmp(stored->kind, kind) == 0)
        return true;
    if (stored->weight != read->weight)
        return read->weight > stored->weight;
    return rank_of(kind) < rank_of(stored->kind);
}

static void
put_part(struct akin_json *out, const struct part *part)
{
    struct akin_json *to =
        part->member == NULL ? out : akin__sub_object(out, part->key);

    akin_json_set(to, part->member == NULL ? part->key : part->member,
                  akin_json_copy(part->value));
}

/* The stored part stays: it is of another kind, and what was read does not go
 * before it. */
static bool
stays(const struct parts *stored, const struct parts *read,
      const struct part *part, const char *kind)
{
    const struct part *mine = leader(stored, part), *theirs;

    if (strcmp(mine->kind, kind) == 0)
        return false;
    theirs = find(read, mine);
    return theirs == NULL || !yields(mine, theirs, kind);
}

static bool
is_taken(const struct parts *stored, const struct parts *read,
         const struct part *part, const char *kind)
{
    const struct part *theirs = leader(read, part);

    return yields(find(stored, theirs), theirs, kind) &&
           (find(stored, theirs) != NULL ||
            yields(find(stored, part), part, kind));
}

/* ---- the source of the result ---- */

static const char *
uri_of(const struct akin_json *record, const char *kind, const char *key)
{
    const struct akin_json *source = akin_json_get(record, "source");
    const struct akin_json *also = akin_json_get(source, "also");
    const char *own = akin_json_text(source, "kind");

    if (own != NULL && strcmp(own, kind) == 0)
        return akin_json_text(source, key);
    for (size_t i = 0; i < akin_json_count(also); i++) {
        const char *of = akin_json_text(akin_json_at(also, i), "kind");

        if (of != NULL && strcmp(of, kind) == 0)
            return akin_json_text(akin_json_at(also, i), key);
    }
    return NULL;
}

/* {"kind","uri","reader"} as one of the records has it. */
static struct akin_json *
source_of(const struct akin_json *stored, const struct akin_json *read,
          const char *kind)
{
    static const char *const keys[] = {"uri", "reader"};
    const char *of_read = akin_json_text(akin_json_get(read, "source"), "kind");
    bool is_read = of_read != NULL && strcmp(of_read, kind) == 0;
    struct akin_json *out = akin_json_object();

    akin_json_set_text(out, "kind", kind);
    for (size_t i = 0; i < AKIN_COUNT(keys); i++)
        akin_json_set_text(out, keys[i],
                           uri_of(is_read ? read : stored, kind, keys[i]));
    return out;
}

/* The names of the parts of a kind, without those of twins. */
static struct akin_json *
fields_of(const struct parts *won, const char *kind)
{
    struct akin_json *fields = akin_json_array();
    struct akin_buf name = {0};

    for (size_t i = 0; i < won->n; i++) {
        const struct part *part = &won->part[i];

        if (strcmp(part->kind, kind) != 0 || leader(won, part) != part)
            continue;
        name_of(part, &name);
        akin_json_append(fields, akin_json_new_string(akin_buf_text(&name)));
    }
    akin_buf_free(&name);
    return fields;
}

/* The kind that goes before the others is the record's own. */
static struct akin_json *
make_source(const struct akin_json *stored, const struct akin_json *read,
            const struct parts *won)
{
    struct akin_json *source = NULL, *also = akin_json_array();

    for (size_t i = 0; i < AKIN_COUNT(kinds); i++) {
        struct akin_json *fields = fields_of(won, kinds[i]), *one;

        if (akin_json_count(fields) == 0) {
            akin_json_free(fields);
            continue;
        }
        one = source_of(stored, read, kinds[i]);
        if (source == NULL) {
            source = one;
            akin_json_free(fields);
        } else {
            akin_json_set(one, "fields", fields);
            akin_json_append(also, one);
        }
    }
    if (source != NULL && akin_json_count(also) > 0)
        akin_json_set(source, "also", also);
    else
        akin_json_free(also);
    return source;
}

/* ---- the public call ---- */

static bool
is_alone(const struct akin_json *stored, const struct akin_json *read)
{
    size_t rank = akin_record_rank(read);

    return stored == NULL || rank == AKIN_COUNT(kinds) ||
           akin_record_rank(stored) == AKIN_COUNT(kinds) ||
           (akin_record_rank(stored) == rank &&
            akin_json_get(akin_json_get(stored, "source"), "also") == NULL);
}

struct akin_json *
akin_record_merge(const struct akin_json *stored, const struct akin_json *read)
{
    const char *kind = akin_json_text(akin_json_get(read, "source"), "kind");
    struct akin_json *out, *records, *source;
    struct parts old = {0}, new = {0}, won = {0};

    if (is_alone(stored, read))
        return akin_json_copy(read);
    out = akin_json_object();
    akin_json_set_text(out, "id", akin_json_text(read, "id"));
    old = cut(stored);
    new = cut(read);
    for (size_t i = 0; i < old.n; i++)
        if (stays(&old, &new, &old.part[i], kind)) {
            put_part(out, &old.part[i]);
            add_part(&won, stored, old.part[i].key, old.part[i].member,
                     old.part[i].value);
        }
    for (size_t i = 0; i < new.n; i++)
        if (is_taken(&old, &new, &new.part[i], kind)) {
            put_part(out, &new.part[i]);
            add_part(&won, read, new.part[i].key, new.part[i].member,
                     new.part[i].value);
        }
    source = make_source(stored, read, &won);
    akin_json_set(out, "source", source);
    free(old.part);
    free(new.part);
    free(won.part);
    /* fields in the order of the schema */
    records = akin_json_array();
    akin__record_finish(out, records, NULL);
    out = akin_json_share(akin_json_at(records, 0));
    akin_json_free(records);
    return out;
}
