/* SPDX-License-Identifier: Apache-2.0 */
#include "args.h"

#include <stdlib.h>
#include <string.h>

#include "akin/file.h"

#include "endpoint.h"
#include "http/listen.h"
#include "options.h"

#define TOKEN_MIN 16
#define TOKEN_MAX 1024

enum {
    OPT_STORE,
    OPT_LISTEN,
    OPT_WORKERS,
    OPT_ALLOW_REMOTE,
    OPT_HTTP,
    OPT_HTTP_TOKEN,
    OPT_HTTP_ORIGIN,
    OPT_HTTP_HOST,
    OPT_SET,
    OPT_SETTINGS,
    OPT_QUIET,
    OPT_VERBOSE,
    OPT_HELP,
    OPT_HELP_SETTINGS,
    OPT_VERSION
};

static const struct akin_option options[] = {
    [OPT_STORE] = {"store", "DIR", "the store to answer from", 0, false},
    [OPT_LISTEN] = {"listen", "URL",
                    "ipc://PATH, tcp://ADDRESS:PORT or ws://ADDRESS:PORT; "
                    "default ipc://DIR/akind.sock",
                    0, true},
    [OPT_WORKERS] = {"workers", "N",
                     "threads that answer; default: one a processor", 0, false},
    [OPT_ALLOW_REMOTE] = {"allow-remote", NULL,
                          "permit addresses that other machines reach; images "
                          "are then not read by path",
                          0, false},
    [OPT_HTTP] = {"http", "ADDRESS:PORT",
                  "speak HTTP there, too, and show the web page: "
                  "127.0.0.1:7311",
                  0, false},
    [OPT_HTTP_TOKEN] = {"http-token-file", "FILE",
                        "who asks by HTTP must bring the token in this file", 0,
                        false},
    [OPT_HTTP_ORIGIN] = {"http-origin", "ORIGIN",
                         "pages of this origin (https://example.org; *: all) "
                         "may ask by HTTP",
                         0, true},
    [OPT_HTTP_HOST] = {"http-host", "NAME",
                       "another name that this machine is asked by over HTTP",
                       0, true},
    [OPT_SET] = {"set", "NAME=VALUE", "change a setting", 0, true},
    [OPT_SETTINGS] = {"settings", "FILE",
                      "read settings, one NAME=VALUE a line", 0, false},
    [OPT_QUIET] = {"quiet", NULL, "log warnings and errors only", 'q', false},
    [OPT_VERBOSE] = {"verbose", NULL, "log more", 'v', false},
    [OPT_HELP] = {"help", NULL, "this text", 'h', false},
    [OPT_HELP_SETTINGS] = {"help-settings", NULL,
                           "every setting with its default and range", 0,
                           false},
    [OPT_VERSION] = {"version", NULL, "the version", 0, false},
};

void
akind_args_free(struct akind_args *args)
{
    for (size_t i = 0; i < args->n_listen; i++)
        free(args->listen[i]);
    for (size_t i = 0; i < args->n_http_origin; i++)
        free(args->http_origin[i]);
    for (size_t i = 0; i < args->n_http_host; i++)
        free(args->http_host[i]);
    free(args->http);
    free(args->http_token);
    free(args->store);
    *args = (struct akind_args){0};
}

/* What the walk over argv collects before anything is checked against anything
 * else: --settings is read first, so that --set and --workers win over it
 * wherever they stand. */
struct collected {
    struct akind_args *args;
    const char *store, *settings, *workers, *http, *token_file;
    const char *set[AKIN_OPTIONS_MAX];
    size_t n_set;
};

static enum akin_status
add_listen(struct akind_args *args, const char *url, struct akin_error *err)
{
    if (args->n_listen == AKIND_LISTEN_MAX)
        return AKIN_FAIL(err, AKIN_EINVAL, "--listen may be given %d times",
                         AKIND_LISTEN_MAX);
    args->listen[args->n_listen++] = akin_strdup(url);
    return AKIN_OK;
}

static enum akin_status
add_set(struct collected *all, const char *value, struct akin_error *err)
{
    if (all->n_set == AKIN_COUNT(all->set))
        return AKIN_FAIL(err, AKIN_EINVAL, "--set may be given %zu times",
                         AKIN_COUNT(all->set));
    all->set[all->n_set++] = value;
    return AKIN_OK;
}

