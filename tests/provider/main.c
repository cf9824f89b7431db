/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main.c - the reference provider as a program, for scenarios:
 *
 *   akin-provider ENDPOINT NAME DIM [MISTAKE]
 *
 * MISTAKE: silent, nan, count, length, number, garbage, name or refused. Ends
 * with SIGTERM.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reference_provider.h"

static struct akin_test_provider provider;

static void
on_signal(int number)
{
    (void)number;
    atomic_store(&provider.stop, 1);
}

static bool
read_mistake(const char *word)
{
    static const char *const words[AKIN_N_WRONG] = {
        "none",   "silent",  "nan",  "count",  "length",
        "number", "garbage", "name", "refused"};

    for (size_t i = 0; i < AKIN_N_WRONG; i++)
        if (strcmp(words[i], word) == 0) {
            provider.wrong = (enum akin_test_wrong)i;
            return true;
        }
    return false;
}

int
main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = on_signal};
    long dim = argc > 3 ? strtol(argv[3], NULL, 10) : 0;

    if (argc < 4 || argc > 5 || dim < 1 || dim > AKIN_FEATURES_MAX ||
        (argc == 5 && !read_mistake(argv[4]))) {
        (void)fputs("akin-provider ENDPOINT NAME DIM [MISTAKE]\n", stderr);
        return 2;
    }
    provider.endpoint = argv[1];
    provider.name = argv[2];
    provider.dim = (uint32_t)dim;
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
    if (!akin_test_provider_serve(&provider)) {
        (void)fprintf(stderr, "akin-provider: cannot listen at %s\n", argv[1]);
        return 1;
    }
    (void)printf("%lu tiles in %lu requests\n", atomic_load(&provider.n_tiles),
                 atomic_load(&provider.n_requests));
    return 0;
}
