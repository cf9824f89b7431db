/* SPDX-License-Identifier: Apache-2.0 */
#include "sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "akin/config.h"
#include "akin/decode.h"
#include "akin/render.h"
#include "canvas.h"

enum {
    COLUMNS = 3,
    MARGIN = 24,
    PICTURE = 232, /* px of the longer edge */
    BETWEEN = 8,   /* the two pictures of a card */
    CARD_W = 2 * PICTURE + BETWEEN,
    HEAD = 118,
    LINE = 2 * AKIN_CANVAS_LINE,
    LETTERS = CARD_W / (2 * AKIN_CANVAS_ADVANCE),
    BARS = 34,
    WIDE = COLUMNS * CARD_W,
    CARD_H = PICTURE + 10 + 4 * LINE + BARS
};

static const struct akin_ink paper = {255, 255, 255}, black = {20, 20, 20},
                             grey = {110, 110, 110}, pale = {232, 232, 232},
                             blue = {0, 114, 178};

static const char legend[] =
    "Same colour, same number: regions that match. Bars: how much the matching "
    "regions agree, against random pairs of this store.";

/* Told apart by people who do not see all colours (Okabe & Ito, 2008). */
static const struct akin_ink marks[AKIN_SHEET_EVIDENCE] = {
    {230, 159, 0}, {86, 180, 233}, {0, 158, 115}, {204, 121, 167}};

struct sheet {
    struct akin_plane canvas;
    struct akin_config config;
    const char *const *path;
    size_t n_paths;
};

static int64_t
whole(const struct akin_json *object, const char *key)
{
    int64_t value = 0;

    (void)akin_json_int(akin_json_get(object, key), &value);
    return value;
}

static double
number(const struct akin_json *object, const char *key)
{
    double value = 0;

    (void)akin_json_number(akin_json_get(object, key), &value);
    return value;
}

/* --- pictures --- */

/* One plane of a file, at most PICTURE px; how many px of the file one of the
 * picture is. */
static enum akin_status
load(const struct sheet *sheet, const char *path, const struct akin_json *tile,
     struct akin_plane *out, double *scale, struct akin_error *err)
{
    struct akin_render_options options = {.z = (uint32_t)whole(tile, "z"),
                                          .c = (uint32_t)whole(tile, "c"),
                                          .t = (uint32_t)whole(tile, "t"),
                                          .max_edge = PICTURE};
    struct akin_decoder *decoder = NULL;
    enum akin_status st = akin_decode_open(path, &sheet->config, &decoder, err);

    if (st == AKIN_OK)
        st = akin_render(decoder, &options, out, err);
    if (st == AKIN_OK)
        *scale = (double)akin_decode_info(decoder)->dim_x / (double)out->width;
    akin_decode_close(decoder);
    return st;
}

/* A small picture made larger, each pixel `times` px wide. */
static enum akin_status
enlarge(struct akin_plane *picture, uint32_t times, struct akin_error *err)
{
    struct akin_plane large = {0};
    size_t n = picture->channels;
    enum akin_status st = akin_plane_alloc(
        &large, picture->width * times, picture->height * times,
        picture->channels, AKIN_SAMPLE_U8, UINT64_MAX, err);

    if (st != AKIN_OK)
        return st;
    for (size_t y = 0; y < large.height; y++)
        for (size_t x = 0; x < large.width; x++)
            memcpy((uint8_t *)large.px + (y * large.width + x) * n,
                   (const uint8_t *)picture->px +
                       (y / times * picture->width + x / times) * n,
                   n);
    akin_plane_free(picture);
    *picture = large;
    return AKIN_OK;
}

/* What is shown on one side of a card. */
struct side {
    const char *name;              /* member of a pair: "query" or "tile" */
    const struct akin_json *first; /* the tile of the best pair */
    int64_t image;                 /* what its image is called */
    struct akin_box box;           /* the picture, when it was drawn */
    double scale;
};

static int64_t
image_of(const struct akin_json *pair, const char *side)
{
    const struct akin_json *query = akin_json_get(pair, "query");

    if (strcmp(side, "tile") == 0)
        return whole(akin_json_get(pair, "image"), "id");
    if (akin_json_get(query, "image") != NULL)
        return whole(akin_json_get(query, "image"), "id");
    return whole(query, "example");
}

