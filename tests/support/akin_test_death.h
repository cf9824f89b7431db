/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin_test_death.h - a publish that is killed on its way.
 */
#ifndef AKIN_TEST_DEATH_H
#define AKIN_TEST_DEATH_H

#include "akin/config.h"

/* At the at-th report of progress, or, with a step, at the first report of this
 * step at this fraction. */
struct akin_test_death {
    int at, n; /* n: 0 */
    const char *step;
    double fraction;
};

/* Publishes the store in `dir`, which nobody has open, in a process of its own.
 * False when it came to its end; the test fails when it fails. */
bool akin_test_publish_and_die(const char *dir,
                               const struct akin_config *config,
                               struct akin_test_death death);

#endif
