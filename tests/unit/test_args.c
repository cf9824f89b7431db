/* SPDX-License-Identifier: Apache-2.0 */
/* The command lines of akind and akin, and the loop that both share. */
#include "akin_test.h"

#include "akin/file.h"
#include "akind/args.h"
#include "akind/endpoint.h"
#include "cli_args.h"
#include "options.h"

#define ARGV_MAX 32

/* Splits at '|', so that values may hold spaces. argv[0] is the program. */
static int
split(char *text, char **argv)
{
    static char program[] = "program";
    int argc = 1;

    argv[0] = program;
    while (text[0] != '\0' && argc < ARGV_MAX) {
        argv[argc++] = text;
        text = strchr(text, '|');
        if (text == NULL)
            break;
        *text++ = '\0';
    }
    return argc;
}

static enum akin_status
parse_akin(const char *line, const char *env, struct akin_cli_args *out,
           struct akin_error *err)
{
    /* Operands are borrowed from here. */
    static char copy[512];
    char *argv[ARGV_MAX];

    (void)snprintf(copy, sizeof(copy), "%s", line);
    return akin_cli_args_parse(split(copy, argv), argv, env, out, err);
}

static void
similar_takes_images_and_options_in_any_order(void **state)
{
    struct akin_cli_args args = {0};
    struct akin_error err = {0};

    (void)state;
    assert_ok(parse_akin("similar|a.tif|-k5|--where|year:2020..|--exclude=A|"
                         "--exclude|B|--region=1,2,3,4|--|-b.tif",
                         "/store", &args, &err));
    assert_int_equal(args.command, AKIN_COMMAND_SIMILAR);
    assert_int_equal(args.n_operands, 2);
    assert_string_equal(args.operand[0], "a.tif");
    assert_string_equal(args.operand[1], "-b.tif");
    assert_int_equal(args.k, 5);
    assert_string_equal(args.where, "year:2020..");
    assert_int_equal(args.n_exclude, 2);
    assert_string_equal(args.exclude[1], "B");
    assert_int_equal(args.n_regions, 1);
    assert_int_equal(args.region[0].h, 4);
    assert_string_equal(args.store, "/store");
    assert_int_equal(args.timeout_s, 30);
    akin_cli_args_free(&args);
}

static void
examples_of_the_store_make_one_question(void **state)
{
    struct akin_cli_args args = {0};
    struct akin_error err = {0};

    (void)state;
    assert_ok(parse_akin("similar|a.tif|--like|S-1|--image|7|--vector|v.json|"
                         "--not|b.tif|--by|tile|--intent|explore|--diversity|"
                         "0.25|--collapse|--explain|--sheet|s.png|--store|s",
                         NULL, &args, &err));
    assert_true(args.together && args.collapse && args.explain);
    assert_int_equal(args.n_examples, 3);
    assert_int_equal(args.example[1].kind, AKIN_ARGS_IMAGE);
    assert_string_equal(args.example[1].text, "7");
    assert_string_equal(args.negative[0], "b.tif");
    assert_float_equal(args.diversity, 0.25, 0);
    akin_cli_args_free(&args);
}

static void
the_command_line_wins_over_the_environment(void **state)
{
    struct akin_cli_args args = {0};
    struct akin_error err = {0};

    (void)state;
    assert_ok(parse_akin("status|--connect|ipc:///x", "/store", &args, &err));
    assert_null(args.store);
    assert_string_equal(args.connect, "ipc:///x");
    akin_cli_args_free(&args);
    assert_ok(parse_akin("status|--store|/other", "/store", &args, &err));
    assert_string_equal(args.store, "/other");
    akin_cli_args_free(&args);
}

static void
help_and_version_need_nothing_else(void **state)
{
    static const char *const lines[] = {"--help",         "help",
                                        "similar|--help", "show|-h",
                                        "status|--help",  "--version"};

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(lines); i++) {
        struct akin_cli_args args = {0};
        struct akin_error err = {0};
        FILE *null = fopen("/dev/null", "w");

        assert_non_null(null);
        assert_ok(parse_akin(lines[i], NULL, &args, &err));
        akin_cli_args_help(null, args.command);
        akin_cli_args_free(&args);
        (void)fclose(null);
    }
}

