/* SPDX-License-Identifier: Apache-2.0 */
#include "endpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "akin/file.h"

#define IPC "ipc://"
/* The system's limit, with the final 0. */
#define PATH_ROOM sizeof(((struct sockaddr_un *)NULL)->sun_path)

static enum akin_status
check_ipc(const char *path, struct akin_error *err)
{
    if (path[0] == '\0')
        return AKIN_FAIL(err, AKIN_EINVAL, "ipc:// needs a path");
    if (strlen(path) >= PATH_ROOM)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "the path of an ipc socket has at most %zu bytes, "
                         "this one has %zu: %s; choose a shorter one with "
                         "--listen",
                         PATH_ROOM - 1, strlen(path), path);
    return AKIN_OK;
}

static bool
is_number(const char *text)
{
    return text[0] != '\0' && strspn(text, "0123456789") == strlen(text);
}

/* 127.0.0.0/8 and ::1 (RFC 1122 3.2.1.3, RFC 4291 2.5.3). */
static bool
is_loopback(const char *host)
{
    return (strncmp(host, "127.", 4) == 0 &&
            strspn(host, "0123456789.") == strlen(host)) ||
           strcmp(host, "[::1]") == 0 || strcmp(host, "::1") == 0 ||
           strcmp(host, "lo") == 0;
}

static enum akin_status
check_net(const char *url, const char *rest, enum akin_reach *reach,
          struct akin_error *err)
{
    const char *colon = strrchr(rest, ':');
    char *host;
    enum akin_status st = AKIN_OK;

    if (colon == NULL || colon == rest || !is_number(colon + 1) ||
        strlen(colon + 1) > 5 || strtol(colon + 1, NULL, 10) > 65535)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "%s: after the slashes comes ADDRESS:PORT, with a "
                         "port from 0 to 65535",
                         url);
    host = akin_strndup(rest, (size_t)(colon - rest));
    if (strcmp(host, "localhost") == 0)
        st =
            AKIN_FAIL(err, AKIN_EINVAL,
                      "%s: names are not looked up here, write 127.0.0.1", url);
    *reach = is_loopback(host) ? AKIN_REACH_LOCAL : AKIN_REACH_REMOTE;
    free(host);
    return st;
}

enum akin_status
akin_endpoint_check(const char *url, enum akin_reach *reach,
                    struct akin_error *err)
{
    *reach = AKIN_REACH_LOCAL;
    if (strncmp(url, IPC, 6) == 0)
        return check_ipc(url + 6, err);
    if (strncmp(url, "tcp://", 6) == 0)
        return check_net(url, url + 6, reach, err);
    if (strncmp(url, "ws://", 5) == 0)
        return check_net(url, url + 5, reach, err);
    return AKIN_FAIL(err, AKIN_EINVAL,
                     "%s: an address starts with ipc://, tcp:// or ws://", url);
}

/* The folder of a socket is not made here: where it should be, and who may
 * enter it, is for the one who starts the daemon to say. */
static enum akin_status
check_folder(const char *path, struct akin_error *err)
{
    const char *name = akin_path_base(path);
    struct akin_file_stat info = {0};
    char *folder = akin_strndup(path, (size_t)(name - path));
    enum akin_status st = AKIN_OK;

    if (folder[0] != '\0' &&
        (akin_file_stat(folder, &info, NULL) != AKIN_OK || !info.is_dir))
        st = AKIN_FAIL(err, AKIN_ENOTFOUND,
                       "the folder of the socket is not there: %s", folder);
    free(folder);
    return st;
}

/* connect() says the same of a plain file as of a socket that nobody reads,
 * and nanomsg removes what nobody reads: so a plain file is looked for first.
 */
static enum akin_status
check_file(const char *path, bool *is_there, struct akin_error *err)
{
    struct stat sb;

    *is_there = lstat(path, &sb) == 0;
    if (*is_there && !S_ISSOCK(sb.st_mode))
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "%s is there and is no socket; choose another path "
                         "with --listen",
                         path);
    return AKIN_OK;
}

/* Connecting tells a living listener from what one left behind, whatever it
 * is busy with; asking it something would not. */
static enum akin_status
try_connect(int fd, const char *url, const struct sockaddr_un *address,
            struct akin_error *err)
{
    if (fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
        return AKIN_FAIL(err, AKIN_EIO, "socket: %s", strerror(errno));
    if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 ||
        errno == EAGAIN)
        return AKIN_FAIL(err, AKIN_EAGAIN,
                         "another program, akind most likely, listens at %s "
                         "already",
                         url);
    if (errno != ECONNREFUSED && errno != ENOENT)
        return AKIN_FAIL(err, AKIN_EIO, "%s: %s", url, strerror(errno));
    return AKIN_OK;
}

enum akin_status
akin_endpoint_probe(const char *url, struct akin_error *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = url + strlen(IPC);
    bool is_there = false;
    enum akin_status st;
    int fd;

    if (strncmp(url, IPC, strlen(IPC)) != 0)
        return AKIN_OK;
    st = check_folder(path, err);
    if (st == AKIN_OK)
        st = check_file(path, &is_there, err);
    if (st != AKIN_OK || !is_there)
        return st;
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0)
        return AKIN_FAIL(err, AKIN_EIO, "socket: %s", strerror(errno));
    memcpy(address.sun_path, path, strnlen(path, PATH_ROOM - 1));
    st = try_connect(fd, url, &address, err);
    (void)close(fd);
    return st;
}
