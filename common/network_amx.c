/* SPDX-License-Identifier: Apache-2.0 */
/*
 * network_amx.c - the 1 x 1 layers on processors with tiles of bfloat16 (AMX;
 * Intel 64 and IA-32 Architectures Software Developer's Manual, volume 1,
 * chapter 18), where they are most of the network's time.
 *
 * A float is split into two bfloat16, high + low, which hold 16 of its 24 bits.
 * Weights come as float16, with 11 bits, and lose nothing; of the four products
 * the one of both low parts, below 2^-17 of the whole, is left out. Sums are
 * floats. That is far below the last bit of the float16 that features are kept
 * as.
 *
 * The system gives the tiles to a process that asks for them (Linux
 * Documentation/arch/x86/xstate.rst); whoever is refused computes as on every
 * other processor.
 */
#include "network_internal.h"

#include <stdlib.h>
#include <string.h>

#include "simd.h"

#ifdef AKIN_SIMD_AMX

#include <assert.h>
#include <immintrin.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ARCH_REQ_XCOMP_PERM 0x1023
#define XFEATURE_TILE_DATA 18
#define EDGE ((size_t)16) /* rows of a tile; floats in one */
#define BLOCK (2 * EDGE)  /* px and outputs that are handled together */
#define N_IN_MAX ((size_t)256)

/* What _tile_loadconfig reads. */
struct tile_config {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
};
_Static_assert(sizeof(struct tile_config) == 64, "as the processor has it");

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool is_granted;

static void
ask(void)
{
    is_granted =
        __builtin_cpu_supports("amx-bf16") &&
        __builtin_cpu_supports("avx512bf16") &&
        __builtin_cpu_supports("x86-64-v4") &&
        syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_TILE_DATA) == 0;
}

bool
akin__has_amx(void)
{
    (void)pthread_once(&once, ask);
    return is_granted;
}

/* The bfloat16 nearest to a finite float. */
static uint16_t
rounded(float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof(bits));
    return (uint16_t)((bits + 0x7fffu + (bits >> 16 & 1)) >> 16);
}

static float
widened(uint16_t half)
{
    uint32_t bits = (uint32_t)half << 16;
    float value;

    memcpy(&value, &bits, sizeof(value));
    return value;
}

/* Inputs that one tile holds. */
static size_t
depth_of(size_t n_in)
{
    return n_in < BLOCK ? n_in : BLOCK;
}

/* Tiles lie as they are read: for 32 outputs, for `depth` inputs: the high
 * parts for the first 16 outputs, for the other 16, and the low parts likewise.
 * In a tile, a row holds two inputs for each output. */
void
akin__amx_pack(const float *weight, size_t n_in, size_t n_out, float *packed)
{
    size_t depth = depth_of(n_in), tile = depth * EDGE;
    uint8_t *to = (uint8_t *)packed;

    assert(n_in % depth == 0 && n_out % BLOCK == 0);
    for (size_t g = 0; g < n_out; g += BLOCK)
        for (size_t i = 0; i < n_in; i += depth, to += 8 * tile)
            for (size_t k = 0; k < depth * BLOCK; k++) {
                size_t in = k / BLOCK, out = k % BLOCK;
                float w = weight[(i + in) * n_out + g + out];
                uint16_t high = rounded(w), low = rounded(w - widened(high));
                size_t at = out / EDGE * tile + in / 2 * BLOCK +
                            2 * (out % EDGE) + in % 2;

                memcpy(to + 2 * at, &high, sizeof(high));
                memcpy(to + 2 * (at + 2 * tile), &low, sizeof(low));
            }
}

/* The inputs of 32 px as bfloat16, a row of n_in for each. */
struct split {
    _Alignas(64) uint16_t high[BLOCK * N_IN_MAX];
    uint16_t apart[BLOCK]; /* not a multiple of a page between the two */
    uint16_t low[BLOCK * N_IN_MAX];
};

/* The high parts of 32 floats in one register: a store that the tile's load
 * of it need not wait for. */
AKIN_SIMD_AMX static void
split_inputs(const float *in, size_t n, struct split *out)
{
    for (size_t i = 0; i < n; i += BLOCK) {
        __m512 a = _mm512_loadu_ps(in + i), b = _mm512_loadu_ps(in + i + EDGE);
        __m512i high = (__m512i)_mm512_cvtne2ps_pbh(b, a);
        __m512i wide_a = _mm512_cvtepu16_epi32(_mm512_castsi512_si256(high));
        __m512i wide_b =
            _mm512_cvtepu16_epi32(_mm512_extracti64x4_epi64(high, 1));

        a = _mm512_sub_ps(a,
                          _mm512_castsi512_ps(_mm512_slli_epi32(wide_a, 16)));
        b = _mm512_sub_ps(b,
                          _mm512_castsi512_ps(_mm512_slli_epi32(wide_b, 16)));
        _mm512_storeu_si512(out->high + i, high);
        _mm512_storeu_si512(out->low + i, (__m512i)_mm512_cvtne2ps_pbh(b, a));
    }
}

