/* SPDX-License-Identifier: Apache-2.0 */
#include "gate.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "akin/hash.h"

/* The name in "name:port" and "[address]:port". */
static struct akin_span
name_of(const char *host)
{
    const char *end = host[0] == '[' ? strchr(host, ']') : NULL;

    if (end != NULL)
        return akin_span_of(host, (size_t)(end - host) + 1);
    return akin_span_of(host, strcspn(host, ":"));
}

static bool
is_name(struct akin_span name, const char *text)
{
    return name.len == strlen(text) &&
           strncasecmp((const char *)name.data, text, name.len) == 0;
}

bool
akin_http_host_ok(const struct akin_http_rules *rules, const char *host)
{
    static const char *const ours[] = {"127.0.0.1", "localhost", "[::1]"};
    struct akin_span name;

    if (!rules->is_local && rules->n_hosts == 0)
        return true;
    if (host == NULL)
        return false;
    name = name_of(host);
    for (size_t i = 0; i < AKIN_COUNT(ours); i++)
        if (is_name(name, ours[i]))
            return true;
    for (size_t i = 0; i < rules->n_hosts; i++)
        if (is_name(name, rules->hosts[i]))
            return true;
    return false;
}

bool
akin_http_origin_ok(const struct akin_http_rules *rules, const char *origin)
{
    for (size_t i = 0; origin != NULL && i < rules->n_origins; i++)
        if (strcmp(rules->origins[i], "*") == 0 ||
            strcmp(rules->origins[i], origin) == 0)
            return true;
    return false;
}

bool
akin_http_same_origin(const char *origin, const char *host)
{
    const char *slashes = strstr(origin, "://");

    return host != NULL && slashes != NULL &&
           strcasecmp(slashes + 3, host) == 0;
}

bool
akin_http_token_ok(const char *token, const char *authorization)
{
    size_t n = strlen(token), given;
    const char *at = authorization;
    unsigned differ;

    if (at == NULL || strncasecmp(at, "Bearer ", 7) != 0)
        return false;
    at += 7 + strspn(at + 7, " ");
    given = strlen(at);
    differ = given != n;
    for (size_t i = 0; i < n; i++)
        differ |= (unsigned)(uint8_t)token[i] ^
                  (given > 0 ? (unsigned)(uint8_t)at[i % given] : 1U);
    return differ == 0;
}

#define SLOTS 4096
#define WAYS 4

struct bucket {
    uint64_t client; /* hash of its address; 0: free */
    double tokens, at_ms;
};

struct akin_http_rates {
    double per_s, burst;
    pthread_mutex_t lock;
    struct bucket bucket[SLOTS];
};

struct akin_http_rates *
akin_http_rates_new(double per_s, double burst)
{
    struct akin_http_rates *rates = akin_new(1, sizeof(*rates));

    rates->per_s = per_s;
    rates->burst = burst < 1 ? 1 : burst;
    (void)pthread_mutex_init(&rates->lock, NULL);
    return rates;
}

void
akin_http_rates_free(struct akin_http_rates *rates)
{
    if (rates == NULL)
        return;
    (void)pthread_mutex_destroy(&rates->lock);
    free(rates);
}

/* An IPv6 address up to its fourth group. */
static struct akin_span
network_of(const char *client)
{
    size_t n = 0, colons = 0;

    if (strchr(client, ':') == NULL)
        return akin_span_str(client);
    for (; client[n] != '\0' && colons < 4; n++)
        colons += client[n] == ':';
    return akin_span_of(client, n);
}

/* Its bucket, or that of whoever was away longest among the few places where
 * it may be. */
static struct bucket *
find_bucket(struct akin_http_rates *rates, const char *client, double now_ms)
{
    struct akin_hash hash = akin_hash_of(network_of(client));
    uint64_t key = akin_le64(hash.bytes) | 1U;
    struct bucket *first = &rates->bucket[key % (SLOTS / WAYS) * WAYS];
    struct bucket *oldest = first;

    for (size_t i = 0; i < WAYS; i++) {
        if (first[i].client == key)
            return &first[i];
        if (first[i].at_ms < oldest->at_ms)
            oldest = &first[i];
    }
    *oldest = (struct bucket){key, rates->burst, now_ms};
    return oldest;
}

bool
akin_http_rates_take(struct akin_http_rates *rates, const char *client,
                     double now_ms, unsigned *wait_s)
{
    struct bucket *bucket;
    bool ok;

    *wait_s = 0;
    if (!(rates->per_s > 0))
        return true;
    (void)pthread_mutex_lock(&rates->lock);
    bucket = find_bucket(rates, client, now_ms);
    bucket->tokens =
        fmin(rates->burst,
             bucket->tokens + (now_ms - bucket->at_ms) / 1e3 * rates->per_s);
    bucket->at_ms = now_ms;
    ok = bucket->tokens >= 1;
    if (ok)
        bucket->tokens -= 1;
    else
        *wait_s =
            (unsigned)ceil(fmin((1 - bucket->tokens) / rates->per_s, 3600));
    (void)pthread_mutex_unlock(&rates->lock);
    return ok;
}
