/* SPDX-License-Identifier: Apache-2.0 */
#include "listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 128

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static bool
read_port(const char *text, in_port_t *out)
{
    char *end = NULL;
    unsigned long port = strtoul(text, &end, 10);

    if (text[0] < '0' || text[0] > '9' || *end != '\0' || port > 65535)
        return false;
    *out = htons((in_port_t)port);
    return true;
}

static enum akin_status
parse(const char *text, union address *out, struct akin_error *err)
{
    const char *colon = strrchr(text, ':');
    char host[64] = "";
    in_port_t port = 0;
    size_t n;

    *out = (union address){.v6 = {0}};
    if (colon == NULL || (size_t)(colon - text) >= sizeof(host) ||
        !read_port(colon + 1, &port))
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "--http %s: ADDRESS:PORT is wanted, with a port from "
                         "0 to 65535",
                         text);
    n = (size_t)(colon - text);
    memcpy(host, text, n);
    if (strcmp(host, "localhost") == 0)
        memcpy(host, "127.0.0.1", sizeof("127.0.0.1"));
    if (inet_pton(AF_INET, host, &out->v4.sin_addr) == 1) {
        out->v4.sin_family = AF_INET;
        out->v4.sin_port = port;
        return AKIN_OK;
    }
    *out = (union address){.v6 = {0}};
    if (n > 2 && host[0] == '[' && host[n - 1] == ']') {
        host[n - 1] = '\0';
        if (inet_pton(AF_INET6, host + 1, &out->v6.sin6_addr) == 1) {
            out->v6.sin6_family = AF_INET6;
            out->v6.sin6_port = port;
            return AKIN_OK;
        }
    }
    return AKIN_FAIL(err, AKIN_EINVAL,
                     "--http %s: an address is wanted, like 127.0.0.1 or "
                     "[::1]; names are not looked up",
                     text);
}

enum akin_status
akin_http_address_check(const char *text, bool *is_local,
                        struct akin_error *err)
{
    union address address;
    enum akin_status st = parse(text, &address, err);

    if (st != AKIN_OK)
        return st;
    if (address.any.sa_family == AF_INET)
        *is_local = ntohl(address.v4.sin_addr.s_addr) >> 24 == 127;
    else
        *is_local = IN6_IS_ADDR_LOOPBACK(&address.v6.sin6_addr) != 0;
    return AKIN_OK;
}

static enum akin_status
bind_there(int fd, const char *text, const union address *address,
           struct akin_error *err)
{
    socklen_t len = address->any.sa_family == AF_INET ? sizeof(address->v4)
                                                      : sizeof(address->v6);
    int on = 1;

    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0)
        return AKIN_FAIL(err, AKIN_EIO, "--http: %s", strerror(errno));
    if (bind(fd, &address->any, len) != 0 || listen(fd, BACKLOG) != 0)
        return AKIN_FAIL(err, errno == EADDRINUSE ? AKIN_EAGAIN : AKIN_EIO,
                         errno == EADDRINUSE
                             ? "another program listens at %s already"
                             : "cannot listen at %s: the system refuses",
                         text);
    return AKIN_OK;
}

enum akin_status
akin_http_listen(const char *text, int *fd, unsigned *port, bool *is_v6,
                 struct akin_error *err)
{
    union address address;
    socklen_t len = sizeof(address);
    enum akin_status st = parse(text, &address, err);
    int made;

    if (st != AKIN_OK)
        return st;
    made = socket(address.any.sa_family, SOCK_STREAM, 0);
    if (made < 0)
        return AKIN_FAIL(err, AKIN_EIO, "--http: %s", strerror(errno));
    st = bind_there(made, text, &address, err);
    if (st == AKIN_OK && getsockname(made, &address.any, &len) != 0)
        st = AKIN_FAIL(err, AKIN_EIO, "--http: %s", strerror(errno));
    if (st != AKIN_OK) {
        (void)close(made);
        return st;
    }
    *is_v6 = address.any.sa_family == AF_INET6;
    *port = ntohs(*is_v6 ? address.v6.sin6_port : address.v4.sin_port);
    *fd = made;
    return AKIN_OK;
}

void
akin_http_client_name(const struct sockaddr *address, char *out, size_t size)
{
    const void *bytes = NULL;

    (void)snprintf(out, size, "unknown");
    if (address == NULL)
        return;
    if (address->sa_family == AF_INET)
        bytes = &((const struct sockaddr_in *)(const void *)address)->sin_addr;
    else if (address->sa_family == AF_INET6)
        bytes =
            &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
    if (bytes != NULL)
        (void)inet_ntop(address->sa_family, bytes, out, (socklen_t)size);
}
