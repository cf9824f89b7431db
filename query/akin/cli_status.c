/* SPDX-License-Identifier: Apache-2.0 */
#include "cli_status.h"

/* The members of the answer that say something of a store; those of a daemon
 * only when one answered. */
static const struct {
    const char *key, *name;
    bool of_daemon;
} fields[] = {
    {"store", "store", false},
    {"datasets", "datasets", false},
    {"images", "images", false},
    {"tiles", "tiles", false},
    {"generation", "generation", false},
    {"tail", "tail (tiles)", false},
    {"quarantined", "quarantined", false},
    {"descriptor", "descriptor", false},
    {"version", "version", true},
    {"workers", "workers", true},
    {"requests", "requests", true},
    {"uptime_s", "uptime (s)", true},
};

enum akin_status
akin_cli_status(const struct akin_cli_args *args, struct akin_ask *ask,
                const struct akin_print *print, struct akin_error *err)
{
    struct akin_json *answer = NULL;
    enum akin_status st = akin_ask_call(ask, "status", NULL, &answer, err);

    if (st != AKIN_OK)
        return st;
    if (args->json)
        akin_print_json(print, answer);
    for (size_t i = 0; !args->json && i < AKIN_COUNT(fields); i++)
        if (!fields[i].of_daemon || args->connect != NULL)
            akin_print_field(print, fields[i].name,
                             akin_json_get(answer, fields[i].key));
    akin_json_free(answer);
    return AKIN_OK;
}
