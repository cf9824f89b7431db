/* SPDX-License-Identifier: Apache-2.0 */
/* fetch.c - the only file that sees libcurl. */
#include "fetch.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

/* A range of addresses: the first n bits are these. */
struct range {
    uint8_t bytes[16];
    unsigned n_bits;
};

static const struct range not_public4[] = {
    {{0}, 8},             /* this network */
    {{10}, 8},            /* private */
    {{100, 64}, 10},      /* carrier's NAT */
    {{127}, 8},           /* loopback */
    {{169, 254}, 16},     /* link-local */
    {{172, 16}, 12},      /* private */
    {{192, 0, 0}, 24},    /* protocol assignments */
    {{192, 0, 2}, 24},    /* documentation */
    {{192, 88, 99}, 24},  /* 6to4 relays */
    {{192, 168}, 16},     /* private */
    {{198, 18}, 15},      /* benchmarks */
    {{198, 51, 100}, 24}, /* documentation */
    {{203, 0, 113}, 24},  /* documentation */
    {{224}, 4},           /* multicast */
    {{240}, 4},           /* reserved, broadcast */
};

/* Of IPv6, only 2000::/3 is given out; parts of it are special. */
static const struct range global6 = {{0x20}, 3};
static const struct range not_public6[] = {
    {{0x20, 0x01, 0x00}, 23},       /* protocol assignments, Teredo */
    {{0x20, 0x01, 0x0d, 0xb8}, 32}, /* documentation */
    {{0x20, 0x02}, 16},             /* 6to4: an IPv4 address within */
    {{0x3f, 0xff, 0x00}, 20},       /* documentation */
};

static bool
lies_in(const uint8_t *bytes, const struct range *range)
{
    size_t whole = range->n_bits / 8;
    unsigned rest = range->n_bits % 8;

    if (memcmp(bytes, range->bytes, whole) != 0)
        return false;
    return rest == 0 || (bytes[whole] ^ range->bytes[whole]) >> (8 - rest) == 0;
}

static bool
lies_in_any(const uint8_t *bytes, const struct range *ranges, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (lies_in(bytes, &ranges[i]))
            return true;
    return false;
}

bool
akin_fetch_is_public(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;

        memcpy(&in, address, sizeof(in));
        return !lies_in_any((const uint8_t *)&in.sin_addr, not_public4,
                            AKIN_COUNT(not_public4));
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 in;

        memcpy(&in, address, sizeof(in));
        return lies_in(in.sin6_addr.s6_addr, &global6) &&
               !lies_in_any(in.sin6_addr.s6_addr, not_public6,
                            AKIN_COUNT(not_public6));
    }
    return false;
}

/* One address under way. */
struct fetch {
    const struct akin_fetch_rules *rules;
    struct akin_buf body;
    bool is_refused, is_too_large, no_memory;
    char refused[INET6_ADDRSTRLEN];
};

static void
note_address(struct fetch *fetch, const struct sockaddr *address)
{
    fetch->is_refused = true;
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;

        memcpy(&in, address, sizeof(in));
        (void)inet_ntop(AF_INET, &in.sin_addr, fetch->refused,
                        sizeof(fetch->refused));
    } else if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 in;

        memcpy(&in, address, sizeof(in));
        (void)inet_ntop(AF_INET6, &in.sin6_addr, fetch->refused,
                        sizeof(fetch->refused));
    }
}

/* The name is looked up by now, and this is what will be connected to. */
static curl_socket_t
open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct fetch *fetch = ctx;
    struct sockaddr_storage plain = {0};
    size_t len =
        address->addrlen < sizeof(plain) ? address->addrlen : sizeof(plain);

    memcpy(&plain, &address->addr, len);
    if (purpose != CURLSOCKTYPE_IPCXN ||
        !fetch->rules->may_connect((const struct sockaddr *)&plain)) {
        note_address(fetch, (const struct sockaddr *)&plain);
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype, address->protocol);
}

