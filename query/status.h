/* SPDX-License-Identifier: Apache-2.0 */
/*
 * status.h - the method `status`: what this store holds, and who answers.
 * INTERFACE.md lists the members.
 */
#ifndef AKIN_QUERY_STATUS_H
#define AKIN_QUERY_STATUS_H

#include "service_internal.h"

akin_method_fn akin_status_answer;

#endif