/* 32 px by 32 outputs into sum: low x high, high x high, high x low. Tiles 0..3
 * are the sums, 4 and 5 inputs, 6 and 7 weights. */
AKIN_SIMD_AMX static void
multiply(const struct split *in, size_t n_in, const uint8_t *weight,
         float sum[BLOCK][BLOCK])
{
    size_t depth = depth_of(n_in), tile = 2 * depth * EDGE;
    size_t half = EDGE * n_in;

    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (size_t i = 0; i < n_in; i += depth, weight += 4 * tile) {
        _tile_loadd(4, in->low + i, 2 * n_in);
        _tile_loadd(5, in->low + half + i, 2 * n_in);
        _tile_loadd(6, weight, 64);
        _tile_loadd(7, weight + tile, 64);
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 7);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
        _tile_loadd(4, in->high + i, 2 * n_in);
        _tile_loadd(5, in->high + half + i, 2 * n_in);
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 7);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
        _tile_loadd(6, weight + 2 * tile, 64);
        _tile_loadd(7, weight + 3 * tile, 64);
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 7);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
    }
    _tile_stored(0, &sum[0][0], sizeof(sum[0]));
    _tile_stored(1, &sum[0][EDGE], sizeof(sum[0]));
    _tile_stored(2, &sum[EDGE][0], sizeof(sum[0]));
    _tile_stored(3, &sum[EDGE][EDGE], sizeof(sum[0]));
}

/* 32 px by 32 outputs: what is added to the sums, and ReLU. */
AKIN_SIMD_AMX static void
finish(float sum[BLOCK][BLOCK], size_t n_out, const float *bias,
       const float *residual, float *out)
{
    for (size_t p = 0; p < BLOCK; p++)
        for (size_t k = 0; k < BLOCK; k += EDGE) {
            __m512 v = _mm512_add_ps(_mm512_loadu_ps(&sum[p][k]),
                                     _mm512_loadu_ps(bias + k));

            if (residual != NULL)
                v = _mm512_add_ps(v, _mm512_loadu_ps(residual + p * n_out + k));
            _mm512_storeu_ps(out + p * n_out + k,
                             _mm512_max_ps(v, _mm512_setzero_ps()));
        }
}

AKIN_SIMD_AMX void
akin__amx_pointwise(const float *in, size_t n_px, size_t n_in, size_t n_out,
                    const float *weight, const float *bias,
                    const float *residual, float *out)
{
    size_t depth = depth_of(n_in);
    struct tile_config config = {.palette = 1};
    _Alignas(64) float sum[BLOCK][BLOCK];
    struct split split;

    assert(n_px % BLOCK == 0 && n_in <= N_IN_MAX);
    for (size_t i = 0; i < 8; i++) {
        config.row_bytes[i] = (uint16_t)(i == 4 || i == 5 ? 2 * depth : 64);
        config.rows[i] = (uint8_t)(i < 6 ? EDGE : depth / 2);
    }
    _tile_loadconfig(&config);
    for (size_t p = 0; p < n_px; p += BLOCK) {
        split_inputs(in + p * n_in, BLOCK * n_in, &split);
        for (size_t g = 0; g < n_out; g += BLOCK) {
            size_t at = p * n_out + g;

            multiply(&split, n_in, (const uint8_t *)(weight + g * n_in), sum);
            finish(sum, n_out, bias + g,
                   residual != NULL ? residual + at : NULL, out + at);
        }
    }
    _tile_release();
}

#else

bool
akin__has_amx(void)
{
    return false;
}

void
akin__amx_pack(const float *weight, size_t n_in, size_t n_out, float *packed)
{
    (void)weight, (void)n_in, (void)n_out, (void)packed;
    abort(); /* akin__has_amx says so */
}

void
akin__amx_pointwise(const float *in, size_t n_px, size_t n_in, size_t n_out,
                    const float *weight, const float *bias,
                    const float *residual, float *out)
{
    (void)in, (void)n_px, (void)n_in, (void)n_out;
    (void)weight, (void)bias, (void)residual, (void)out;
    abort();
}

#endif