static size_t
take(char *data, size_t size, size_t n, void *ctx)
{
    struct fetch *fetch = ctx;
    size_t len = size * n; /* size is 1 */

    fetch->is_too_large = len > fetch->rules->max_bytes ||
                          fetch->body.len > fetch->rules->max_bytes - len;
    if (fetch->is_too_large)
        return 0;
    fetch->no_memory =
        akin_buf_append(&fetch->body, data, len, NULL) != AKIN_OK;
    return fetch->no_memory ? 0 : len;
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static CURLcode ready;

static void
start_curl(void)
{
    ready = curl_global_init(CURL_GLOBAL_DEFAULT);
}

#define SET(option, value)                                                     \
    if (rc == CURLE_OK)                                                        \
    rc = curl_easy_setopt(curl, option, value)

static CURLcode
set_up(CURL *curl, const char *url, struct fetch *fetch, char *text)
{
    CURLcode rc = CURLE_OK;

    SET(CURLOPT_URL, url);
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    SET(CURLOPT_FOLLOWLOCATION, 1L);
    SET(CURLOPT_MAXREDIRS, (long)AKIN_FETCH_REDIRECTS);
    /* some servers close after an answer without having said so */
    SET(CURLOPT_FORBID_REUSE, 1L);
    SET(CURLOPT_PROXY, "");
    SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
    SET(CURLOPT_OPENSOCKETDATA, fetch);
    SET(CURLOPT_WRITEFUNCTION, take);
    SET(CURLOPT_WRITEDATA, fetch);
    SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)fetch->rules->max_bytes);
    SET(CURLOPT_TIMEOUT_MS, (long)fetch->rules->timeout_ms);
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)fetch->rules->timeout_ms);
    SET(CURLOPT_FAILONERROR, 1L);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_USERAGENT, "akin");
    SET(CURLOPT_ERRORBUFFER, text);
    return rc;
}

static enum akin_status
judge(CURLcode rc, const char *url, const struct fetch *fetch, const char *text,
      struct akin_error *err)
{
    if (rc == CURLE_OK)
        return AKIN_OK;
    if (fetch->no_memory || rc == CURLE_OUT_OF_MEMORY)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for what is at %.120s",
                         url);
    if (fetch->is_too_large || rc == CURLE_FILESIZE_EXCEEDED)
        return AKIN_FAIL(err, AKIN_ELIMIT,
                         "what is at %.120s is larger than %" PRIu64 " bytes",
                         url, fetch->rules->max_bytes);
    if (fetch->is_refused)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "%.100s leads to %s, which is no public address", url,
                         fetch->refused);
    if (rc == CURLE_UNSUPPORTED_PROTOCOL || rc == CURLE_URL_MALFORMAT ||
        rc == CURLE_LOGIN_DENIED)
        return AKIN_FAIL(err, AKIN_EINVAL, "%.100s: %.100s", url,
                         text[0] != '\0' ? text : curl_easy_strerror(rc));
    return AKIN_FAIL(err, AKIN_EIO, "%.100s could not be fetched: %.100s", url,
                     text[0] != '\0' ? text : curl_easy_strerror(rc));
}

enum akin_status
akin_fetch(const char *url, const struct akin_fetch_rules *rules,
           struct akin_buf *out, struct akin_error *err)
{
    struct fetch fetch = {.rules = rules};
    char text[CURL_ERROR_SIZE] = "";
    CURL *curl;
    CURLcode rc;
    enum akin_status st;

    /* libcurl would guess what "ftp.x" or "x/y" is. */
    if (strncasecmp(url, "http://", 7) != 0 &&
        strncasecmp(url, "https://", 8) != 0)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "\"%.100s\" does not begin with http:// or https://",
                         url);
    (void)pthread_once(&once, start_curl);
    curl = ready == CURLE_OK ? curl_easy_init() : NULL;
    if (curl == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory to fetch %.120s", url);
    rc = set_up(curl, url, &fetch, text);
    if (rc == CURLE_OK)
        rc = curl_easy_perform(curl);
    curl_easy_cleanup(curl);
    st = judge(rc, url, &fetch, text, err);
    if (st == AKIN_OK)
        st = akin_buf_append(out, fetch.body.data, fetch.body.len, err);
    akin_buf_free(&fetch.body);
    return st;
}
