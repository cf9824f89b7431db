/* SPDX-License-Identifier: Apache-2.0 */
#include "stop.h"

#include <signal.h>
#include <string.h>

static atomic_int asked;

static void
on_signal(int number)
{
    (void)number;
    atomic_store(&asked, 1);
}

void
akin_stop_install(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof(action));
    action.sa_handler = on_signal;
    action.sa_flags = (int)SA_RESETHAND; /* the second one ends us */
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

bool
akin_stop_asked(void)
{
    return atomic_load(&asked) != 0;
}

atomic_int *
akin_stop_flag(void)
{
    return &asked;
}