static const char *
path_of(const struct sheet *sheet, const struct akin_json *pair,
        const char *side)
{
    const struct akin_json *query = akin_json_get(pair, "query");
    size_t example = (size_t)whole(query, "example");

    if (strcmp(side, "tile") == 0)
        return akin_json_text(akin_json_get(pair, "image"), "path");
    if (akin_json_get(query, "image") != NULL)
        return akin_json_text(akin_json_get(query, "image"), "path");
    return example < sheet->n_paths ? sheet->path[example] : NULL;
}

static void
draw_side(struct sheet *sheet, const struct akin_json *pair, int64_t x,
          int64_t y, struct side *side)
{
    const char *path = path_of(sheet, pair, side->name);
    struct akin_box frame = {x, y, PICTURE, PICTURE};
    struct akin_plane picture = {0};
    struct akin_error why = {0};
    enum akin_status st = AKIN_ENOTFOUND;
    uint32_t edge;

    side->first = akin_json_get(pair, side->name);
    side->image = image_of(pair, side->name);
    akin_canvas_fill(&sheet->canvas, frame, pale);
    if (path != NULL)
        st = load(sheet, path, side->first, &picture, &side->scale, &why);
    edge = picture.width > picture.height ? picture.width : picture.height;
    if (st == AKIN_OK && edge <= PICTURE / 2) {
        uint32_t times = PICTURE / edge;

        st = enlarge(&picture, times, &why);
        side->scale /= times;
    }
    if (st == AKIN_OK) {
        side->box =
            (struct akin_box){x + (PICTURE - (int64_t)picture.width) / 2,
                              y + (PICTURE - (int64_t)picture.height) / 2,
                              picture.width, picture.height};
        akin_canvas_picture(&sheet->canvas, side->box.x, side->box.y, &picture);
    } else {
        akin_canvas_text(&sheet->canvas, x + 16, y + PICTURE / 2, 2, grey,
                         "not readable here", 17);
    }
    akin_plane_free(&picture);
}

/* --- marks --- */

/* The pair is of the picture that is shown: same image, same plane. */
static bool
is_shown(const struct side *side, const struct akin_json *pair)
{
    const struct akin_json *tile = akin_json_get(pair, side->name);

    return side->box.w > 0 && image_of(pair, side->name) == side->image &&
           whole(tile, "z") == whole(side->first, "z") &&
           whole(tile, "c") == whole(side->first, "c") &&
           whole(tile, "t") == whole(side->first, "t");
}

static void
mark(struct sheet *sheet, const struct side *side, const struct akin_json *tile,
     size_t i)
{
    int64_t x = side->box.x + (int64_t)((double)whole(tile, "x") / side->scale);
    int64_t y = side->box.y + (int64_t)((double)whole(tile, "y") / side->scale);
    int64_t w = (int64_t)((double)whole(tile, "w") / side->scale);
    int64_t h = (int64_t)((double)whole(tile, "h") / side->scale);
    char label[2] = {(char)('1' + (int)i), '\0'};
    /* Inside of each other, so that equal regions are all seen. */
    int64_t in = 4 * (int64_t)i;
    struct akin_box box = {x + in, y + in, w - 2 * in, h - 2 * in};

    if (box.w < 12 || box.h < 12)
        box = (struct akin_box){x, y, w, h};
    akin_canvas_frame(&sheet->canvas, box, 4, black);
    akin_canvas_frame(&sheet->canvas,
                      (struct akin_box){box.x, box.y, box.w - 1, box.h - 1}, 3,
                      marks[i]);
    /* Numbers side by side along the upper edge. */
    akin_canvas_fill(&sheet->canvas,
                     (struct akin_box){box.x + 12 * (int64_t)i, box.y, 14, 20},
                     marks[i]);
    akin_canvas_text(&sheet->canvas, box.x + 12 * (int64_t)i + 2, box.y + 3, 2,
                     black, label, 1);
}

static void
draw_pairs(struct sheet *sheet, const struct akin_json *pairs,
           const struct side *query, const struct side *tile)
{
    size_t n = akin_json_count(pairs);

    /* The best last: on top. */
    for (size_t i = n < AKIN_SHEET_EVIDENCE ? n : AKIN_SHEET_EVIDENCE;
         i-- > 0;) {
        const struct akin_json *pair = akin_json_at(pairs, i);

        if (!is_shown(query, pair) || !is_shown(tile, pair))
            continue; /* one half of a pair tells nothing */
        mark(sheet, query, akin_json_get(pair, "query"), i);
        mark(sheet, tile, akin_json_get(pair, "tile"), i);
    }
}

/* --- a card --- */

