/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin_test_tsan.h - for tests that call FAISS: ThreadSanitizer does not see
 * how FAISS and the BLAS, which are not instrumented, keep their threads in
 * order. Include it in the test's own file, once.
 *
 * It also makes arithmetic some thirty times slower. Loops that only try more
 * places of the same kind take every akin_test_stride-th there.
 */
#ifndef AKIN_TEST_TSAN_H
#define AKIN_TEST_TSAN_H

#ifdef __SANITIZE_THREAD__
enum { akin_test_stride = 2 };
const char *__tsan_default_suppressions(void);

const char *
__tsan_default_suppressions(void)
{
    return "race:libopenblas\n"
           "race:libfaiss\n"
           "called_from_lib:libgomp\n"
           "called_from_lib:libopenblas\n";
}
#else
enum { akin_test_stride = 1 };
#endif

#endif
