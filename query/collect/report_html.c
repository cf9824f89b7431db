/* SPDX-License-Identifier: Apache-2.0 */
#include "report_html.h"

#include <inttypes.h>

#include "akin/encode.h"
#include "akin/html.h"
#include "akin/render.h"

#define QUALITY 80

static const char style[] =
    ":root{color-scheme:light dark;--ink:#1c2430;--soft:#5b6675;--line:#d9dee5;"
    "--page:#fff;--card:#f5f7f9;--one:#9aa7b6;--two:#0b6e75}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e8ecf1;--soft:#a3afbd;"
    "--line:#333d49;--page:#12171d;--card:#1b222b;--one:#6b7a8c;--two:#4fc3c9}}"
    "body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);"
    "background:var(--page);margin:0}"
    "main{max-width:70rem;margin:0 auto;padding:1.5rem}"
    "h1{line-height:1.2;margin:.5rem 0}h2{margin:2.5rem 0 .75rem;"
    "border-bottom:1px solid var(--line);padding-bottom:.25rem}"
    "h3{margin:1.25rem 0 .25rem}p{max-width:46rem}"
    ".soft{color:var(--soft)}a{color:var(--two)}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;padding:.2rem .6rem .2rem 0;vertical-align:top}"
    "td.n{text-align:right;white-space:nowrap;overflow-wrap:normal;font-"
    "variant-numeric:tabular-nums}"
    ".bars td:first-child{width:34%;overflow-wrap:anywhere}"
    ".bar{display:flex;align-items:center;gap:.5rem;font-size:.85rem;"
    "font-variant-numeric:tabular-nums;line-height:1.15}"
    ".bar i{display:block;height:.6rem;border-radius:2px;"
    "background:var(--one);min-width:1px}"
    ".bar:last-child i{background:var(--two)}"
    "td,li{overflow-wrap:anywhere}"
    ".grid{display:grid;grid-template-columns:repeat(4,1fr);gap:4px}"
    ".pair{grid-template-columns:repeat(2,1fr)}"
    ".grid img{border-radius:3px;display:block;width:100%;height:auto;"
    "aspect-ratio:1;object-fit:contain;background:var(--line)}"
    ".cards{display:grid;grid-template-columns:repeat(auto-fill,"
    "minmax(16rem,1fr));gap:1rem}"
    ".card{background:var(--card);border-radius:8px;padding:.75rem}"
    ".card h3{margin:0 0 .4rem;font-size:1rem}"
    ".card p{margin:.4rem 0 0;font-size:.85rem;line-height:1.35}"
    ".key span{display:inline-block;width:.8rem;height:.6rem;"
    "border-radius:2px;margin-right:.3rem;background:var(--one)}"
    ".key span+span,.key b+span{background:var(--two);margin-left:1rem}"
    "@media(max-width:40rem){main{padding:1rem}.wide{font-size:.85rem}"
    ".bars tr{display:block;margin-bottom:.4rem}"
    ".bars td,.bars td:first-child{display:block;width:auto;padding:0}}";

void
akin__html_begin(const char *title, struct akin_buf *out)
{
    akin_buf_puts(out, "<!doctype html>\n<html lang=\"en\">\n<head>\n"
                       "<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
                       "content=\"width=device-width\">\n<title>");
    akin_html_text(title, out);
    akin_buf_puts(out, "</title>\n<style>");
    akin_buf_puts(out, style);
    akin_buf_puts(out, "</style>\n</head>\n<body>\n<main>\n");
}

void
akin__html_end(struct akin_buf *out)
{
    akin_buf_puts(out, "</main>\n</body>\n</html>\n");
}

void
akin__html_bars(const char *label, const uint64_t *value, size_t n,
                uint64_t most, struct akin_buf *out)
{
    akin_buf_puts(out, "<tr><td>");
    akin_html_text(label, out);
    akin_buf_puts(out, "</td><td>");
    for (size_t i = 0; i < n; i++)
        akin_buf_printf(out,
                        "<div class=\"bar\"><i style=\"width:%.1f%%\"></i>"
                        "%" PRIu64 "</div>",
                        most > 0 ? 85.0 * (double)value[i] / (double)most : 0.0,
                        value[i]);
    akin_buf_puts(out, "</td></tr>\n");
}

bool
akin__html_plane(const struct akin_plane *plane, const char *title,
                 struct akin_buf *out)
{
    struct akin_render_options options = {.max_edge = AKIN__THUMB_PX};
    struct akin_plane small = {0};
    struct akin_buf jpeg = {0};
    bool done = akin_render_plane(plane, &options, &small, NULL) == AKIN_OK &&
                akin_encode_jpeg(&small, QUALITY, &jpeg, NULL) == AKIN_OK;

    if (done) {
        akin_buf_printf(out,
                        "<img width=\"%" PRIu32 "\" height=\"%" PRIu32
                        "\" alt=\"\" title=\"",
                        small.width, small.height);
        akin_html_text(title, out);
        akin_buf_puts(out, "\" src=\"data:image/jpeg;base64,");
        akin_base64_encode(akin_buf_span(&jpeg), out);
        akin_buf_puts(out, "\">");
    }
    akin_buf_free(&jpeg);
    akin_plane_free(&small);
    return done;
}

bool
akin__html_picture(struct akin_span bytes, const struct akin_config *limits,
                   const char *title, struct akin_buf *out)
{
    struct akin_decoder *decoder = NULL;
    struct akin_plane plane = {0};
    bool done =
        akin_decode_open_bytes(bytes, limits, &decoder, NULL) == AKIN_OK &&
        akin_decode_plane(decoder, 0, 0, 0, &plane, NULL) == AKIN_OK &&
        akin__html_plane(&plane, title, out);

    akin_plane_free(&plane);
    akin_decode_close(decoder);
    return done;
}
