/* SPDX-License-Identifier: Apache-2.0 */
/*
 * request.h - one request over a REQ socket of nanomsg, and its answer: what
 * those who ask (client.c, provider.c) have in common.
 */
#ifndef AKIN_REQUEST_H
#define AKIN_REQUEST_H

#include "akin/bytes.h"

/* Sends and waits, as long as the socket's NN_SNDTIMEO and NN_RCVTIMEO say.
 * Gives the bytes of *answer, which the caller frees with nn_freemsg; -1:
 * nn_errno() says why. */
int akin__request(int sock, struct akin_span request, void **answer);

#endif
