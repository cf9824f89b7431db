/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write_card.c - README.md of a collection, with the head that dataset hubs
 * read (YAML between dashes), and recipe.json.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "write_credits.h"
#include "write_licence.h"
#include "write_manifest.h"

#define VALUES_SHOWN 12

/* ---- README.md ---- */

static void
put_configs(const struct akin__manifest *m, struct akin_buf *out)
{
    bool has_folder =
        (m->c->options->output.formats & AKIN_COLLECT_FOLDER) != 0;

    akin_buf_puts(out, "configs:\n- config_name: default\n  data_files:\n");
    for (size_t i = 0; i < m->c->n_splits; i++) {
        const char *name = m->c->split[i].name;

        if (m->c->split[i].n == 0)
            continue;
        akin_buf_printf(out,
                        has_folder
                            ? "  - split: %s\n    path: images/%s/**\n"
                            : "  - split: %s\n    path: shards/%s-*.tar\n",
                        name, name);
    }
}

/* As the hubs have them. */
static const char *
size_category(size_t n)
{
    return n < 1000       ? "n<1K"
           : n < 10000    ? "1K<n<10K"
           : n < 100000   ? "10K<n<100K"
           : n < 1000000  ? "100K<n<1M"
           : n < 10000000 ? "1M<n<10M"
                          : "10M<n<100M";
}

/* Hubs take small letters, digits, dots and dashes. */
static void
put_licence_name(const char *before, const char *spdx, struct akin_buf *out)
{
    akin_buf_puts(out, before);
    for (const char *p = spdx != NULL ? spdx : "unknown"; *p != '\0'; p++) {
        char c = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;
        bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                        c == '.' || c == '-';

        akin_buf_put(out, is_plain ? &c : "-", 1);
    }
}

static void
put_yaml(const struct akin__manifest *m, struct akin_buf *out)
{
    size_t n = 0;
    struct akin__licence_count *list = akin__licences_of(m->c, &n);

    akin_buf_printf(out, "---\npretty_name: \"%s\"\n",
                    akin_buf_text(&m->title));
    akin_buf_puts(out, "license: other\nlicense_name: ");
    for (size_t i = 0; i < n; i++)
        put_licence_name(i > 0 ? "-and-" : "", list[i].spdx, out);
    akin_buf_printf(out,
                    "\nlicense_link: CREDITS.md\nsize_categories:\n- %s\n"
                    "task_categories:\n- image-feature-extraction\ntags:\n"
                    "- biology\n- microscopy\n- self-supervised\n",
                    size_category(m->c->n_kept));
    put_configs(m, out);
    akin_buf_puts(out, "---\n\n");
    free(list);
}

static void
put_splits(const struct akin_collection *c, struct akin_buf *out)
{
    akin_buf_puts(out,
                  "\n| split | samples | kept together |\n|---|---|---|\n");
    for (size_t i = 0; i < c->n_splits; i++)
        akin_buf_printf(out, "| %s | %" PRIu64 " | %" PRIu64 " %s |\n",
                        c->split[i].name, c->split[i].n, c->split[i].n_units,
                        c->options->split_by == AKIN_COLLECT_BY_STUDY
                            ? "studies"
                        : c->options->split_by == AKIN_COLLECT_BY_GROUP
                            ? "plates, volumes or folders"
                            : "images");
}

