/* SPDX-License-Identifier: Apache-2.0 */
#include "cli_collect.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "akin/client.h"
#include "akin/file.h"
#include "akin/normalize.h"

#include "ask.h"
#include "collect/collect.h"
#include "collect/write.h"
#include "print.h"
#include "service.h"

/* --- progress --- */

static bool
show_progress(void *ctx, const char *step, double fraction)
{
    bool *is_shown = ctx;

    (void)fprintf(stderr, "\r\033[K%s %3.0f %%", step, fraction * 100);
    *is_shown = true;
    return true;
}

/* --- a summary for people --- */

static int64_t
whole(const struct akin_json *object, const char *name)
{
    int64_t number = 0;

    (void)akin_json_int(akin_json_get(object, name), &number);
    return number;
}

static void
print_steps(FILE *out, const struct akin_json *answer)
{
    const struct akin_json *list = akin_json_get(answer, "steps");
    struct akin_json *value = NULL;
    const char *key = NULL;
    void *it = NULL;

    for (size_t i = 0; i < akin_json_count(list); i++) {
        const struct akin_json *one = akin_json_at(list, i);

        (void)fprintf(out,
                      "%-12s %9" PRId64 " samples of %" PRId64
                      " images in %" PRId64 " datasets\n",
                      akin_json_text(one, "step"), whole(one, "samples"),
                      whole(one, "images"), whole(one, "datasets"));
    }
    while (akin_json_next(akin_json_get(answer, "dropped"), &it, &key, &value))
        if (whole(akin_json_get(answer, "dropped"), key) > 0)
            (void)fprintf(out, "  %-16s %9" PRId64 "\n", key,
                          whole(akin_json_get(answer, "dropped"), key));
}

static void
print_evenness(FILE *out, const struct akin_json *answer)
{
    struct akin_json *spread = NULL;
    const char *name = NULL;
    void *it = NULL;

    (void)fputs("entropy in bits (evenness), before and after balancing\n",
                out);
    while (
        akin_json_next(akin_json_get(answer, "spread"), &it, &name, &spread)) {
        double value[4] = {0};

        for (size_t i = 0; i < 2; i++) {
            const char *member = i == 0 ? "entropy" : "evenness";
            const struct akin_json *list = akin_json_get(spread, member);

            (void)akin_json_number(akin_json_at(list, AKIN_STEP_DISTINCT),
                                   &value[2 * i]);
            (void)akin_json_number(akin_json_at(list, AKIN_STEP_BALANCED),
                                   &value[2 * i + 1]);
        }
        (void)fprintf(out, "  %-16s %6.2f (%.2f)  %6.2f (%.2f)\n", name,
                      value[0], value[2], value[1], value[3]);
    }
}

static void
print_summary(const struct akin_print *print, const struct akin_json *answer)
{
    const struct akin_json *splits = akin_json_get(answer, "splits");
    const struct akin_json *left = akin_json_get(answer, "left_out");
    const struct akin_json *notes = akin_json_get(answer, "notes");
    struct akin_buf line = {0};

    print_steps(print->out, answer);
    for (size_t i = 0; i < akin_json_count(splits); i++) {
        const struct akin_json *one = akin_json_at(splits, i);

        (void)fprintf(print->out,
                      "%-12s %9" PRId64 " samples of %" PRId64 " units\n",
                      akin_json_text(one, "name"), whole(one, "samples"),
                      whole(one, "units"));
    }
    print_evenness(print->out, answer);
    for (size_t i = 0; i < akin_json_count(left); i++) {
        const struct akin_json *one = akin_json_at(left, i);

        akin_buf_puts(&line, "left out: ");
        (void)akin_print_cut(print, akin_json_text(one, "id"), 80, &line);
        akin_buf_puts(&line, ": ");
        (void)akin_print_cut(print, akin_json_text(one, "why"), 250, &line);
        akin_buf_puts(&line, "\n");
    }
    for (size_t i = 0; i < akin_json_count(notes); i++)
        akin_buf_printf(&line, "note: %s\n",
                        akin_json_string(akin_json_at(notes, i)));
    akin_print_flush(print, &line);
    akin_buf_free(&line);
}

static void
print_answer(const struct akin_collect_args *args,
             const struct akin_json *answer)
{
    struct akin_print print;

    akin_print_init(&print, stdout);
    if (args->json)
        akin_print_json(&print, answer);
    else
        print_summary(&print, answer);
}

/* --- asking a daemon --- */

static enum akin_status
ask_daemon(const struct akin_collect_args *args, struct akin_error *err)
{
    struct akin_client *client = NULL;
    struct akin_json *answer = NULL;
    enum akin_status st = akin_client_open(args->connect, &client, err);

    if (st == AKIN_OK)
        st = akin_client_call(client, "collect", args->params,
                              (int)(args->timeout_s * 1000), &answer, err);
    if (st == AKIN_OK)
        print_answer(args, answer);
    akin_json_free(answer);
    akin_client_close(client);
    return st;
}

/* --- making it --- */

static void
print_changes(const struct akin_collect_args *args,
              const struct akin_collection *collection)
{
    struct akin_json *changes;

    if (args->recipe_inputs == NULL)
        return;
    changes = akin_collect_changes(args->recipe_inputs, collection);
    for (size_t i = 0; i < akin_json_count(changes); i++)
        (void)fprintf(stderr, "akin: since the recipe: %s\n",
                      akin_json_string(akin_json_at(changes, i)));
    akin_json_free(changes);
}

