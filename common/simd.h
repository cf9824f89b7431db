/* SPDX-License-Identifier: Apache-2.0 */
/*
 * simd.h - AKIN_SIMD before a hot function: gcc compiles it twice on x86-64,
 * for AVX2 and for any processor, and the loader picks.
 *
 * "avx2" does not bring FMA with it, and the files that use this are compiled
 * with -ffp-contract=off: the same image gives the same bits on both. Off
 * where it does not work: clang 14, other processors, sanitizers.
 *
 * AKIN_SIMD_FMA is for the layers of the network, where half the time is worth
 * more than the last bit of a float (features are kept as float16): the vector
 * versions fuse. AKIN_SIMD_WIDE and _NARROW split one function in two by the
 * registers that there are; akin__has_wide_simd says which to call.
 */
#ifndef AKIN_SIMD_H
#define AKIN_SIMD_H

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) &&         \
    defined(__gnu_linux__) && !defined(__SANITIZE_ADDRESS__) &&                \
    !defined(__SANITIZE_THREAD__)
#define AKIN_SIMD __attribute__((target_clones("avx512f", "avx2", "default")))
#define AKIN_SIMD_FMA                                                          \
    __attribute__((target_clones("avx512f", "arch=haswell", "default")))
#define AKIN_SIMD_WIDE __attribute__((target("avx512f")))
#define AKIN_SIMD_NARROW                                                       \
    __attribute__((target_clones("arch=haswell", "default")))
#define akin__has_wide_simd() (__builtin_cpu_supports("avx512f") != 0)
#else
#define AKIN_SIMD
#define AKIN_SIMD_FMA
#define AKIN_SIMD_WIDE
#define AKIN_SIMD_NARROW
#define akin__has_wide_simd() false
#endif

/* A helper of such a function: must become part of each clone. */
#define AKIN_INLINE static inline __attribute__((always_inline))

#endif
