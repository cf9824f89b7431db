/* SPDX-License-Identifier: Apache-2.0 */
#include "drawn_collection.h"

#include "akin_test.h"
#include "collect/collect_internal.h"

static struct akin_json *
parse(const char *text)
{
    struct akin_json *json = NULL;
    struct akin_error err = {0};

    assert_ok(akin_json_parse(akin_span_str(text), &json, &err));
    return json;
}

static void
add_dataset(struct akin_collection *c, size_t i, struct akin_json *record,
            size_t samples_each)
{
    struct akin_collection_dataset *d = &c->dataset[i];

    *d = (struct akin_collection_dataset){.number = (uint32_t)i + 1,
                                          .version = 1,
                                          .owned = akin_json_share(record),
                                          .n_images = (uint32_t)samples_each,
                                          .n_tiles = samples_each,
                                          .n_selected = samples_each,
                                          .n_kept = samples_each};
    d->record = d->owned;
    d->id = akin_json_text(d->record, "id");
    for (size_t k = 0; k < samples_each; k++) {
        size_t at = c->n_samples++;

        c->sample[at] =
            (struct akin_collect_sample){.row = at,
                                         .dataset = (uint32_t)i,
                                         .image = (uint32_t)at + 1,
                                         .cluster = (uint32_t)i,
                                         .group = AKIN_COLLECT_NONE,
                                         .other = AKIN_COLLECT_NONE,
                                         .split = (uint8_t)(i % c->n_splits)};
        c->kept[c->n_kept++] = (uint32_t)at;
        c->split[i % c->n_splits].n++;
    }
}

struct akin_collection *
akin_drawn_collection(const char *records, const char *options,
                      size_t samples_each)
{
    struct akin_json *list = parse(records), *asked = parse(options);
    struct akin_collect_options read;
    struct akin_collection *c;
    struct akin_error err = {0};
    size_t n = akin_json_count(list);

    assert_ok(akin_collect_options_read(asked, &read, &err));
    c = akin__collection_new(&read);
    akin_collect_options_free(&read);
    akin_config_init(&c->config);
    (void)snprintf(c->store_uuid, sizeof(c->store_uuid), "drawn");
    c->generation = 1;
    c->descriptor = "drawn";
    c->dataset = akin_new(n + 1, sizeof(*c->dataset));
    c->sample = akin_new(n * samples_each + 1, sizeof(*c->sample));
    c->kept = akin_new(n * samples_each + 1, sizeof(*c->kept));
    for (size_t i = 0; i < n; i++)
        add_dataset(c, i, akin_json_at(list, i), samples_each);
    c->n_datasets = n;
    c->n_clusters = (uint32_t)n;
    akin_json_free(list);
    akin_json_free(asked);
    return c;
}