static void
draw_bars(struct sheet *sheet, const struct akin_json *agreement, int64_t x,
          int64_t y)
{
    size_t n = akin_json_count(agreement);
    int64_t each = n == 0 ? 0 : CARD_W / (int64_t)n;

    for (size_t i = 0; i < n; i++) {
        const struct akin_json *part = akin_json_at(agreement, i);
        const char *name = akin_json_text(part, "part");
        int64_t at = x + (int64_t)i * each, w = each - 8;
        double value = number(part, "agreement");

        akin_canvas_text(&sheet->canvas, at, y, 1, grey,
                         name == NULL ? "" : name, (size_t)each / 6);
        akin_canvas_fill(&sheet->canvas, (struct akin_box){at, y + 12, w, 8},
                         pale);
        akin_canvas_fill(
            &sheet->canvas,
            (struct akin_box){at, y + 12, (int64_t)(value * (double)w), 8},
            blue);
    }
}

static void
draw_words(struct sheet *sheet, const struct akin_json *hit, int64_t x,
           int64_t y)
{
    const struct akin_json *dataset = akin_json_get(hit, "dataset");
    const char *id = akin_json_text(dataset, "id");
    const char *title = akin_json_text(dataset, "title");
    struct akin_buf line = {0};

    akin_buf_printf(&line, "%d  %.2f  %s", (int)whole(hit, "rank"),
                    number(hit, "score"), id == NULL ? "?" : id);
    akin_canvas_text(&sheet->canvas, x, y, 2, black, akin_buf_text(&line),
                     LETTERS);
    akin_canvas_lines(&sheet->canvas, x, y + LINE, 2, grey,
                      title == NULL ? "" : title, LETTERS, 2);
    akin_buf_clear(&line);
    if (akin_json_get(hit, "chance") != NULL)
        akin_buf_printf(&line, "by chance: %.2g %%",
                        100 * number(hit, "chance"));
    akin_canvas_text(&sheet->canvas, x, y + 3 * (int64_t)LINE, 2, black,
                     akin_buf_text(&line), LETTERS);
    draw_bars(sheet, akin_json_get(hit, "agreement"), x,
              y + 4 * (int64_t)LINE + 4);
    akin_buf_free(&line);
}

static void
draw_card(struct sheet *sheet, const struct akin_json *hit, size_t i)
{
    const struct akin_json *pairs = akin_json_get(hit, "evidence");
    const struct akin_json *best = akin_json_at(pairs, 0);
    struct side query = {.name = "query"}, tile = {.name = "tile"};
    int64_t x = MARGIN + (int64_t)(i % COLUMNS) * (CARD_W + MARGIN);
    int64_t y = HEAD + (int64_t)(i / COLUMNS) * (CARD_H + MARGIN);

    if (best != NULL) {
        draw_side(sheet, best, x, y, &query);
        draw_side(sheet, best, x + PICTURE + BETWEEN, y, &tile);
        draw_pairs(sheet, pairs, &query, &tile);
    }
    draw_words(sheet, hit, x, y + PICTURE + 10);
}

enum akin_status
akin_sheet_draw(const struct akin_json *answer, const char *const *path,
                size_t n_paths, const char *title, struct akin_plane *out,
                struct akin_error *err)
{
    const struct akin_json *hits = akin_json_get(answer, "hits");
    const char *verdict = akin_json_text(answer, "verdict");
    struct sheet sheet = {.path = path, .n_paths = n_paths};
    size_t n = akin_json_count(hits), rows;
    enum akin_status st;

    n = n < AKIN_SHEET_HITS ? n : AKIN_SHEET_HITS;
    rows = (n + COLUMNS - 1) / COLUMNS;
    akin_config_init(&sheet.config);
    st = akin_canvas_new(MARGIN + COLUMNS * (CARD_W + MARGIN),
                         HEAD + (uint32_t)rows * (CARD_H + MARGIN), paper,
                         &sheet.canvas, err);
    if (st != AKIN_OK)
        return st;
    akin_canvas_text(&sheet.canvas, MARGIN, 20, 3, black, title,
                     (size_t)WIDE / 3 / AKIN_CANVAS_ADVANCE);
    akin_canvas_text(&sheet.canvas, MARGIN, 60, 2, grey,
                     verdict == NULL ? "" : verdict,
                     (size_t)WIDE / 2 / AKIN_CANVAS_ADVANCE);
    akin_canvas_text(&sheet.canvas, MARGIN, 90, 1, grey, legend,
                     sizeof(legend) - 1);
    for (size_t i = 0; i < n; i++)
        draw_card(&sheet, akin_json_at(hits, i), i);
    *out = sheet.canvas;
    return AKIN_OK;
}
