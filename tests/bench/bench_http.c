/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_http.c - what HTTP adds: the same requests to one service over nanomsg
 * (ipc) and over HTTP (loopback, one connection kept), in turns, from one
 * client that waits for each answer.
 *
 * The client is a few lines here, so that its own cost is next to nothing; the
 * answers are read to their last byte.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "akin/client.h"
#include "akin/file.h"
#include "akin/log.h"
#include "akind/server.h"
#include "bench.h"
#include "http/http.h"

#define REQUESTS 300
#define REQUESTS_SIMILAR 40
#define TIMEOUT_MS 60000

struct side {
    struct akin_service *service;
    struct akin_server *server;
    struct akin_http *http;
    struct akin_client *client;
    int fd;
};

struct subject {
    const char *name, *method, *path; /* of the service; of HTTP */
    const struct akin_json *params;
    struct akin_span body; /* of HTTP; empty: GET */
    size_t n;
};

static enum akin_status
connect_there(unsigned port, int *fd, struct akin_error *err)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((in_port_t)port)};
    int on = 1;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *fd = socket(AF_INET, SOCK_STREAM, 0);
    if (*fd < 0 ||
        connect(*fd, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
        setsockopt(*fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0)
        return AKIN_FAIL(err, AKIN_EIO, "cannot connect");
    return AKIN_OK;
}

static enum akin_status
open_side(const char *store, struct side *side, struct akin_error *err)
{
    static const struct akin_http_rules rules = {.is_local = true};
    struct akin_config config;
    struct akin_buf url = {0};
    const char *listen;
    unsigned port = 0;
    enum akin_status st;

    akin_config_init(&config);
    akin_buf_printf(&url, "ipc:///tmp/akin-bench-http.%ld.sock",
                    (long)getpid());
    listen = akin_buf_text(&url);
    st = akin_service_open(store, &config, &side->service, err);
    if (st == AKIN_OK) {
        struct akin_server_options options = {
            .listen = &listen,
            .n_listen = 1,
            .n_workers = akin_config_threads(0),
            .max_bytes = config.query_max_bytes,
            .max_waiting = config.query_queue,
            .max_waiting_bytes = config.query_queue_bytes,
            .slow_ms = config.query_slow_ms};

        st = akin_server_start(side->service, &options, &side->server, err);
    }
    if (st == AKIN_OK)
        st = akin_http_start(side->service, &config, "127.0.0.1:0", &rules,
                             &side->http, &port, err);
    if (st == AKIN_OK)
        st = akin_client_open(listen, &side->client, err);
    if (st == AKIN_OK)
        st = connect_there(port, &side->fd, err);
    akin_buf_free(&url);
    return st;
}

static void
close_side(struct side *side)
{
    if (side->fd >= 0)
        (void)close(side->fd);
    akin_client_close(side->client);
    akin_http_stop(side->http);
    akin_server_stop(side->server);
    akin_service_close(side->service);
}

static enum akin_status
send_all(int fd, struct akin_span bytes, struct akin_error *err)
{
    while (bytes.len > 0) {
        ssize_t n = send(fd, bytes.data, bytes.len, MSG_NOSIGNAL);

        if (n <= 0)
            return AKIN_FAIL(err, AKIN_EIO, "send failed");
        bytes.data += n;
        bytes.len -= (size_t)n;
    }
    return AKIN_OK;
}

/* Reads one answer with a Content-Length to its end. */
static enum akin_status
read_answer(int fd, struct akin_buf *in, struct akin_error *err)
{
    size_t want = SIZE_MAX;

    akin_buf_clear(in);
    while (in->len < want) {
        char chunk[65536];
        ssize_t n = recv(fd, chunk, sizeof(chunk), 0);
        const char *end, *length;

        if (n <= 0)
            return AKIN_FAIL(err, AKIN_EIO, "the connection was closed");
        akin_buf_put(in, chunk, (size_t)n);
        end = strstr(akin_buf_text(in), "\r\n\r\n");
        length = strstr(akin_buf_text(in), "Content-Length: ");
        if (want == SIZE_MAX && end != NULL && length != NULL)
            want = (size_t)(end + 4 - akin_buf_text(in)) +
                   strtoul(length + 16, NULL, 10);
    }
    if (strncmp(akin_buf_text(in), "HTTP/1.1 200", 12) != 0)
        return AKIN_FAIL(err, AKIN_EIO, "%.200s", akin_buf_text(in));
    return AKIN_OK;
}

static enum akin_status
ask_http(const struct side *side, const struct subject *subject,
         struct akin_buf *in, double *ms, struct akin_error *err)
{
    struct akin_buf head = {0};
    uint64_t began = bench_now_ns();
    enum akin_status st;

    akin_buf_printf(&head, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n",
                    subject->body.len > 0 ? "POST" : "GET", subject->path);
    if (subject->body.len > 0)
        akin_buf_printf(&head,
                        "Content-Type: application/octet-stream\r\n"
                        "Content-Length: %zu\r\n",
                        subject->body.len);
    akin_buf_puts(&head, "\r\n");
    st = send_all(side->fd, akin_buf_span(&head), err);
    if (st == AKIN_OK)
        st = send_all(side->fd, subject->body, err);
    if (st == AKIN_OK)
        st = read_answer(side->fd, in, err);
    *ms = (double)(bench_now_ns() - began) / 1e6;
    akin_buf_free(&head);
    return st;
}

static enum akin_status
ask_message(const struct side *side, const struct subject *subject, double *ms,
            struct akin_error *err)
{
    struct akin_json *result = NULL;
    uint64_t began = bench_now_ns();
    enum akin_status st =
        akin_client_call(side->client, subject->method, subject->params,
                         TIMEOUT_MS, &result, err);

    *ms = (double)(bench_now_ns() - began) / 1e6;
    akin_json_free(result);
    return st;
}

static void
print_way(const char *name, const char *way, struct bench_samples *ms)
{
    char text[64];

    (void)snprintf(text, sizeof(text), "%s, %s", name, way);
    bench_row(text, ms, "ms");
    (void)snprintf(text, sizeof(text), "%s, %s, p99", name, way);
    bench_figure(text, bench_quantile(ms, 0.99), "ms");
    (void)snprintf(text, sizeof(text), "%s, %s, rate", name, way);
    bench_figure(text, (double)ms->n * 1e3 / bench_sum(ms), "requests/s");
}

static enum akin_status
measure(const struct side *side, const struct subject *subject,
        struct akin_error *err)
{
    struct bench_samples message = {0}, http = {0};
    struct akin_buf in = {0};
    char text[64];
    enum akin_status st = AKIN_OK;

    for (size_t i = 0; st == AKIN_OK && i < subject->n + 5; i++) {
        double a = 0, b = 0;

        st = ask_message(side, subject, &a, err);
        if (st == AKIN_OK)
            st = ask_http(side, subject, &in, &b, err);
        if (i < 5)
            continue; /* warming up */
        bench_add(&message, a);
        bench_add(&http, b);
    }
    if (st == AKIN_OK) {
        print_way(subject->name, "message", &message);
        print_way(subject->name, "HTTP", &http);
        (void)snprintf(text, sizeof(text), "%s, HTTP adds at p50",
                       subject->name);
        bench_figure(text,
                     bench_quantile(&http, 0.5) - bench_quantile(&message, 0.5),
                     "ms");
    }
    bench_samples_free(&message);
    bench_samples_free(&http);
    akin_buf_free(&in);
    return st;
}

static enum akin_status
parsed(const char *text, struct akin_json **out, struct akin_error *err)
{
    return akin_json_parse(akin_span_str(text), out, err);
}

static enum akin_status
measure_all(const struct side *side, const char *image, struct akin_error *err)
{
    struct akin_json *search = NULL, *gide = NULL, *similar = NULL, *form;
    struct akin_buf bytes = {0}, base64 = {0};
    enum akin_status st = akin_file_read(image, 1U << 30, &bytes, err);

    if (st == AKIN_OK)
        st = parsed("{\"text\":\"cells\",\"k\":20}", &search, err);
    if (st == AKIN_OK)
        st = parsed("{\"text\":\"cells\",\"k\":20,\"facet_size\":50,"
                    "\"exclude_own\":true,\"facets\":[\"publisher\","
                    "\"organism\",\"imaging_method\",\"year\",\"license\"]}",
                    &gide, err);
    if (st == AKIN_OK)
        st = parsed("{\"k\":10}", &similar, err);
    if (st == AKIN_OK) {
        struct subject subjects[] = {{"search",
                                      "search",
                                      "/v1/search?text=cells&k=20",
                                      search,
                                      {0},
                                      REQUESTS},
                                     {"GIDE search",
                                      "search",
                                      "/search?q=cells&size=20",
                                      gide,
                                      {0},
                                      REQUESTS},
                                     {"similar", "similar", "/v1/similar?k=10",
                                      similar, akin_buf_span(&bytes),
                                      REQUESTS_SIMILAR}};

        form = akin_json_object();
        akin_base64_encode(akin_buf_span(&bytes), &base64);
        akin_json_set_text(form, "base64", akin_buf_text(&base64));
        akin_json_set(similar, "image", form);
        bench_header();
        for (size_t i = 0; st == AKIN_OK && i < AKIN_COUNT(subjects); i++)
            st = measure(side, &subjects[i], err);
    }
    akin_json_free(search);
    akin_json_free(gide);
    akin_json_free(similar);
    akin_buf_free(&bytes);
    akin_buf_free(&base64);
    return st;
}

int
bench_http(int argc, char **argv)
{
    struct side side = {.fd = -1};
    struct akin_error err = {0};
    enum akin_status st;

    if (argc != 3)
        return bench_usage("http STORE IMAGE");
    akin_log_set_level(AKIN_LOG_WARN);
    st = open_side(argv[1], &side, &err);
    if (st == AKIN_OK)
        st = measure_all(&side, argv[2], &err);
    close_side(&side);
    return st == AKIN_OK ? 0 : bench_failed(&err);
}