/* The day that the recipe names, so that its bytes come out again; or today. */
static void
choose_day(const struct akin_collect_args *args, char day[AKIN_DATE_TEXT])
{
    const char *made = akin_json_text(args->made, "created");
    time_t now = time(NULL);
    struct tm tm = {0};

    if (made != NULL && akin_date_normalize(made, day))
        return;
    (void)gmtime_r(&now, &tm);
    (void)strftime(day, AKIN_DATE_TEXT, "%Y-%m-%d", &tm);
}

static void
print_differs(const struct akin_collect_args *args,
              const struct akin_json *differs)
{
    if (args->made == NULL || akin_json_get(args->made, "files") == NULL)
        return;
    for (size_t i = 0; i < akin_json_count(differs); i++)
        (void)fprintf(stderr, "akin: other bytes than the recipe's: %s\n",
                      akin_json_string(akin_json_at(differs, i)));
    if (akin_json_count(differs) == 0)
        (void)fprintf(stderr,
                      "akin: every file has the bytes that the recipe names\n");
}

static enum akin_status
write_folder(const struct akin_collect_args *args,
             const struct akin_collect_run *run,
             const struct akin_collection *collection, struct akin_error *err)
{
    char day[AKIN_DATE_TEXT];
    struct akin_collect_write how = {.dir = args->out,
                                     .created = day,
                                     .made = args->made,
                                     .threads = run->threads,
                                     .progress = run->progress,
                                     .ctx = run->ctx};
    struct akin_json *differs = NULL;
    enum akin_status st;

    choose_day(args, day);
    st = akin_collect_write(collection, &how, &differs, err);
    if (*(bool *)run->ctx)
        (void)fputs("\r\033[K", stderr);
    if (st == AKIN_OK)
        print_differs(args, differs);
    akin_json_free(differs);
    return st;
}

static enum akin_status
make(const struct akin_collect_args *args, struct akin_session *session,
     const struct akin_collect_options *options, struct akin_error *err)
{
    bool is_shown = false, is_terminal = isatty(STDERR_FILENO) == 1;
    struct akin_collect_run run = {
        .options = options, .threads = (size_t)args->threads, .ctx = &is_shown};
    struct akin_collection *collection = NULL;
    struct akin_json *answer;
    char *marks = NULL;
    enum akin_status st = AKIN_OK;

    if (!args->quiet && is_terminal)
        run.progress = show_progress;
    if (args->out != NULL) {
        st = akin_collect_check_folder(args->out, err);
        marks = akin_path_join(args->out, AKIN_COLLECT_MARKS);
    }
    if (st != AKIN_OK) {
        free(marks);
        return st;
    }
    if (args->out != NULL)
        st = akin_dir_make(args->out, err);
    run.marks_path = marks;
    if (st == AKIN_OK)
        st = akin_collect_plan(session, &run, &collection, err);
    if (is_shown)
        (void)fputs("\r\033[K", stderr);
    if (st == AKIN_OK && args->out != NULL)
        st = write_folder(args, &run, collection, err);
    if (st == AKIN_OK && args->out != NULL)
        st = akin_file_remove(marks, err); /* all is done: it has served */
    else if (st == AKIN_EINVAL && args->out != NULL)
        (void)!akin_file_remove(marks, NULL); /* the folder is not ours */
    if (st == AKIN_OK) {
        print_changes(args, collection);
        answer = akin_collection_json(collection);
        print_answer(args, answer);
        akin_json_free(answer);
    }
    akin_collection_free(collection);
    free(marks);
    return st;
}

static enum akin_status
run_here(const struct akin_collect_args *args, struct akin_error *err)
{
    struct akin_service *service = NULL;
    struct akin_session *session = NULL;
    struct akin_collect_options options = {0};
    struct akin_config config;
    enum akin_status st =
        akin_collect_options_read(args->params, &options, err);

    if (st == AKIN_OK)
        st = akin_ask_config(NULL, &config, err);
    if (st == AKIN_OK)
        st = akin_service_open(args->store, &config, &service, err);
    if (st == AKIN_OK)
        st = akin_session_new(service, &session, err);
    if (st == AKIN_OK)
        st = make(args, session, &options, err);
    akin_session_free(session);
    akin_service_close(service);
    akin_collect_options_free(&options);
    return st;
}

int
akin_cli_collect_main(int argc, char *const *argv, const char *env_store)
{
    struct akin_collect_args args = {0};
    struct akin_error err = {0};
    enum akin_status st =
        akin_cli_collect_args_parse(argc, argv, env_store, &args, &err);

    if (st == AKIN_OK && args.help)
        akin_cli_collect_help(stdout);
    else if (st == AKIN_OK && args.connect != NULL)
        st = ask_daemon(&args, &err);
    else if (st == AKIN_OK)
        st = run_here(&args, &err);
    if (st == AKIN_OK && fflush(stdout) != 0)
        st = AKIN_FAIL(&err, AKIN_EIO, "cannot write the answer");
    akin_cli_collect_args_free(&args);
    if (st == AKIN_OK)
        return 0;
    (void)fprintf(stderr, "akin: %s\n", err.text);
    return st == AKIN_EINVAL ? 2 : 1;
}