static enum akin_status
add_name(const char *option, const char *value, char **list, size_t *n,
         struct akin_error *err)
{
    if (*n == AKIND_HTTP_NAMES_MAX)
        return AKIN_FAIL(err, AKIN_EINVAL, "%s may be given %d times", option,
                         AKIND_HTTP_NAMES_MAX);
    list[(*n)++] = akin_strdup(value);
    return AKIN_OK;
}

/* The options of HTTP; *known tells whether it is one. */
static enum akin_status
collect_http(struct collected *all, size_t option, const char *value,
             bool *known, struct akin_error *err)
{
    struct akind_args *args = all->args;

    *known = true;
    switch (option) {
    case OPT_HTTP:
        all->http = value;
        return AKIN_OK;
    case OPT_HTTP_TOKEN:
        all->token_file = value;
        return AKIN_OK;
    case OPT_HTTP_ORIGIN:
        return add_name("--http-origin", value, args->http_origin,
                        &args->n_http_origin, err);
    case OPT_HTTP_HOST:
        return add_name("--http-host", value, args->http_host,
                        &args->n_http_host, err);
    default:
        *known = false;
        return AKIN_OK;
    }
}

static enum akin_status
collect(void *ctx, size_t option, const char *value, struct akin_error *err)
{
    struct collected *all = ctx;
    bool known = false;
    enum akin_status st = collect_http(all, option, value, &known, err);

    if (known)
        return st;
    switch (option) {
    case OPT_STORE:
        all->store = value;
        break;
    case OPT_LISTEN:
        return add_listen(all->args, value, err);
    case OPT_WORKERS:
        all->workers = value;
        break;
    case OPT_ALLOW_REMOTE:
        all->args->allow_remote = true;
        break;
    case OPT_SET:
        return add_set(all, value, err);
    case OPT_SETTINGS:
        all->settings = value;
        break;
    case OPT_QUIET:
        all->args->level = AKIN_LOG_WARN;
        break;
    case OPT_VERBOSE:
        all->args->level = AKIN_LOG_DEBUG;
        break;
    case OPT_HELP:
        all->args->help = true;
        break;
    case OPT_HELP_SETTINGS:
        all->args->help_settings = true;
        break;
    case OPT_VERSION:
        all->args->version = true;
        break;
    default:
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "\"%s\": akind takes options only; --help lists them",
                         value);
    }
    return AKIN_OK;
}

static enum akin_status
read_settings(const struct collected *all, struct akin_error *err)
{
    struct akin_config *config = &all->args->config;
    enum akin_status st = AKIN_OK;

    if (all->settings != NULL)
        st = akin_config_load(config, all->settings, err);
    for (size_t i = 0; i < all->n_set && st == AKIN_OK; i++)
        st = akin_config_assign(config, all->set[i], err);
    if (st == AKIN_OK && all->workers != NULL)
        st = akin_options_number("--workers", all->workers, 1, 256,
                                 &config->query_workers, err);
    return st;
}

static enum akin_status
read_store(const struct collected *all, struct akin_error *err)
{
    enum akin_status st;

    if (all->store == NULL)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "--store DIR is needed: the store to answer from");
    st = akin_path_real(all->store, &all->args->store, err);
    if (st != AKIN_OK)
        akin_error_prefix(err, "--store");
    return st;
}

/* The default endpoint lies in the store, so whoever may read the store finds
 * it there. */
static void
default_listen(struct akind_args *args)
{
    struct akin_buf url = {0};

    akin_buf_printf(&url, "ipc://%s/akind.sock", args->store);
    args->listen[args->n_listen++] = (char *)akin_buf_take(&url);
}

static enum akin_status
check_listen(struct akind_args *args, struct akin_error *err)
{
    for (size_t i = 0; i < args->n_listen; i++) {
        enum akin_reach reach;
        enum akin_status st = akin_endpoint_check(args->listen[i], &reach, err);

        if (st != AKIN_OK)
            return st;
        if (reach == AKIN_REACH_LOCAL)
            continue;
        if (!args->allow_remote)
            return AKIN_FAIL(err, AKIN_EINVAL,
                             "%s can be reached from other machines, and akind "
                             "asks nobody for a password; add --allow-remote "
                             "if that is meant",
                             args->listen[i]);
        args->config.query_allow_paths = false;
    }
    return AKIN_OK;
}

