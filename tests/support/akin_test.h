/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin_test.h - what every test needs: cmocka in the right order, temporary
 * folders, and claims about statuses and sentences.
 *
 * Test functions are named as sentences. A test that needs the sample corpus
 * calls akin_test_need_shared() first, which skips it with a clear line where
 * the corpus is absent.
 */
#ifndef AKIN_TEST_H
#define AKIN_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "akin/error.h"

/* The call must succeed; prints the error's sentence when it does not. The call
 * must name its error object `err`. */
#define assert_ok(call)                                                        \
    do {                                                                       \
        enum akin_status st_ = (call);                                         \
        if (st_ != AKIN_OK)                                                    \
            fail_msg("%s: %s: %s", #call, akin_status_name(st_), err.text);    \
    } while (0)

/* The call must fail with this status and a text that holds this fragment. */
#define assert_fails_with(call, status, fragment)                              \
    do {                                                                       \
        enum akin_status st_ = (call);                                         \
        if (st_ != (status))                                                   \
            fail_msg("%s: %s instead of %s: %s", #call, akin_status_name(st_), \
                     akin_status_name(status),                                 \
                     st_ == AKIN_OK ? "" : err.text);                          \
        if (strstr(err.text, (fragment)) == NULL)                              \
            fail_msg("%s: \"%s\" does not say \"%s\"", #call, err.text,        \
                     (fragment));                                              \
    } while (0)

/* A fresh folder; removed with all in it by akin_test_remove. The caller frees
 * with free(). */
char *akin_test_folder(void);
void akin_test_remove(char *folder); /* also frees the text */
/* Copies the files and folders in one folder into another, over what has the
 * same name there. */
void akin_test_copy(const char *from, const char *to);

/* The sample corpus: a path below it, or the test is skipped. The caller frees
 * with free(). */
char *akin_test_need_shared(const char *below);

/* A file of the tests folder. The caller frees with free(). */
char *akin_test_file(const char *below);

/* Numbers that look random and are the same in every run. */
struct akin_test_random {
    uint64_t state;
};
uint64_t akin_test_random(struct akin_test_random *random);
/* 0 <= x < n */
uint64_t akin_test_below(struct akin_test_random *random, uint64_t n);
/* Uniform in [0, 1) and standard normal. */
double akin_test_uniform(struct akin_test_random *random);
double akin_test_normal(struct akin_test_random *random);

#endif