static const struct {
    const char *name, *line, *says;
} akin_refusals[] = {
    {"nothing", "", "a command is needed"},
    {"no such command", "similiar|a", "did you mean \"similar\"?"},
    {"far from any command", "frobnicate", "akin --help lists them"},
    {"no image", "similar|--store|s", "similar needs IMAGE..."},
    {"no id", "show|--store|s", "show needs ID"},
    {"two ids", "show|a|b|--store|s", "\"b\" is one too many"},
    {"no store", "status", "which store?"},
    {"both", "status|--store|s|--connect|ipc://x", "exclude each other"},
    {"store twice", "status|--store|s|--store|t", "given twice"},
    {"no such option", "similar|a|--excludeself", "--exclude-self?"},
    {"another's option", "status|--history|--store|s",
     "there is no option --history"},
    {"no such letter", "similar|a|-x", "there is no option -x"},
    {"value missing", "similar|a|--where", "--where needs a value (FILTER)"},
    {"needless value", "similar|a|--json=1", "--json takes no value"},
    {"k is 0", "similar|a|-k|0", "-k: \"0\" is not a whole number from 1"},
    {"k is text", "similar|a|-k|ten", "\"ten\""},
    {"k is negative", "similar|a|-k|-1", "\"-1\""},
    {"k is huge", "similar|a|-k|99999999999999999999", "whole number"},
    {"region of three", "similar|a|--region|1,2,3", "X,Y,W,H"},
    {"region without area", "similar|a|--region|1,2,0,4", "X,Y,W,H"},
    {"region with a sign", "similar|a|--region|-1,2,3,4", "X,Y,W,H"},
    {"region too far", "similar|a|--region|1,2,3,4294967296", "X,Y,W,H"},
    {"filter", "similar|a|--where|organsm:x", "organism"},
    {"image that is no number", "similar|--image|x", "--image: \"x\""},
    {"diversity beyond 1", "similar|a|--diversity|1.5", "from 0 to 1"},
    {"diversity that is text", "similar|a|--diversity|much", "from 0 to 1"},
    {"two regions for one image", "similar|a|--region|1,2,3,4|--region|1,2,3,4",
     "one for each"},
    {"one sheet of two answers", "similar|a|b|--sheet|x.png", "--together"},
};

static void
wrong_usage_of_akin_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(akin_refusals); i++) {
        struct akin_cli_args args = {0};
        struct akin_error err = {0};

        print_message("  %s\n", akin_refusals[i].name);
        assert_fails_with(parse_akin(akin_refusals[i].line, NULL, &args, &err),
                          AKIN_EINVAL, akin_refusals[i].says);
        assert_null(args.operand);
    }
}

static enum akin_status
parse_akind(const char *line, const char *store, struct akind_args *out,
            struct akin_error *err)
{
    static char copy[512];
    char *argv[ARGV_MAX];

    (void)snprintf(copy, sizeof(copy), "--store|%s%s%s", store,
                   line[0] == '\0' ? "" : "|", line);
    return akind_args_parse(split(copy, argv), argv, out, err);
}

static void
akind_listens_in_its_store_unless_told(void **state)
{
    char *folder = akin_test_folder();
    struct akind_args args = {0};
    struct akin_error err = {0};

    (void)state;
    assert_ok(parse_akind("", folder, &args, &err));
    assert_int_equal(args.n_listen, 1);
    assert_non_null(strstr(args.listen[0], "ipc:///"));
    assert_non_null(strstr(args.listen[0], "/akind.sock"));
    assert_true(args.config.query_allow_paths);
    akind_args_free(&args);
    assert_ok(parse_akind("--listen|tcp://127.0.0.1:1|--listen=ws://[::1]:2|"
                          "--workers|3|--set|query.max_k=7",
                          folder, &args, &err));
    assert_int_equal(args.n_listen, 2);
    assert_int_equal(args.config.query_workers, 3);
    assert_int_equal(args.config.query_max_k, 7);
    assert_true(args.config.query_allow_paths);
    akind_args_free(&args);
    akin_test_remove(folder);
}

