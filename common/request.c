/* SPDX-License-Identifier: Apache-2.0 */
#include "request.h"

#include <errno.h>

#include <nanomsg/nn.h>

/* An answer that comes after its request was given up waits in the socket;
 * sending over it would lose its memory (nanomsg 1.1.5, req.c). */
static void
drop_late_answer(int sock)
{
    void *late = NULL;

    if (nn_recv(sock, &late, NN_MSG, NN_DONTWAIT) >= 0)
        (void)nn_freemsg(late);
}

int
akin__request(int sock, struct akin_span request, void **answer)
{
    int n;

    drop_late_answer(sock);
    do
        n = nn_send(sock, request.data, request.len, 0);
    while (n < 0 && nn_errno() == EINTR);
    if (n < 0)
        return n;
    do
        n = nn_recv(sock, answer, NN_MSG, 0);
    while (n < 0 && nn_errno() == EINTR);
    return n;
}
