/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "store_internal.h"

void
akin__gate_init(struct akin__gate *gate)
{
    int rc = pthread_mutex_init(&gate->lock, NULL);

    assert(rc == 0);
    rc = pthread_cond_init(&gate->moved, NULL);
    assert(rc == 0);
    (void)rc;
    gate->running = NULL;
    gate->is_closed = false;
}

void
akin__gate_fini(struct akin__gate *gate)
{
    assert(gate->running == NULL); /* a transaction outlives its store */
    (void)pthread_cond_destroy(&gate->moved);
    (void)pthread_mutex_destroy(&gate->lock);
}

/* The lock is held. */
static bool
holds(const struct akin__gate *gate)
{
    for (const struct akin__pass *p = gate->running; p != NULL; p = p->next)
        if (pthread_equal(p->thread, pthread_self()))
            return true;
    return false;
}

bool
akin__gate_holds(struct akin__gate *gate)
{
    bool answer;

    (void)pthread_mutex_lock(&gate->lock);
    answer = holds(gate);
    (void)pthread_mutex_unlock(&gate->lock);
    return answer;
}

void
akin__gate_enter(struct akin__gate *gate, struct akin__pass *pass)
{
    (void)pthread_mutex_lock(&gate->lock);
    if (!holds(gate))
        while (gate->is_closed)
            (void)pthread_cond_wait(&gate->moved, &gate->lock);
    pass->thread = pthread_self();
    pass->before = NULL;
    pass->next = gate->running;
    if (pass->next != NULL)
        pass->next->before = pass;
    gate->running = pass;
    (void)pthread_mutex_unlock(&gate->lock);
}

void
akin__gate_leave(struct akin__gate *gate, struct akin__pass *pass)
{
    (void)pthread_mutex_lock(&gate->lock);
    if (pass->next != NULL)
        pass->next->before = pass->before;
    if (pass->before != NULL)
        pass->before->next = pass->next;
    else
        gate->running = pass->next;
    if (gate->running == NULL)
        (void)pthread_cond_broadcast(&gate->moved);
    (void)pthread_mutex_unlock(&gate->lock);
}

bool
akin__gate_close(struct akin__gate *gate)
{
    (void)pthread_mutex_lock(&gate->lock);
    if (holds(gate)) {
        (void)pthread_mutex_unlock(&gate->lock);
        return false;
    }
    while (gate->is_closed)
        (void)pthread_cond_wait(&gate->moved, &gate->lock);
    gate->is_closed = true;
    while (gate->running != NULL)
        (void)pthread_cond_wait(&gate->moved, &gate->lock);
    return true;
}

void
akin__gate_open(struct akin__gate *gate)
{
    gate->is_closed = false;
    (void)pthread_cond_broadcast(&gate->moved);
    (void)pthread_mutex_unlock(&gate->lock);
}
