/* SPDX-License-Identifier: Apache-2.0 */
/* The file of marks that a stopped planning left: any bytes are read without
 * harm, and what is added can be read again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "akin/file.h"
#include "collect/marks_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    struct akin_marks_file *file = NULL;
    struct akin_hash image = {0}, other = {{9}};
    struct akin_collect_sample s[2] = {{.tile = 0}, {.tile = 1}};

    (void)snprintf(path, sizeof(path), "akin-fuzz-marks.%ld", (long)getpid());
    if (size >= 24)
        memcpy(image.bytes, data + 8, 16);
    if (akin_file_write(path, akin_span_of(data, size), NULL) == AKIN_OK &&
        akin_marks_file_open(path, &file, NULL) == AKIN_OK) {
        (void)akin_marks_file_get(file, &image, s, 2);
        if (akin_marks_file_put(file, &other, s, 2, NULL) != AKIN_OK)
            abort();
        akin_marks_file_close(file);
        if (akin_marks_file_open(path, &file, NULL) != AKIN_OK ||
            !akin_marks_file_get(file, &other, s, 2))
            abort();
        akin_marks_file_close(file);
    }
    (void)unlink(path);
    return 0;
}