static void
put_spread(const struct akin_spread *spread, struct akin_buf *out)
{
    bool is_cluster = strcmp(spread->name, "cluster") == 0;
    uint64_t others = 0;
    size_t told = 0;

    akin_buf_printf(out,
                    "\n**%s**: %.2f bits before balancing, %.2f after "
                    "(evenness %.2f, %.2f)\n",
                    spread->name, spread->entropy[AKIN_STEP_DISTINCT],
                    spread->entropy[AKIN_STEP_BALANCED],
                    spread->evenness[AKIN_STEP_DISTINCT],
                    spread->evenness[AKIN_STEP_BALANCED]);
    if (is_cluster) /* report.html shows them: their numbers say nothing */
        return;
    akin_buf_puts(out, "\n| value | samples |\n|---|---|\n");
    for (size_t i = 0; i < spread->n; i++) {
        const struct akin_spread_value *v = &spread->value[i];

        if (v->count[AKIN_STEP_BALANCED] == 0)
            continue;
        if (told++ >= VALUES_SHOWN) {
            others += v->count[AKIN_STEP_BALANCED];
            continue;
        }
        akin_buf_puts(out, "| ");
        akin__markdown_text(v->label != NULL ? v->label : v->value, out);
        akin_buf_printf(out, " | %" PRIu64 " |\n",
                        v->count[AKIN_STEP_BALANCED]);
    }
    if (told > VALUES_SHOWN)
        akin_buf_printf(out, "| %zu others | %" PRIu64 " |\n",
                        told - VALUES_SHOWN, others);
}

static void
put_reading(const struct akin__manifest *m, struct akin_buf *out)
{
    unsigned formats = m->c->options->output.formats;

    akin_buf_puts(out, "\n## Reading it\n\n");
    if ((formats & AKIN_COLLECT_SHARDS) != 0)
        akin_buf_puts(out, "`shards/*.tar` are WebDataset shards: for every "
                           "sample KEY.json and KEY.png, next to each "
                           "other.\n\n");
    if ((formats & AKIN_COLLECT_FOLDER) != 0)
        akin_buf_puts(out, "`images/` is an image folder as Hugging Face "
                           "`datasets` reads it (`load_dataset(\"imagefolder\","
                           " data_dir=\"images\")`), with metadata.jsonl in "
                           "each split.\n\n");
    akin_buf_puts(
        out,
        "`croissant.json` and `ro-crate-metadata.json` describe it to "
        "machines, `report.html` shows it to people, `dropped.jsonl` says what "
        "was left out and why. `akin collect --recipe recipe.json --out DIR` "
        "makes it again.\n");
}

void
akin__card_write(const struct akin__manifest *m, struct akin_buf *out)
{
    put_yaml(m, out);
    akin_buf_printf(out, "# %s\n\n%s\n", akin_buf_text(&m->title),
                    akin_buf_text(&m->description));
    put_splits(m->c, out);
    akin_buf_puts(out, "\n## What it is made of\n");
    for (size_t i = 0; i < m->c->n_spreads; i++)
        put_spread(&m->c->spread[i], out);
    akin_buf_puts(out, "\n## Licences\n\n");
    akin__licences_markdown(m->c, out);
    put_reading(m, out);
}

/* ---- recipe.json ---- */

void
akin__recipe_write(const struct akin__manifest *m, struct akin_buf *out)
{
    struct akin_json *json = akin_json_object(), *files = akin_json_array();

    akin_json_set_int(json, "akin_recipe", 1);
    akin_json_set_text(json, "akin", AKIN_VERSION);
    akin_json_set_text(json, "name", m->name);
    akin_json_set_text(json, "created", m->created);
    akin_json_set_text(json, "plan_sha256", m->recipe_sha256);
    akin_json_set(json, "options", akin_collect_options_json(m->c->options));
    akin_json_set(json, "inputs", akin_collection_inputs(m->c));
    for (size_t i = 0; i < m->files->n; i++) {
        const struct akin__file *file = &m->files->file[i];
        struct akin_json *one = akin_json_object();

        akin_json_set_text(one, "name", file->name);
        akin_json_set_int(one, "bytes", (int64_t)file->bytes);
        akin_json_set_text(one, "sha256", file->sha256);
        akin_json_append(files, one);
    }
    akin_json_set(json, "files", files);
    akin_json_write(json, AKIN_JSON_PRETTY, out);
    akin_buf_puts(out, "\n");
    akin_json_free(json);
}
