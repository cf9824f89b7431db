/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "error_internal.h"

#define LINE_MAX_BYTES 2000

static akin_log_fn *sink;
static void *sink_ctx;
static enum akin_log_level threshold = AKIN_LOG_INFO;

static const char *
level_name(enum akin_log_level level)
{
    static const char *const names[] = {"error", "warn", "info", "debug"};

    return names[level];
}

static void
to_stderr(const char *line)
{
    char stamp[32] = "";
    struct tm tm;
    time_t now = time(NULL);

    if (gmtime_r(&now, &tm) != NULL)
        (void)strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &tm);
    (void)fprintf(stderr, "%s %s\n", stamp, line);
}

void
akin_log(enum akin_log_level level, const char *event, const char *fmt, ...)
{
    char line[LINE_MAX_BYTES];
    va_list args;
    int n;

    if (level > threshold)
        return;
    n = snprintf(line, sizeof(line), "%s %s: ", level_name(level), event);
    if (n > 0 && (size_t)n < sizeof(line)) {
        va_start(args, fmt);
        (void)vsnprintf(line + n, sizeof(line) - (size_t)n, fmt, args);
        va_end(args);
    }
    akin__disarm(line, '?');
    if (sink != NULL)
        sink(sink_ctx, level, line);
    else
        to_stderr(line);
}

void
akin_log_sink(akin_log_fn *fn, void *ctx)
{
    sink = fn;
    sink_ctx = ctx;
}

void
akin_log_set_level(enum akin_log_level level)
{
    threshold = level;
}
