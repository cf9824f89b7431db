/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer.h - the method `collect`: what a collection would hold. Nothing is
 * written; it takes one thread. Image files are read only when "pixels" is
 * true: without, uninformative tiles and copies within a study are not seen.
 *
 * Threads: as service.h.
 */
#ifndef AKIN_COLLECT_ANSWER_H
#define AKIN_COLLECT_ANSWER_H

#include "service_internal.h"

akin_method_fn akin_collect_answer;

#endif
