/* SPDX-License-Identifier: Apache-2.0 */
/*
 * standalone.c - runs a fuzz target over files and folders, without libFuzzer:
 * so the corpora are ordinary tests of every build. Each file is also tried cut
 * short at a few places and with single bytes changed, the same way every run.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "akin/bytes.h"
#include "akin/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FILE_MAX_BYTES ((uint64_t)1 << 24)
#define CUTS 16
#define CHANGES 16

static size_t n_runs;

static void
run_once(const uint8_t *data, size_t len)
{
    /* An exact copy on the heap, so that sanitizers see reads past its end. */
    uint8_t *copy = malloc(len == 0 ? 1 : len);

    if (copy == NULL)
        return;
    if (len > 0)
        memcpy(copy, data, len);
    (void)LLVMFuzzerTestOneInput(copy, len);
    free(copy);
    n_runs++;
}

static void
run_variants(struct akin_buf *bytes)
{
    run_once(bytes->data, bytes->len);
    for (size_t i = 1; i <= CUTS && bytes->len > CUTS; i++)
        run_once(bytes->data, bytes->len * i / (CUTS + 1));
    for (size_t i = 0; i < CHANGES && bytes->len > 0; i++) {
        size_t place = (i * 2654435761u + i * i * 97u) % bytes->len;
        uint8_t old = bytes->data[place];

        bytes->data[place] = (uint8_t)(old ^ (1u << (i % 8)));
        run_once(bytes->data, bytes->len);
        bytes->data[place] = old;
    }
}

static int
run_path(const char *path)
{
    struct akin_error err = {0};
    struct akin_names names = {0};
    struct akin_buf bytes = {0};
    int rc = 0;

    if (akin_dir_list(path, &names, NULL) == AKIN_OK) {
        for (size_t i = 0; i < names.n && rc == 0; i++) {
            char *child = akin_path_join(path, names.name[i]);

            rc = run_path(child);
            free(child);
        }
        akin_names_free(&names);
        return rc;
    }
    if (akin_file_read(path, FILE_MAX_BYTES, &bytes, &err) != AKIN_OK) {
        (void)fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    run_variants(&bytes);
    akin_buf_free(&bytes);
    return 0;
}

int
main(int argc, char **argv)
{
    int rc = 0;

    for (int i = 1; i < argc && rc == 0; i++)
        rc = run_path(argv[i]);
    if (rc == 0 && n_runs == 0) {
        (void)fprintf(stderr, "no corpus file was run\n");
        rc = 1;
    }
    (void)printf("%zu inputs\n", n_runs);
    return rc;
}