static void
paths_are_not_read_for_other_machines(void **state)
{
    char *folder = akin_test_folder();
    struct akind_args args = {0};
    struct akin_error err = {0};

    (void)state;
    assert_fails_with(parse_akind("--listen|tcp://*:4444", folder, &args, &err),
                      AKIN_EINVAL, "--allow-remote");
    assert_ok(parse_akind("--allow-remote|--listen|tcp://*:4444|"
                          "--set|query.allow_paths=1",
                          folder, &args, &err));
    assert_false(args.config.query_allow_paths);
    akind_args_free(&args);
    akin_test_remove(folder);
}

static void
set_wins_over_the_settings_file_wherever_it_stands(void **state)
{
    char *folder = akin_test_folder();
    char *file = akin_path_join(folder, "settings");
    char line[512];
    struct akind_args args = {0};
    struct akin_error err = {0};

    (void)state;
    assert_ok(akin_file_write(
        file, akin_span_str("query.max_k=5\nquery.tiles=6\n"), &err));
    (void)snprintf(line, sizeof(line), "--set|query.max_k=7|--settings|%s",
                   file);
    assert_ok(parse_akind(line, folder, &args, &err));
    assert_int_equal(args.config.query_max_k, 7);
    assert_int_equal(args.config.query_tiles, 6);
    akind_args_free(&args);
    free(file);
    akin_test_remove(folder);
}

static const struct {
    const char *name, *line;
    enum akin_status status;
    const char *says;
} akind_refusals[] = {
    {"an operand", "x", AKIN_EINVAL, "options only"},
    {"no such setting", "--set|query.worker=2", AKIN_EINVAL, "query.workers"},
    {"no sign", "--set|query.workers", AKIN_EINVAL, "name=value"},
    {"no workers", "--workers|0", AKIN_EINVAL, "--workers"},
    {"no settings file", "--settings|/nonexistent", AKIN_ENOTFOUND,
     "/nonexistent"},
    {"another transport", "--listen|udp://127.0.0.1:1", AKIN_EINVAL, "ipc://"},
    {"twice", "--quiet|-q", AKIN_EINVAL, "given twice"},
};

static void
wrong_usage_of_akind_is_named(void **state)
{
    char *folder = akin_test_folder();

    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(akind_refusals); i++) {
        struct akind_args args = {0};
        struct akin_error err = {0};

        print_message("  %s\n", akind_refusals[i].name);
        assert_fails_with(
            parse_akind(akind_refusals[i].line, folder, &args, &err),
            akind_refusals[i].status, akind_refusals[i].says);
        assert_null(args.store);
    }
    akin_test_remove(folder);
}

static void
a_store_is_needed_and_must_be_there(void **state)
{
    char program[] = "akind";
    char *const none[] = {program};
    struct akind_args args = {0};
    struct akin_error err = {0};

    (void)state;
    assert_fails_with(akind_args_parse(1, none, &args, &err), AKIN_EINVAL,
                      "--store DIR is needed");
    assert_fails_with(parse_akind("", "/nonexistent/store", &args, &err),
                      AKIN_ENOTFOUND, "--store: ");
}

static const struct {
    const char *url;
    enum akin_reach reach;
} endpoints[] = {
    {"ipc:///run/akin.sock", AKIN_REACH_LOCAL},
    {"ipc://here", AKIN_REACH_LOCAL},
    {"tcp://127.0.0.1:4444", AKIN_REACH_LOCAL},
    {"tcp://127.1.2.3:4444", AKIN_REACH_LOCAL},
    {"tcp://[::1]:4444", AKIN_REACH_LOCAL},
    {"ws://lo:4444", AKIN_REACH_LOCAL},
    {"tcp://*:4444", AKIN_REACH_REMOTE},
    {"tcp://0.0.0.0:4444", AKIN_REACH_REMOTE},
    {"tcp://192.168.1.7:4444", AKIN_REACH_REMOTE},
    {"tcp://[::]:4444", AKIN_REACH_REMOTE},
    {"ws://eth0:4444", AKIN_REACH_REMOTE},
    /* a name that only starts like loopback */
    {"tcp://127.evil.example:4444", AKIN_REACH_REMOTE},
};

