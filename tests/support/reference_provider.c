/* SPDX-License-Identifier: Apache-2.0 */
#include "reference_provider.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <nanomsg/nn.h>
#include <nanomsg/reqrep.h>

#define TICK_MS 50
#define LEVELS ((size_t)256)

/* The even numbers tell levels, the odd ones differences to the right. */
static void
describe_tile(const uint8_t *px, uint32_t edge, uint32_t channels, uint32_t dim,
              float *out)
{
    size_t n_px = (size_t)edge * edge, row = (size_t)edge * channels;
    double *count = akin_new(2 * LEVELS, sizeof(*count));

    for (size_t i = 0; i < n_px * channels; i++) {
        size_t right = (i % row) + channels < row ? i + channels : i;
        int step = abs((int)px[i] - (int)px[right]);

        count[px[i]]++;
        count[LEVELS + (size_t)step]++;
    }
    for (uint32_t k = 0; k < dim; k++)
        out[k] = 0;
    for (size_t v = 0; v < LEVELS; v++) {
        size_t half = (dim + 1) / 2, k = v * half / LEVELS;

        out[2 * k] += (float)(count[v] / (double)(n_px * channels));
        if (2 * k + 1 < dim)
            out[2 * k + 1] +=
                (float)(count[LEVELS + v] / (double)(n_px * channels));
    }
    for (uint32_t k = 0; k < dim; k++)
        out[k] = sqrtf(out[k]);
    free(count);
}

static void
put_head(const struct akin_test_provider *p,
         const struct akin__provider_request *request, size_t n,
         const char *text, struct akin_buf *out)
{
    bool is_refusal = p->wrong == AKIN_WRONG_REFUSED;
    uint8_t head[AKIN__PROVIDER_HEAD];

    for (size_t i = 0; i < 4; i++)
        head[i] =
            (uint8_t)(p->wrong == AKIN_WRONG_GARBAGE ? "HTTP" : "AKDP")[i];
    akin_put_le16(head + 4, 1);
    akin_put_le16(head + 6, is_refusal ? 0 : (uint16_t)request->kind);
    akin_put_le32(head + 8,
                  request->number + (p->wrong == AKIN_WRONG_NUMBER ? 1 : 0));
    akin_put_le32(head + 12, (uint32_t)n);
    akin_put_le32(head + 16, p->dim);
    akin_put_le32(head + 20, (uint32_t)strlen(text));
    akin_buf_clear(out);
    akin_buf_put(out, head, sizeof(head));
    akin_buf_puts(out, text);
}

static void
put_numbers(const struct akin_test_provider *p,
            const struct akin_provider_tiles *tiles, size_t n,
            struct akin_buf *out)
{
    size_t bytes = (size_t)tiles->edge * tiles->edge * tiles->channels;
    float *numbers = akin_new(p->dim, sizeof(*numbers));

    for (size_t i = 0; i < n; i++) {
        describe_tile(tiles->px + i * bytes, tiles->edge, tiles->channels,
                      p->dim, numbers);
        if (i + 1 == n && p->wrong == AKIN_WRONG_NAN)
            numbers[p->dim - 1] = NAN;
        for (uint32_t k = 0; k < p->dim; k++) {
            uint8_t word[4];
            uint32_t bits;

            memcpy(&bits, &numbers[k], sizeof(bits));
            akin_put_le32(word, bits);
            akin_buf_put(out, word, sizeof(word));
        }
    }
    free(numbers);
}

bool
akin_test_provider_answer(const struct akin_test_provider *provider,
                          struct akin_span request, struct akin_buf *out)
{
    struct akin__provider_request asked;
    const char *text = provider->name;
    size_t n;

    if (provider->wrong == AKIN_WRONG_SILENT ||
        akin__provider_get_request(request, &asked, NULL) != AKIN_OK)
        return false;
    n = asked.tiles.n;
    if (provider->wrong == AKIN_WRONG_COUNT && n > 0)
        n--;
    if (provider->wrong == AKIN_WRONG_NAME)
        text = "two words";
    if (provider->wrong == AKIN_WRONG_REFUSED)
        text = "the model is being loaded";
    put_head(provider, &asked, n, text, out);
    if (provider->wrong != AKIN_WRONG_REFUSED)
        put_numbers(provider, &asked.tiles, n, out);
    if (provider->wrong == AKIN_WRONG_LENGTH)
        out->len--;
    return true;
}

static void
serve_one(struct akin_test_provider *p, int sock, struct akin_buf *out)
{
    void *message = NULL;
    int n = nn_recv(sock, &message, NN_MSG, 0);

    if (n < 0)
        return;
    (void)atomic_fetch_add(&p->n_requests, 1);
    if (n >= (int)AKIN__PROVIDER_HEAD)
        (void)atomic_fetch_add(&p->n_tiles,
                               akin_le32((const uint8_t *)message + 12));
    if (akin_test_provider_answer(p, akin_span_of(message, (size_t)n), out))
        (void)nn_send(sock, out->data, out->len, 0);
    (void)nn_freemsg(message);
}

bool
akin_test_provider_serve(struct akin_test_provider *provider)
{
    int sock = nn_socket(AF_SP, NN_REP), tick = TICK_MS, any = -1;
    struct akin_buf out = {0};
    bool is_bound = sock >= 0 &&
                    nn_setsockopt(sock, NN_SOL_SOCKET, NN_RCVTIMEO, &tick,
                                  sizeof(tick)) == 0 &&
                    nn_setsockopt(sock, NN_SOL_SOCKET, NN_RCVMAXSIZE, &any,
                                  sizeof(any)) == 0 &&
                    nn_bind(sock, provider->endpoint) >= 0;

    atomic_store(&provider->is_ready, is_bound ? 1 : -1);
    while (is_bound && atomic_load(&provider->stop) == 0)
        serve_one(provider, sock, &out);
    if (sock >= 0)
        (void)nn_close(sock);
    akin_buf_free(&out);
    return is_bound;
}
