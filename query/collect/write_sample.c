/* SPDX-License-Identifier: Apache-2.0 */
#include "write_sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AUTHORS_TOLD 3

struct akin__teller {
    const struct akin_collection *collection;
    struct akin_json **part; /* n_datasets; made when first needed */
};

void
akin__sample_key(size_t i, char out[AKIN__KEY_TEXT])
{
    (void)snprintf(out, AKIN__KEY_TEXT, "%09zu", i);
}

struct akin__teller *
akin__teller_new(const struct akin_collection *collection)
{
    struct akin__teller *teller = akin_new(1, sizeof(*teller));

    teller->collection = collection;
    teller->part =
        akin_new(collection->n_datasets + 1, sizeof(struct akin_json *));
    return teller;
}

void
akin__teller_free(struct akin__teller *teller)
{
    if (teller == NULL)
        return;
    for (size_t i = 0; i < teller->collection->n_datasets; i++)
        akin_json_free(teller->part[i]);
    free(teller->part);
    free(teller);
}

/* ---- the dataset ---- */

void
akin__credit_line(const struct akin_json *record, struct akin_buf *out)
{
    const struct akin_json *authors = akin_json_get(record, "authors");
    const struct akin_json *identifier = akin_json_get(record, "identifier");
    const char *publisher =
        akin_json_text(akin_json_get(record, "publisher"), "name");
    const char *title = akin_json_text(record, "title");
    size_t n = akin_json_count(authors), told = 0;

    for (size_t i = 0; i < n && told < AUTHORS_TOLD; i++) {
        const char *name = akin_json_text(akin_json_at(authors, i), "name");

        if (name != NULL)
            akin_buf_printf(out, "%s%s", told++ > 0 ? ", " : "", name);
    }
    if (n > AUTHORS_TOLD)
        akin_buf_puts(out, " et al.");
    akin_buf_printf(out, "%s%s. ", told > 0 ? ": " : "",
                    title != NULL ? title : "Untitled");
    if (publisher != NULL)
        akin_buf_printf(out, "%s, ", publisher);
    akin_buf_puts(out, akin_json_text(record, "id"));
    if (akin_json_text(identifier, "doi") != NULL)
        akin_buf_printf(out, " (doi:%s)", akin_json_text(identifier, "doi"));
}

static void
share(const struct akin_json *from, const char *key, struct akin_json *to)
{
    struct akin_json *value = akin_json_get(from, key);

    if (value != NULL)
        akin_json_set(to, key, akin_json_share(value));
}

static struct akin_json *
tell_dataset(const struct akin_collection_dataset *d)
{
    static const char *const shared[] = {"organism",          "imaging_method",
                                         "biological_entity", "cell_line",
                                         "modality",          "category"};
    struct akin_json *json = akin_json_object();
    struct akin_buf credit = {0};
    const char *uri = akin_json_text(d->record, "uri");

    akin_json_set_text(json, "dataset", d->id);
    akin_json_set_int(json, "dataset_version", d->version);
    akin_json_set_text(json, "title", akin_json_text(d->record, "title"));
    for (size_t i = 0; i < AKIN_COUNT(shared); i++)
        share(d->record, shared[i], json);
    akin_json_set(json, "license", akin_json_new_null()); /* said, if none */
    share(d->record, "license", json);
    akin__credit_line(d->record, &credit);
    akin_json_set_text(json, "credit", akin_buf_text(&credit));
    akin_buf_free(&credit);
    if (uri == NULL)
        uri = akin_json_text(akin_json_get(d->record, "identifier"), "url");
    akin_json_set_text(json, "source", uri);
    return json;
}

static const struct akin_json *
dataset_part(struct akin__teller *teller, uint32_t dataset)
{
    if (teller->part[dataset] == NULL)
        teller->part[dataset] =
            tell_dataset(&teller->collection->dataset[dataset]);
    return teller->part[dataset];
}

/* ---- the image and the tile ---- */

static struct akin_json *
tell_tile(const struct akin_tile *tile)
{
    struct akin_json *json = akin_json_object();

    akin_json_set_int(json, "x", tile->x);
    akin_json_set_int(json, "y", tile->y);
    akin_json_set_int(json, "w", tile->w);
    akin_json_set_int(json, "h", tile->h);
    akin_json_set_int(json, "level", tile->level);
    akin_json_set_int(json, "z", tile->z);
    akin_json_set_int(json, "c", tile->c);
    akin_json_set_int(json, "t", tile->t);
    return json;
}

static void
tell_picture(const struct akin__picture *picture, struct akin_json *json)
{
    akin_json_set_int(json, "width", picture->width);
    akin_json_set_int(json, "height", picture->height);
    akin_json_set_int(json, "channels", picture->channels);
    akin_json_set_int(json, "bits", picture->bits);
    if (picture->low != 0.0f || picture->high != 0.0f) {
        struct akin_json *range = akin_json_object();

        akin_json_set_real(range, "black", (double)picture->low);
        akin_json_set_real(range, "white", (double)picture->high);
        akin_json_set(json, "normalisation", range);
    }
}

static void
tell_image(const struct akin_image_record *image,
           const struct akin__picture *picture, struct akin_json *json)
{
    const struct akin_image_info *info = &image->info;
    char hash[AKIN_HASH_TEXT];

    akin_hash_text(&image->hash, hash);
    akin_json_set_text(json, "image", image->name);
    akin_json_set_text(json, "image_xxh3", hash);
    akin_json_set_int(json, "image_bits", info->bits);
    if (info->pixel_um_x > 0.0) {
        struct akin_json *um = akin_json_object();
        double y = info->pixel_um_y > 0.0 ? info->pixel_um_y : info->pixel_um_x;

        akin_json_set_real(um, "x", info->pixel_um_x * (double)picture->step_x);
        akin_json_set_real(um, "y", y * (double)picture->step_y);
        akin_json_set(json, "pixel_um", um);
    }
    if (image->extra != NULL)
        akin_json_set(json, "image_metadata", akin_json_share(image->extra));
}

enum akin_status
akin__teller_tell(struct akin__teller *teller, struct akin_txn *txn, size_t i,
                  const struct akin__picture *picture, struct akin_json **out,
                  struct akin_error *err)
{
    const struct akin_collection *c = teller->collection;
    const struct akin_collect_sample *s = &c->sample[c->kept[i]];
    struct akin_image_record image = {0};
    struct akin_tile tile = {0};
    char key[AKIN__KEY_TEXT];
    struct akin_json *json, *value;
    const char *name;
    void *it = NULL;
    enum akin_status st = akin_collection_place(c, txn, s, &image, &tile, err);

    if (st != AKIN_OK)
        return st;
    json = akin_json_object();
    akin__sample_key(i, key);
    akin_json_set_text(json, "key", key);
    akin_json_set_text(json, "split", c->split[s->split].name);
    tell_picture(picture, json);
    while (akin_json_next(dataset_part(teller, s->dataset), &it, &name, &value))
        akin_json_set(json, name, akin_json_share(value));
    tell_image(&image, picture, json);
    akin_json_set(json, "tile", tell_tile(&tile));
    if (s->cluster != AKIN_COLLECT_NONE)
        akin_json_set_int(json, "cluster", s->cluster);
    if (s->group != AKIN_COLLECT_NONE)
        akin_json_set_int(json, "duplicate_group", s->group);
    akin_image_record_free(&image);
    *out = json;
    return AKIN_OK;
}
