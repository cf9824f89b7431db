/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_add.c - akin-index add and sync: options, and what is said at the end.
 */
#include "add.h"
#include "akin/log.h"
#include "akin/record_tally.h"
#include "args.h"
#include "command.h"
#include "stop.h"

struct words {
    struct akin_common common;
    bool publish, no_publish, report, json;
    const char *into;
};

static void
print_json(const struct akin_summary *summary)
{
    struct akin_json *json = akin_summary_json(summary);
    struct akin_buf text = {0};

    akin_json_write(json, AKIN_JSON_PRETTY, &text);
    (void)puts(akin_buf_text(&text));
    (void)fflush(stdout);
    akin_buf_free(&text);
    akin_json_free(json);
}

static void
print_summary(const struct akin_summary *summary, const struct words *words)
{
    struct akin_buf text = {0};

    if (words->json) {
        print_json(summary);
    } else if (!words->common.is_quiet) {
        if (words->report)
            akin_record_tally_text(summary->report, &text);
        akin_summary_text(summary, &text);
        (void)fputs(akin_buf_text(&text), stdout);
        (void)fflush(stdout);
    }
    akin_buf_clear(&text);
    akin_summary_bad_text(summary, &text);
    (void)fputs(akin_buf_text(&text), stderr);
    akin_buf_free(&text);
}

static int
finish(const struct akin_args *args, const struct words *words,
       const struct akin_summary *summary, enum akin_status st,
       const struct akin_error *err)
{
    if (st != AKIN_OK && !summary->has_begun) {
        (void)akin_args_failed(args, err);
        return AKIN_EXIT_USAGE;
    }
    print_summary(summary, words);
    if (st == AKIN_ECLOSED) {
        (void)fprintf(stderr,
                      "%s: stopped. All that was counted above is in the "
                      "store; the same command goes on from here.\n",
                      args->command);
        return AKIN_EXIT_FAILED;
    }
    if (st != AKIN_OK)
        return akin_args_failed(args, err);
    return summary->n_bad > 0 ? AKIN_EXIT_QUARANTINED : AKIN_EXIT_DONE;
}

static int
run(const struct akin_args *args, const struct words *words, bool is_sync)
{
    struct akin_add_options options = {
        .store = words->common.store,
        .paths = args->operands,
        .n_paths = args->n_operands,
        .config = &words->common.config,
        .publish = words->publish      ? AKIN_PUBLISH_ALWAYS
                   : words->no_publish ? AKIN_PUBLISH_NEVER
                                       : AKIN_PUBLISH_WHEN_DUE,
        .into = words->into,
        .is_sync = is_sync,
        .is_quiet = words->common.is_quiet,
        .is_verbose = words->common.is_verbose};
    struct akin_summary summary = {0};
    struct akin_error err = {0};
    enum akin_status st;
    int code;

    if (words->common.is_quiet)
        akin_log_set_level(AKIN_LOG_WARN);
    akin_stop_install();
    st = akin_add_run(&options, &summary, &err);
    code = finish(args, words, &summary, st, &err);
    akin_summary_free(&summary);
    return code;
}

static int
add_or_sync(const char *command, const char *about, const char *example,
            bool is_sync, int argc, char **argv)
{
    struct words words = {.publish = false};
    const struct akin_arg rows[] = {
        AKIN_ARG_ROW_STORE(&words.common),
        {"--jobs", AKIN_ARG_JOBS, "N", &words.common.config,
         "threads that read images (0: one for each processor)", false},
        {"--publish", AKIN_ARG_FLAG, NULL, &words.publish,
         "build a new generation in any case", false},
        {"--no-publish", AKIN_ARG_FLAG, NULL, &words.no_publish,
         "build none; what is new is found all the same", false},
        {"--report", AKIN_ARG_FLAG, NULL, &words.report,
         "what in the metadata was normalised, doubted or missing", false},
        {"--json", AKIN_ARG_FLAG, NULL, &words.json,
         "say at the end what was done, with the report, as JSON", false},
        AKIN_ARG_ROWS_CONFIG(&words.common),
        AKIN_ARG_ROWS_TALK(&words.common),
        /* the last: not for sync */
        {"--dataset", AKIN_ARG_TEXT, "ID", &words.into,
         "all images belong to this dataset, which is there; no metadata is "
         "read",
         false}};
    struct akin_args args = {.command = command,
                             .about = about,
                             .example = example,
                             .arg = rows,
                             .n_args = AKIN_COUNT(rows) - (is_sync ? 1 : 0),
                             .operand = is_sync ? "SOURCE" : "PATH",
                             .min_operands = 1};
    int code;

    akin_common_init(&words.common);
    if (!akin_args_begin(&args, argc, argv, &code))
        return code;
    if (words.publish && words.no_publish) {
        (void)fprintf(stderr,
                      "%s: --publish and --no-publish contradict each other\n",
                      command);
        code = AKIN_EXIT_USAGE;
    } else {
        code = run(&args, &words, is_sync);
    }
    akin_args_free(&args);
    return code;
}

int
akin_cmd_add(int argc, char **argv)
{
    static const char about[] =
        "Reads images and metadata into a store, which is made when it is not\n"
        "there. May be interrupted at any moment and run again: what is done "
        "is\nnot done twice, and files that did not change are skipped.\n\n"
        "PATH is one of\n"
        "  a dataset folder   holds metadata (dataset.json, "
        "ro-crate-metadata.json,\n"
        "                     x-ro-crate-metadata.json, ...) or images, or a "
        "folder\n"
        "                     images/. Without metadata the folder's name is "
        "the\n"
        "                     dataset's id. Images in folders below belong to "
        "it,\n"
        "                     except where a folder has metadata of its own;\n"
        "                     annotations/, masks/ and labels/ are left out.\n"
        "  a folder of those  is looked through for dataset folders\n"
        "  an image           joins the dataset of the nearest folder above it "
        "that\n"
        "                     has metadata (four up at most), else the dataset "
        "named\n"
        "                     after the folder it lies in, which is made if "
        "need be\n"
        "  a metadata file    its datasets only, without images\n\n"
        "Metadata of one id from several places is one dataset: of one kind "
        "(crate,\nsubmission, dataset.json, ...) the newest counts; several "
        "kinds complete each\nother. File lists beside the metadata "
        "(files.csv, or what it names) say more\nof single images.\n\n"
        "Files that cannot be read are listed and left out (quarantined); the "
        "rest\ngoes on and the exit code is 3. They are tried again by the "
        "next run.\n"
        "Files that vanished stay in the store: sync removes those.\n";
    static const char example[] =
        "  akin-index add --store ~/akin /data/microscopy\n"
        "  akin-index add --store ~/akin --jobs 4 study/ other/image.tif\n"
        "  akin-index add --store ~/akin --dataset S-BIAD634 downloads/\n"
        "  akin-index add --store ~/akin --report --no-publish crates/\n";

    return add_or_sync("akin-index add", about, example, false, argc, argv);
}

int
akin_cmd_sync(int argc, char **argv)
{
    static const char about[] =
        "As akin-index add, and then removes what the store has from SOURCE "
        "but\nSOURCE no longer lists: images whose files are gone, and "
        "datasets that\nnothing there declares any more (they leave a "
        "tombstone with the reason).\n"
        "What came from elsewhere stays. Nothing is removed below folders "
        "that\n"
        "cannot be listed, nor when SOURCE lists nothing at all.\n";
    static const char example[] =
        "  akin-index sync --store ~/akin /data/microscopy\n";

    return add_or_sync("akin-index sync", about, example, true, argc, argv);
}
