/* SPDX-License-Identifier: Apache-2.0 */
/*
 * simd.h - AKIN_SIMD before a hot function: gcc compiles it three times on
 * x86-64, for AVX-512 (with its bytes and words: x86-64-v4), for AVX2 and for
 * any processor, and the loader picks.
 *
 * The files that use this are compiled with -ffp-contract=off: the same image
 * gives the same bits on all. Off where it does not work: clang 14, other
 * processors, sanitizers. (Names of single processors, "arch=haswell", are not
 * for here: the loader would pick them on exactly those.)
 *
 * AKIN_SIMD_FMA is for the layers of the network, where half the time is worth
 * more than the last bit of a float (features are kept as float16): the vector
 * versions fuse. AKIN_SIMD_WIDE and _NARROW split one function in two by the
 * registers that there are; akin__has_wide_simd says which to call.
 * AKIN_SIMD_AMX, where it is defined, is for network_amx.c.
 */
#ifndef AKIN_SIMD_H
#define AKIN_SIMD_H

#include <stdint.h>
#include <stdlib.h>

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) &&         \
    defined(__gnu_linux__) && !defined(__SANITIZE_ADDRESS__) &&                \
    !defined(__SANITIZE_THREAD__)
#define AKIN_SIMD                                                              \
    __attribute__((target_clones("arch=x86-64-v4", "avx2", "default")))
#define AKIN_SIMD_FMA                                                          \
    __attribute__((target_clones("avx512f", "fma", "default")))
#define AKIN_SIMD_WIDE __attribute__((target("avx512f")))
#define AKIN_SIMD_NARROW __attribute__((target_clones("fma", "default")))
#define AKIN_SIMD_AMX                                                          \
    __attribute__((target("arch=x86-64-v4,avx512bf16,amx-tile,amx-bf16")))
#define akin__has_wide_simd() (__builtin_cpu_supports("avx512f") != 0)
#else
#define AKIN_SIMD
#define AKIN_SIMD_FMA
#define AKIN_SIMD_WIDE
#define AKIN_SIMD_NARROW
#define akin__has_wide_simd() false
#endif

/* Memory that begins where a line of the cache does, as vector registers like
 * it (malloc gives 16 bytes behind a page, and each load touches two lines);
 * NULL when there is none. For free(). Only for what is kept: glibc does not
 * give such memory out again as it was, so that what comes and goes adds up. */
#define AKIN__LINE ((size_t)64)
static inline void *
akin__new_lines(size_t size)
{
    if (size > SIZE_MAX - AKIN__LINE)
        return NULL;
    return aligned_alloc(AKIN__LINE,
                         (size + AKIN__LINE - 1) / AKIN__LINE * AKIN__LINE);
}

/* A helper of such a function: must become part of each clone. */
#define AKIN_INLINE static inline __attribute__((always_inline))

#endif
