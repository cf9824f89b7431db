/* SPDX-License-Identifier: Apache-2.0 */
#include "akin_test_death.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "akin/generation.h"
#include "akin_test.h"

static void
die_at(void *ctx, const char *step, double fraction)
{
    struct akin_test_death *death = ctx;

    if (death->step == NULL
            ? death->n++ == death->at
            : strcmp(step, death->step) == 0 && fraction >= death->fraction)
        (void)raise(SIGKILL);
}

bool
akin_test_publish_and_die(const char *dir, const struct akin_config *config,
                          struct akin_test_death death)
{
    pid_t child = fork();
    int status = 0;

    assert_true(child >= 0);
    if (child == 0) {
        struct akin_store *store = NULL;

        if (akin_store_open(dir, AKIN_STORE_WRITE, &store, NULL) != AKIN_OK)
            _exit(3);
        _exit(akin_generation_publish(store, config, die_at, &death, NULL,
                                      NULL) == AKIN_OK
                  ? 0
                  : 4);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        return true;
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    return false;
}
