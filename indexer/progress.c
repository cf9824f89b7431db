/* SPDX-License-Identifier: Apache-2.0 */
#include "progress.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "akin/utf8.h"

#define BAR_CELLS 24
#define DRAW_S 0.1      /* between two drawings of the bar */
#define LINE_S 5.0      /* between two plain lines */
#define RATE_SPAN_S 3.0 /* the rate forgets with this half-life, about */

struct akin_progress {
    FILE *out;
    bool is_tty, is_drawn;
    struct akin_progress_view view;
    double begun_s, shown_s;
    double rated_s; /* when and at what count the rate was last taken */
    uint64_t rated_done;
};

static double
now_s(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void
akin_progress_time(double seconds, struct akin_buf *out)
{
    uint64_t s = seconds < 0        ? 0
                 : seconds > 3600e4 ? 36000000
                                    : (uint64_t)(seconds + 0.5);

    if (s < 60)
        akin_buf_printf(out, "%" PRIu64 " s", s);
    else if (s < 3600)
        akin_buf_printf(out, "%" PRIu64 " min %" PRIu64 " s", s / 60, s % 60);
    else
        akin_buf_printf(out, "%" PRIu64 " h %" PRIu64 " min", s / 3600,
                        s / 60 % 60);
}

static unsigned
percent(const struct akin_progress_view *view)
{
    uint64_t done = view->done < view->total ? view->done : view->total;

    return (unsigned)((double)done * 100 / (double)view->total);
}

void
akin_progress_line(const struct akin_progress_view *view, struct akin_buf *out)
{
    akin_buf_printf(out, "%s  %" PRIu64, view->what, view->done);
    if (view->total > 0)
        akin_buf_printf(out, " of %" PRIu64 " (%u%%)", view->total,
                        percent(view));
    if (view->rate > 0)
        akin_buf_printf(out, "  %.1f/s", view->rate);
    if (view->rate > 0 && view->total > view->done) {
        akin_buf_puts(out, "  ");
        akin_progress_time((double)(view->total - view->done) / view->rate,
                           out);
        akin_buf_puts(out, " left");
    }
    if (view->bad > 0)
        akin_buf_printf(out, "  %" PRIu64 " bad", view->bad);
}

void
akin_progress_bar(const struct akin_progress_view *view, size_t columns,
                  struct akin_buf *out)
{
    size_t full = view->total > 0 ? percent(view) * BAR_CELLS / 100 : 0;
    struct akin_buf line = {0};
    size_t cut;

    if (view->total > 0) {
        akin_buf_puts(&line, "[");
        for (size_t i = 0; i < BAR_CELLS; i++)
            akin_buf_puts(&line, i < full ? "#" : "-");
        akin_buf_puts(&line, "] ");
    }
    akin_progress_line(view, &line);
    cut = akin_utf8_prefix(akin_buf_text(&line), columns);
    akin_buf_put(out, akin_buf_text(&line), cut);
    akin_buf_free(&line);
}

struct akin_progress *
akin_progress_new(FILE *out)
{
    struct akin_progress *progress = akin_new(1, sizeof(*progress));
    const char *term = getenv("TERM");

    progress->out = out;
    progress->is_tty = out != NULL && isatty(fileno(out)) != 0 &&
                       (term == NULL || strcmp(term, "dumb") != 0);
    return progress;
}

void
akin_progress_free(struct akin_progress *progress)
{
    if (progress == NULL)
        return;
    akin_progress_clear(progress);
    free(progress);
}

void
akin_progress_clear(struct akin_progress *progress)
{
    if (!progress->is_drawn)
        return;
    (void)fputs("\r\033[K", progress->out);
    (void)fflush(progress->out);
    progress->is_drawn = false;
}

void
akin_progress_step(struct akin_progress *progress, const char *what,
                   uint64_t total)
{
    akin_progress_clear(progress);
    progress->view = (struct akin_progress_view){.what = what, .total = total};
    progress->begun_s = progress->rated_s = progress->shown_s = now_s();
    progress->rated_done = 0;
}

static size_t
columns_of(FILE *out)
{
    struct winsize size;

    if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 1)
        return size.ws_col - 1u;
    return 79;
}

/* Moving average of the rate; its weight follows the time that passed, so that
 * uneven calls count evenly. */
static void
update_rate(struct akin_progress *progress, double now)
{
    struct akin_progress_view *view = &progress->view;
    double span = now - progress->rated_s;
    double rate, weight;

    if (span < 0.5)
        return;
    rate = (double)(view->done - progress->rated_done) / span;
    weight = span / (span + RATE_SPAN_S);
    view->rate =
        view->rate > 0 ? view->rate + weight * (rate - view->rate) : rate;
    progress->rated_s = now;
    progress->rated_done = view->done;
}

void
akin_progress_show(struct akin_progress *progress, uint64_t done, uint64_t bad)
{
    double now = now_s();
    struct akin_buf text = {0};

    progress->view.done = done;
    progress->view.bad = bad;
    progress->view.elapsed_s = now - progress->begun_s;
    update_rate(progress, now);
    if (progress->out == NULL ||
        now - progress->shown_s < (progress->is_tty ? DRAW_S : LINE_S))
        return;
    progress->shown_s = now;
    if (progress->is_tty) {
        akin_buf_puts(&text, "\r");
        akin_progress_bar(&progress->view, columns_of(progress->out), &text);
        akin_buf_puts(&text, "\033[K");
    } else {
        akin_progress_line(&progress->view, &text);
        akin_buf_puts(&text, "\n");
    }
    (void)fputs(akin_buf_text(&text), progress->out);
    (void)fflush(progress->out);
    progress->is_drawn = progress->is_tty;
    akin_buf_free(&text);
}
