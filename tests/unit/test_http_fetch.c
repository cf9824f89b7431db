/* SPDX-License-Identifier: Apache-2.0 */
/* Fetching by address, against a server of a few lines on this machine. */
#include "akin_test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http/fetch.h"

static void
fill4(const char *text, struct sockaddr_storage *out)
{
    struct sockaddr_in in = {.sin_family = AF_INET};

    assert_int_equal(inet_pton(AF_INET, text, &in.sin_addr), 1);
    memcpy(out, &in, sizeof(in));
}

static void
fill6(const char *text, struct sockaddr_storage *out)
{
    struct sockaddr_in6 in = {.sin6_family = AF_INET6};

    assert_int_equal(inet_pton(AF_INET6, text, &in.sin6_addr), 1);
    memcpy(out, &in, sizeof(in));
}

static const struct {
    const char *text;
    bool is_public;
} addresses[] = {
    {"8.8.8.8", true},
    {"0.0.0.0", false},
    {"9.255.255.255", true},
    {"10.0.0.1", false},
    {"11.0.0.0", true},
    {"100.63.255.255", true},
    {"100.64.0.1", false},
    {"100.127.255.255", false},
    {"100.128.0.0", true},
    {"127.0.0.1", false},
    {"127.255.255.254", false},
    {"169.254.169.254", false},
    {"172.15.255.255", true},
    {"172.16.0.1", false},
    {"172.31.255.255", false},
    {"172.32.0.0", true},
    {"192.0.0.8", false},
    {"192.0.2.1", false},
    {"192.88.99.1", false},
    {"192.168.1.1", false},
    {"192.169.0.0", true},
    {"198.17.255.255", true},
    {"198.19.0.1", false},
    {"198.51.100.7", false},
    {"203.0.113.7", false},
    {"223.255.255.255", true},
    {"224.0.0.1", false},
    {"255.255.255.255", false},
    {"::", false},
    {"::1", false},
    {"::ffff:8.8.8.8", false},
    {"::ffff:127.0.0.1", false},
    {"64:ff9b::7f00:1", false},
    {"fc00::1", false},
    {"fe80::1", false},
    {"ff02::1", false},
    {"2001::1", false},
    {"2001:db8::1", false},
    {"2001:1ff::1", false},
    {"2001:200::1", true},
    {"2002:7f00:1::", false},
    {"2606:4700:4700::1111", true},
    {"3fff::1", false},
    {"4000::1", false},
};

static void
only_public_addresses_are_public(void **state)
{
    struct sockaddr_storage address = {.ss_family = AF_UNIX};

    (void)state;
    assert_false(akin_fetch_is_public((struct sockaddr *)&address));
    for (size_t i = 0; i < AKIN_COUNT(addresses); i++) {
        if (strchr(addresses[i].text, ':') != NULL)
            fill6(addresses[i].text, &address);
        else
            fill4(addresses[i].text, &address);
        print_message("  %s\n", addresses[i].text);
        assert_int_equal(akin_fetch_is_public((struct sockaddr *)&address),
                         addresses[i].is_public);
    }
}

/* --- a server that answers by path --- */

struct server {
    int fd;
    unsigned port;
    pthread_t thread;
};

