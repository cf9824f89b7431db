/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stop.h - Ctrl-C: finish what is being written, then end.
 *
 * The first SIGINT or SIGTERM sets a flag that long work looks at; the second
 * ends the program at once, which the store survives, too.
 */
#ifndef AKIN_INDEXER_STOP_H
#define AKIN_INDEXER_STOP_H

#include <stdatomic.h>
#include <stdbool.h>

void akin_stop_install(void);
bool akin_stop_asked(void);
atomic_int *akin_stop_flag(void);

#endif
