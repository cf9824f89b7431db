/* SPDX-License-Identifier: Apache-2.0 */
#include "summary.h"

#include <inttypes.h>

void
akin_summary_free(struct akin_summary *summary)
{
    akin_buf_free(&summary->bad);
    akin_json_free(summary->report);
    *summary = (struct akin_summary){0};
}

void
akin_summary_bad(struct akin_summary *summary, const char *path,
                 const char *reason)
{
    summary->n_bad++;
    if (summary->n_bad <= AKIN_SUMMARY_BAD_MAX)
        akin_buf_printf(&summary->bad, "  %s: %s\n", path, reason);
}

/* ", 3 removed" when there are any. */
static void
put_count(struct akin_buf *out, uint64_t n, const char *what)
{
    if (n > 0)
        akin_buf_printf(out, ", %" PRIu64 " %s", n, what);
}

void
akin_summary_text(const struct akin_summary *summary, struct akin_buf *out)
{
    const struct akin_summary_datasets *d = &summary->datasets;
    const struct akin_summary_images *i = &summary->images;
    uint64_t done = i->added + i->replaced + i->moved;

    akin_buf_printf(
        out, "datasets: %" PRIu64 " new, %" PRIu64 " changed, %" PRIu64 " same",
        d->added, d->changed, d->same);
    put_count(out, d->revived, "back again");
    put_count(out, d->removed, "removed");
    akin_buf_printf(out,
                    "\nimages:   %" PRIu64 " added, %" PRIu64 " unchanged, "
                    "%" PRIu64 " replaced",
                    i->added, i->unchanged, i->replaced);
    put_count(out, i->moved, "moved");
    put_count(out, i->removed, "removed");
    akin_buf_printf(out, ", %" PRIu64 " quarantined\n", summary->n_bad);
    if (summary->n_declared > 0)
        akin_buf_printf(out,
                        "lists:    %" PRIu64 " files named by file lists\n",
                        summary->n_declared);
    akin_buf_printf(out, "tiles:    %" PRIu64 " in %.1f s", summary->tiles,
                    summary->seconds);
    if (done > 0 && summary->seconds > 0)
        akin_buf_printf(out, ", %.1f images/s",
                        (double)done / summary->seconds);
    akin_buf_puts(out, "\n");
}

struct akin_json *
akin_summary_json(const struct akin_summary *summary)
{
    const struct akin_summary_datasets *d = &summary->datasets;
    const struct akin_summary_images *i = &summary->images;
    const struct {
        const char *object, *key;
        uint64_t n;
    } rows[] = {{"datasets", "new", d->added},
                {"datasets", "changed", d->changed},
                {"datasets", "same", d->same},
                {"datasets", "revived", d->revived},
                {"datasets", "removed", d->removed},
                {"images", "added", i->added},
                {"images", "unchanged", i->unchanged},
                {"images", "replaced", i->replaced},
                {"images", "moved", i->moved},
                {"images", "removed", i->removed}};
    struct akin_json *out = akin_json_object();

    for (size_t r = 0; r < AKIN_COUNT(rows); r++) {
        if (akin_json_get(out, rows[r].object) == NULL)
            akin_json_set(out, rows[r].object, akin_json_object());
        akin_json_set_int(akin_json_get(out, rows[r].object), rows[r].key,
                          (int64_t)rows[r].n);
    }
    akin_json_set_int(out, "tiles", (int64_t)summary->tiles);
    akin_json_set_int(out, "declared_files", (int64_t)summary->n_declared);
    akin_json_set_int(out, "quarantined", (int64_t)summary->n_bad);
    akin_json_set_real(out, "seconds", summary->seconds);
    if (summary->report != NULL)
        akin_json_set(out, "sources", akin_json_copy(summary->report));
    return out;
}

void
akin_summary_bad_text(const struct akin_summary *summary, struct akin_buf *out)
{
    if (summary->n_bad == 0)
        return;
    akin_buf_printf(out, "%" PRIu64 " %s quarantined:\n%s", summary->n_bad,
                    summary->n_bad == 1 ? "file was" : "files were",
                    akin_buf_text(&summary->bad));
    if (summary->n_bad > AKIN_SUMMARY_BAD_MAX)
        akin_buf_printf(out,
                        "  and %" PRIu64 " more; akin-index status lists all\n",
                        summary->n_bad - AKIN_SUMMARY_BAD_MAX);
}
