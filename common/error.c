/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Texts quote bytes from outside; a terminal must not obey them. */
static void
disarm(char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        if (c < 0x20 || c == 0x7f)
            *text = ' ';
    }
}

enum akin_status
akin_error_set(struct akin_error *err, enum akin_status status,
               const char *file, int line, const char *fmt, ...)
{
    va_list args;

    if (err == NULL)
        return status;
    err->status = status;
    err->file = file;
    err->line = line;
    va_start(args, fmt);
    (void)vsnprintf(err->text, sizeof(err->text), fmt, args);
    va_end(args);
    disarm(err->text);
    return status;
}

void
akin_error_prefix(struct akin_error *err, const char *fmt, ...)
{
    char old[AKIN_ERROR_TEXT_MAX];
    va_list args;
    size_t len;
    int n;

    if (err == NULL || err->status == AKIN_OK)
        return;
    memcpy(old, err->text, sizeof(old));
    va_start(args, fmt);
    n = vsnprintf(err->text, sizeof(err->text), fmt, args);
    va_end(args);
    len = n < 0 ? 0 : (size_t)n;
    if (len + 2 < sizeof(err->text)) {
        size_t room = sizeof(err->text) - len - 3;

        memcpy(err->text + len, ": ", 2);
        old[room < sizeof(old) - 1 ? room : sizeof(old) - 1] = '\0';
        memcpy(err->text + len + 2, old, strlen(old) + 1);
    }
    disarm(err->text);
}

const char *
akin_status_name(enum akin_status status)
{
    switch (status) {
    case AKIN_OK:
        return "ok";
    case AKIN_ENOTFOUND:
        return "not found";
    case AKIN_EINVAL:
        return "invalid";
    case AKIN_EFORMAT:
        return "bad format";
    case AKIN_ELIMIT:
        return "over a limit";
    case AKIN_EIO:
        return "input/output";
    case AKIN_ENOMEM:
        return "out of memory";
    case AKIN_EAGAIN:
        return "try again";
    case AKIN_ECLOSED:
        return "closed";
    case AKIN_ESTALE:
        return "does not belong together";
    case AKIN_EINTERNAL:
        return "internal";
    }
    return "unknown";
}
