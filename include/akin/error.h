/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/error.h - what went wrong, as a status to act on and a sentence to read.
 *
 * Every fallible function returns enum akin_status and takes a struct
 * akin_error last, which may be NULL. The object belongs to the caller, has a
 * fixed size (nothing is allocated when memory is short) and is written only
 * on failure. The text is made once, where the trouble is found: it names the
 * thing and the rule. A room boundary may put one prefix before it; nobody
 * rewrites it. Only programs print it.
 *
 * Threads: no shared state.
 */
#ifndef AKIN_ERROR_H
#define AKIN_ERROR_H

enum akin_status {
    AKIN_OK = 0,
    AKIN_ENOTFOUND, /* what was asked for is not there */
    AKIN_EINVAL,    /* the caller's words are wrong */
    AKIN_EFORMAT,   /* bytes from outside are not what they claim to be */
    AKIN_ELIMIT,    /* more than a configured limit allows */
    AKIN_EIO,       /* the system refused: file, disk, socket */
    AKIN_ENOMEM,    /* no memory for a large object */
    AKIN_EAGAIN,    /* not now; the same call may work later */
    AKIN_ECLOSED,   /* the other side or the program is stopping */
    AKIN_ESTALE,    /* parts that do not belong together (store, generation) */
    AKIN_EINTERNAL  /* a library failed in a way that names no cause of ours */
};

#define AKIN_ERROR_TEXT_MAX 384

/* Start from {0}. */
struct akin_error {
    enum akin_status status;
    int line;         /* where it was found, for the log */
    const char *file; /* static string */
    char text[AKIN_ERROR_TEXT_MAX];
};

#define AKIN_MUST_USE __attribute__((warn_unused_result))

/* Fills *err (when not NULL) and gives back the status, so that a failing
 * function can `return AKIN_FAIL(err, AKIN_EFORMAT, "page %u: ...", n);`.
 * Control characters of untrusted text are replaced; too long text is cut. */
#define AKIN_FAIL(err, status, ...)                                            \
    akin_error_set((err), (status), __FILE__, __LINE__, __VA_ARGS__)

/* What AKIN_FAIL calls. */
enum akin_status akin_error_set(struct akin_error *err, enum akin_status status,
                                const char *file, int line, const char *fmt,
                                ...) __attribute__((format(printf, 5, 6)));

/* Puts "prefix: " before the text of a failure. Does nothing on success or
 * when err is NULL. */
void akin_error_prefix(struct akin_error *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* A short name of a status ("not found", "bad format"); a static string. */
const char *akin_status_name(enum akin_status status);

/* Number of elements of a real array. */
#define AKIN_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
