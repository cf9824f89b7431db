/* SPDX-License-Identifier: Apache-2.0 */
#include "write_manifest.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "akin/file.h"

static size_t
count_datasets(const struct akin_collection *c)
{
    size_t n = 0;

    for (size_t i = 0; i < c->n_datasets; i++)
        n += c->dataset[i].n_kept > 0;
    return n;
}

/* Of a path the name is told: the recipe has all of it. */
static void
put_list(const char *before, const struct akin_collect_texts *texts,
         struct akin_buf *out)
{
    for (size_t i = 0; i < texts->n; i++)
        akin_buf_printf(out, "%s%s", i == 0 ? before : ", ",
                        texts->text[i][0] == '/'
                            ? akin_path_base(texts->text[i])
                            : texts->text[i]);
    if (texts->n > 0)
        akin_buf_puts(out, ".");
}

static void
describe(struct akin__manifest *m)
{
    const struct akin_collection *c = m->c;
    const struct akin_collect_options *o = c->options;
    const char *unit = o->unit == AKIN_COLLECT_PLANES ? "planes" : "tiles";
    struct akin_buf *out = &m->description;

    akin_buf_printf(&m->title, "%zu %s of %zu bioimage datasets", c->n_kept,
                    unit, count_datasets(c));
    akin_buf_printf(out,
                    "A collection of %zu microscopy image %s from %zu datasets "
                    "for training without labels, assembled by akin: selected "
                    "by metadata%s, cleaned of uninformative and duplicate "
                    "tiles, balanced over clusters of similar content, and "
                    "split without leaks. Annotations are left out.",
                    c->n_kept, unit, count_datasets(c),
                    o->like.n > 0 ? " and similarity to examples" : "");
    if (o->text != NULL)
        akin_buf_printf(out, " Text: %s.", o->text);
    if (o->where != NULL)
        akin_buf_printf(out, " Filter: %s.", o->where);
    put_list(" Like: ", &o->like, out);
    put_list(" Unlike: ", &o->unlike, out);
}

void
akin__manifest_init(struct akin__manifest *manifest,
                    const struct akin_collection *c,
                    const struct akin__files *files, const char *created,
                    const char *recipe)
{
    *manifest =
        (struct akin__manifest){.c = c, .files = files, .created = created};
    akin_sha256_of(akin_span_str(recipe), manifest->recipe_sha256);
    (void)snprintf(manifest->name, sizeof(manifest->name), "akin-%.12s",
                   manifest->recipe_sha256);
    describe(manifest);
}

void
akin__manifest_free(struct akin__manifest *manifest)
{
    akin_buf_free(&manifest->title);
    akin_buf_free(&manifest->description);
}

void
akin__dataset_iri(const struct akin_collection_dataset *d, struct akin_buf *out)
{
    const char *uri = akin_json_text(d->record, "uri");

    if (uri == NULL)
        uri = akin_json_text(akin_json_get(d->record, "identifier"), "url");
    if (uri != NULL) {
        akin_buf_puts(out, uri);
        return;
    }
    akin_buf_puts(out, "urn:akin:");
    for (const char *p = d->id; *p != '\0'; p++) {
        bool is_plain = (*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'z') ||
                        (*p >= 'A' && *p <= 'Z') || strchr("-._", *p) != NULL;

        if (is_plain)
            akin_buf_put(out, p, 1);
        else
            akin_buf_printf(out, "%%%02X", (unsigned)(unsigned char)*p);
    }
}

static bool
has_term(const struct akin_json *list, const struct akin_json *term)
{
    for (size_t i = 0; i < akin_json_count(list); i++) {
        const struct akin_json *other = akin_json_at(list, i);
        const char *id = akin_json_text(term, "id");
        const char *other_id = akin_json_text(other, "id");

        if (id != NULL ? other_id != NULL && strcmp(id, other_id) == 0
                       : akin_json_equal(term, other))
            return true;
    }
    return false;
}

struct akin_json *
akin__terms_of(const struct akin_collection *c, const char *field)
{
    struct akin_json *list = akin_json_array();

    for (size_t i = 0; i < c->n_datasets; i++) {
        const struct akin_json *terms =
            akin_json_get(c->dataset[i].record, field);

        for (size_t k = 0;
             c->dataset[i].n_kept > 0 && k < akin_json_count(terms); k++)
            if (!has_term(list, akin_json_at(terms, k)))
                akin_json_append(list, akin_json_share(akin_json_at(terms, k)));
    }
    return list;
}
