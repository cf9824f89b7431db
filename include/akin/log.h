/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/log.h - one line per event, for the person who runs the program.
 *
 *   2026-11-22T18:04:05Z info publish: generation=3 tiles=5120 ms=812
 *
 * Levels: error (a person must act), warn, info (start, stop, publish), debug.
 * Rooms in common/ log nothing above debug: they return an error instead.
 * Control characters are escaped, long lines are cut at 2,000 bytes.
 *
 * Threads: any. The sink and the level are the only shared state; set them
 * before threads start.
 */
#ifndef AKIN_LOG_H
#define AKIN_LOG_H

enum akin_log_level {
    AKIN_LOG_ERROR,
    AKIN_LOG_WARN,
    AKIN_LOG_INFO,
    AKIN_LOG_DEBUG
};

/* Gets one finished line without a newline; ctx as given to akin_log_sink. */
typedef void akin_log_fn(void *ctx, enum akin_log_level level,
                         const char *line);

/* event: a word that can be searched for. */
void akin_log(enum akin_log_level level, const char *event, const char *fmt,
              ...) __attribute__((format(printf, 3, 4)));

/* fn NULL: standard error again. Tests put a capturing sink here. */
void akin_log_sink(akin_log_fn *fn, void *ctx);

/* What is below this level is not formatted. Default: info. */
void akin_log_set_level(enum akin_log_level level);

#endif