static void
answer_one(int fd, unsigned port)
{
    char request[2048] = "", answer[4096] = "";
    ssize_t n = read(fd, request, sizeof(request) - 1);

    if (n <= 0)
        return;
    if (strncmp(request, "GET /fine ", 10) == 0)
        (void)snprintf(answer, sizeof(answer),
                       "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    else if (strncmp(request, "GET /told ", 10) == 0)
        (void)snprintf(answer, sizeof(answer),
                       "HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n");
    else if (strncmp(request, "GET /long ", 10) == 0)
        (void)snprintf(answer, sizeof(answer), "HTTP/1.1 200 OK\r\n\r\n%01000d",
                       0);
    else if (strncmp(request, "GET /round ", 11) == 0)
        (void)snprintf(answer, sizeof(answer),
                       "HTTP/1.1 302 Found\r\nLocation: /round\r\n"
                       "Content-Length: 0\r\n\r\n");
    else if (strncmp(request, "GET /on ", 8) == 0)
        (void)snprintf(answer, sizeof(answer),
                       "HTTP/1.1 302 Found\r\nLocation: /fine\r\n"
                       "Content-Length: 0\r\n\r\n");
    else if (strncmp(request, "GET /inside ", 12) == 0)
        (void)snprintf(answer, sizeof(answer),
                       "HTTP/1.1 302 Found\r\nLocation: "
                       "http://127.0.0.2:%u/fine\r\nContent-Length: 0\r\n\r\n",
                       port);
    else if (strncmp(request, "GET /file ", 10) == 0)
        (void)snprintf(answer, sizeof(answer),
                       "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n"
                       "Content-Length: 0\r\n\r\n");
    else if (strncmp(request, "GET /slow ", 10) == 0)
        (void)!read(fd, request, 1); /* until the other side gives up */
    else
        (void)snprintf(answer, sizeof(answer),
                       "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    (void)!write(fd, answer, strlen(answer));
}

/* One at a time, until somebody says "quit" by closing the socket. */
static void *
serve(void *ctx)
{
    struct server *server = ctx;

    for (;;) {
        int fd = accept(server->fd, NULL, NULL);

        if (fd < 0)
            return NULL;
        answer_one(fd, server->port);
        (void)close(fd);
    }
}

static int
start_server(void **state)
{
    static struct server server;
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof(address);

    address.sin_addr.s_addr = htonl(INADDR_ANY); /* 127.0.0.2, too */
    server.fd = socket(AF_INET, SOCK_STREAM, 0);
    if (server.fd < 0 ||
        bind(server.fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(server.fd, 8) != 0 ||
        getsockname(server.fd, (struct sockaddr *)&address, &len) != 0)
        return -1;
    server.port = ntohs(address.sin_port);
    *state = &server;
    return pthread_create(&server.thread, NULL, serve, &server);
}

static int
stop_server(void **state)
{
    struct server *server = *state;

    (void)shutdown(server->fd, SHUT_RDWR);
    (void)pthread_join(server->thread, NULL);
    (void)close(server->fd);
    return 0;
}

/* For these tests, 127.0.0.1 is the public internet. */
static bool
is_first(const struct sockaddr *address)
{
    struct sockaddr_in in;

    memcpy(&in, address, sizeof(in));
    return in.sin_family == AF_INET &&
           in.sin_addr.s_addr == htonl(INADDR_LOOPBACK);
}

static const struct akin_fetch_rules rules = {
    .max_bytes = 100, .timeout_ms = 700, .may_connect = is_first};

static enum akin_status
fetch(const struct server *server, const char *path, struct akin_buf *out,
      struct akin_error *err)
{
    char url[128];

    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", server->port,
                   path);
    return akin_fetch(url, &rules, out, err);
}

static void
bytes_come_also_after_a_redirect(void **state)
{
    static const char *const paths[] = {"/fine", "/on"};

    for (size_t i = 0; i < AKIN_COUNT(paths); i++) {
        struct akin_buf out = {0};
        struct akin_error err = {0};

        akin_buf_puts(&out, ">");
        assert_ok(fetch(*state, paths[i], &out, &err));
        assert_string_equal(akin_buf_text(&out), ">hello");
        akin_buf_free(&out);
    }
}

static const struct {
    const char *path;
    enum akin_status want;
    const char *says;
} refusals[] = {
    {"/nothing", AKIN_EIO, "404"},
    {"/told", AKIN_ELIMIT, "larger than 100 bytes"},
    {"/long", AKIN_ELIMIT, "larger than 100 bytes"},
    {"/round", AKIN_EIO, "redirects"},
    {"/inside", AKIN_EINVAL, "leads to 127.0.0.2, which is no public address"},
    {"/file", AKIN_EINVAL, "file"},
    {"/slow", AKIN_EIO, "timed out"},
};

static void
what_is_not_had_is_told_and_leaves_nothing(void **state)
{
    for (size_t i = 0; i < AKIN_COUNT(refusals); i++) {
        struct akin_buf out = {0};
        struct akin_error err = {0};

        print_message("  %s\n", refusals[i].path);
        assert_fails_with(fetch(*state, refusals[i].path, &out, &err),
                          refusals[i].want, refusals[i].says);
        assert_int_equal(out.len, 0);
    }
}

static const struct {
    const char *url, *says;
} wrong[] = {
    {"file:///etc/passwd", "http:// or https://"},
    {"ftp://127.0.0.1/x", "http:// or https://"},
    {"gopher://127.0.0.1/x", "http:// or https://"},
    {"127.0.0.1/x", "http:// or https://"},
    {"", "http:// or https://"},
    {"http://", "http://"},
    {"http://127.0.0.1:99999/", "99999"},
    {"http://user:word@127.0.0.1/", "http://user"},
    {"http://127.0.0.2/", "127.0.0.2, which is no public address"},
    {"http://[::1]/", "::1, which is no public address"},
    {"http://2130706434/", "127.0.0.2, which is no public address"},
    {"http://0x7f.2/", "127.0.0.2, which is no public address"},
};

static void
addresses_that_are_not_fetched_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(wrong); i++) {
        struct akin_buf out = {0};
        struct akin_error err = {0};

        print_message("  %s\n", wrong[i].url);
        assert_fails_with(akin_fetch(wrong[i].url, &rules, &out, &err),
                          AKIN_EINVAL, wrong[i].says);
        assert_int_equal(out.len, 0);
    }
}

/* A proxy would look the name up itself. */
static void
proxies_of_the_environment_are_not_asked(void **state)
{
    struct akin_buf out = {0};
    struct akin_error err = {0};

    assert_int_equal(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
    assert_ok(fetch(*state, "/fine", &out, &err));
    assert_int_equal(unsetenv("http_proxy"), 0);
    akin_buf_free(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_public_addresses_are_public),
        cmocka_unit_test(bytes_come_also_after_a_redirect),
        cmocka_unit_test(what_is_not_had_is_told_and_leaves_nothing),
        cmocka_unit_test(addresses_that_are_not_fetched_are_refused),
        cmocka_unit_test(proxies_of_the_environment_are_not_asked),
    };

    return cmocka_run_group_tests(tests, start_server, stop_server);
}