static void
endpoints_say_who_can_reach_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(endpoints); i++) {
        enum akin_reach reach;
        struct akin_error err = {0};

        print_message("  %s\n", endpoints[i].url);
        assert_ok(akin_endpoint_check(endpoints[i].url, &reach, &err));
        assert_int_equal(reach, endpoints[i].reach);
    }
}

static const struct {
    const char *name, *url, *says;
} bad_endpoints[] = {
    {"nothing", "", "starts with"},
    {"no transport", "/run/akin.sock", "starts with"},
    {"in process", "inproc://x", "starts with"},
    {"no path", "ipc://", "needs a path"},
    {"no port", "tcp://127.0.0.1", "ADDRESS:PORT"},
    {"no address", "tcp://:4444", "ADDRESS:PORT"},
    {"port is text", "tcp://127.0.0.1:http", "ADDRESS:PORT"},
    {"port too large", "tcp://127.0.0.1:65536", "ADDRESS:PORT"},
    {"a name", "tcp://localhost:4444", "127.0.0.1"},
    {"a long path",
     "ipc:///0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/"
     "0123456789/0123456789/0123456789/01234567",
     "at most 107 bytes, this one has 108"},
};

static void
wrong_endpoints_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < AKIN_COUNT(bad_endpoints); i++) {
        enum akin_reach reach;
        struct akin_error err = {0};

        print_message("  %s\n", bad_endpoints[i].name);
        assert_fails_with(
            akin_endpoint_check(bad_endpoints[i].url, &reach, &err),
            AKIN_EINVAL, bad_endpoints[i].says);
    }
}

static void
http_beyond_this_machine_needs_a_token_or_a_word(void **state)
{
    char *folder = akin_test_folder(), *file = akin_path_join(folder, "token");
    struct akind_args args = {0};
    struct akin_error err = {0};
    char line[512];

    (void)state;
    assert_ok(parse_akind("--http|127.0.0.1:7311", folder, &args, &err));
    assert_true(args.http_local);
    assert_null(args.http_token);
    akind_args_free(&args);
    assert_fails_with(parse_akind("--http|0.0.0.0:80", folder, &args, &err),
                      AKIN_EINVAL, "--http-token-file");
    assert_ok(
        parse_akind("--http|0.0.0.0:80|--allow-remote", folder, &args, &err));
    akind_args_free(&args);
    assert_ok(
        akin_file_write(file, akin_span_str("0123456789abcdef\r\n"), &err));
    (void)snprintf(line, sizeof(line),
                   "--http|0.0.0.0:80|--http-token-file|%s|--http-origin|"
                   "https://a|--http-origin=*|--http-host|akin.example",
                   file);
    assert_ok(parse_akind(line, folder, &args, &err));
    assert_false(args.http_local);
    assert_string_equal(args.http_token, "0123456789abcdef");
    assert_int_equal(args.n_http_origin, 2);
    assert_string_equal(args.http_host[0], "akin.example");
    akind_args_free(&args);
    assert_ok(
        akin_file_write(file, akin_span_str("a token with blanks\n"), &err));
    assert_fails_with(parse_akind(line, folder, &args, &err), AKIN_EINVAL,
                      "without blanks");
    assert_fails_with(parse_akind("--http-host|x", folder, &args, &err),
                      AKIN_EINVAL, "--http ADDRESS:PORT is missing");
    free(file);
    akin_test_remove(folder);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(similar_takes_images_and_options_in_any_order),
        cmocka_unit_test(examples_of_the_store_make_one_question),
        cmocka_unit_test(the_command_line_wins_over_the_environment),
        cmocka_unit_test(help_and_version_need_nothing_else),
        cmocka_unit_test(wrong_usage_of_akin_is_named),
        cmocka_unit_test(akind_listens_in_its_store_unless_told),
        cmocka_unit_test(paths_are_not_read_for_other_machines),
        cmocka_unit_test(set_wins_over_the_settings_file_wherever_it_stands),
        cmocka_unit_test(wrong_usage_of_akind_is_named),
        cmocka_unit_test(a_store_is_needed_and_must_be_there),
        cmocka_unit_test(endpoints_say_who_can_reach_them),
        cmocka_unit_test(wrong_endpoints_are_named),
        cmocka_unit_test(http_beyond_this_machine_needs_a_token_or_a_word),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
