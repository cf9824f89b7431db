/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "error_internal.h"

/* Bytes of an unfinished UTF-8 sequence at the end of text. */
static size_t
unfinished(const char *text, size_t len)
{
    size_t n = 1;

    while (n <= 3 && n < len && ((unsigned char)text[len - n] & 0xc0) == 0x80)
        n++;
    if (len < n)
        return 0;
    switch ((unsigned char)text[len - n] >> 4) {
    case 0xc:
    case 0xd:
        return n < 2 ? n : 0;
    case 0xe:
        return n < 3 ? n : 0;
    case 0xf:
        return n < 4 ? n : 0;
    default:
        return 0;
    }
}

/* Texts quote bytes from outside; a terminal must not obey them. */
void
akin__disarm(char *text, char instead)
{
    size_t len = strlen(text);

    len -= unfinished(text, len);
    text[len] = '\0';
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text, next = (unsigned char)text[1];

        if (c < 0x20 || c == 0x7f)
            *text = instead;
        if (c == 0xc2 && next >= 0x80 && next < 0xa0) {
            *text++ = instead;
            *text = instead;
        }
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
    akin__disarm(err->text, ' ');
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
    akin__disarm(err->text, ' ');
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
