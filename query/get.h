/* SPDX-License-Identifier: Apache-2.0 */
/*
 * get.h - the method `get`: one dataset with its images and, if asked for, its
 * history; or why it is not there any more. INTERFACE.md lists the members.
 */
#ifndef AKIN_QUERY_GET_H
#define AKIN_QUERY_GET_H

#include "service_internal.h"

#define AKIN_GET_IMAGES 100       /* images in an answer unless asked */
#define AKIN_GET_IMAGES_MAX 10000 /* most that may be asked for */

akin_method_fn akin_get_answer;

#endif