/* One line of printable characters. */
static enum akin_status
read_token(const char *path, char **out, struct akin_error *err)
{
    struct akin_buf text = {0};
    enum akin_status st = akin_file_read(path, TOKEN_MAX + 2, &text, err);
    size_t n;

    if (st != AKIN_OK) {
        akin_error_prefix(err, "--http-token-file");
        akin_buf_free(&text);
        return st;
    }
    n = strcspn(akin_buf_text(&text), "\r\n");
    for (size_t i = 0; i < n; i++)
        if (text.data[i] <= ' ' || text.data[i] >= 0x7f)
            st = AKIN_EINVAL;
    if (st != AKIN_OK || n < TOKEN_MIN || n > TOKEN_MAX)
        st = AKIN_FAIL(err, AKIN_EINVAL,
                       "--http-token-file %s: a token is one line of %d to %d "
                       "letters, digits and signs without blanks",
                       path, TOKEN_MIN, TOKEN_MAX);
    else
        *out = akin_strndup((const char *)text.data, n);
    akin_buf_free(&text);
    return st;
}

/* Who is not on this machine brings a token, or the one who starts the daemon
 * says that nobody must. */
static enum akin_status
check_http(const struct collected *all, struct akin_error *err)
{
    struct akind_args *args = all->args;
    enum akin_status st;

    if (all->http == NULL) {
        if (all->token_file != NULL || args->n_http_origin > 0 ||
            args->n_http_host > 0)
            return AKIN_FAIL(err, AKIN_EINVAL,
                             "--http-... says how to speak HTTP; --http "
                             "ADDRESS:PORT is missing");
        return AKIN_OK;
    }
    st = akin_http_address_check(all->http, &args->http_local, err);
    if (st == AKIN_OK && all->token_file != NULL)
        st = read_token(all->token_file, &args->http_token, err);
    if (st == AKIN_OK && !args->http_local && args->http_token == NULL &&
        !args->allow_remote)
        st = AKIN_FAIL(err, AKIN_EINVAL,
                       "--http %s can be reached from other machines, and no "
                       "token is asked for; give --http-token-file, or "
                       "--allow-remote if that is meant",
                       all->http);
    if (st == AKIN_OK)
        args->http = akin_strdup(all->http);
    return st;
}

enum akin_status
akind_args_parse(int argc, char *const *argv, struct akind_args *out,
                 struct akin_error *err)
{
    struct akind_args args = {.level = AKIN_LOG_INFO};
    struct collected all = {.args = &args};
    enum akin_status st;

    akin_config_init(&args.config);
    st = akin_options_parse(argc, argv, 1, options, AKIN_COUNT(options),
                            collect, &all, err);
    if (st == AKIN_OK && (args.help || args.help_settings || args.version)) {
        *out = args;
        return AKIN_OK;
    }
    if (st == AKIN_OK)
        st = read_store(&all, err);
    if (st == AKIN_OK)
        st = read_settings(&all, err);
    if (st == AKIN_OK && args.n_listen == 0)
        default_listen(&args);
    if (st == AKIN_OK)
        st = check_listen(&args, err);
    if (st == AKIN_OK)
        st = check_http(&all, err);
    if (st == AKIN_OK)
        *out = args;
    else
        akind_args_free(&args);
    return st;
}

void
akind_args_help(FILE *out)
{
    (void)fputs("akind --store DIR [options]\n"
                "\n"
                "Answers questions about a store by message (nanomsg REQ/REP, "
                "JSON-RPC 2.0).\n"
                "Changes of the store are seen at the next request. SIGINT and "
                "SIGTERM stop it.\n"
                "\n",
                out);
    akin_options_help(out, options, AKIN_COUNT(options));
    (void)fputs("\nExample:\n"
                "  akind --store ~/store --listen tcp://127.0.0.1:4444 "
                "--workers 4\n"
                "  akind --store ~/store --http 127.0.0.1:7311\n",
                out);
}
