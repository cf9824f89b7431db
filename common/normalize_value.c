/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/normalize.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "normalize_internal.h"

/* ---- ORCID ---- */

/* ISO 7064 mod 11-2 over the first 15 digits, as ORCID describes it ("Structure
 * of the ORCID identifier"). */
static char
orcid_check_digit(const char *id)
{
    unsigned total = 0;

    for (size_t i = 0; i < 18; i++)
        if (id[i] != '-')
            total = (total + (unsigned)(id[i] - '0')) * 2;
    total = (12 - total % 11) % 11;
    return total == 10 ? 'X' : (char)('0' + total);
}

/* dddd-dddd-dddd-dddc at the start of text, not within a longer number. */
static bool
orcid_at(const char *text)
{
    for (size_t i = 0; i < 19; i++) {
        bool dash = i == 4 || i == 9 || i == 14;

        if (dash ? text[i] != '-' : !isdigit((unsigned char)text[i]))
            if (i != 18 || (text[i] != 'X' && text[i] != 'x'))
                return false;
    }
    return !isalnum((unsigned char)text[19]) && text[19] != '-';
}

enum akin_orcid_state
akin_orcid_find(const char *text, char out[AKIN_ORCID_TEXT])
{
    bool inside = false; /* the character before belongs to a number or word */

    for (; *text != '\0'; text++) {
        if (!inside && strnlen(text, 19) == 19 && orcid_at(text)) {
            memcpy(out, text, 19);
            out[18] = out[18] == 'x' ? 'X' : out[18];
            out[19] = '\0';
            return orcid_check_digit(out) == out[18] ? AKIN_ORCID_FOUND
                                                     : AKIN_ORCID_WRONG;
        }
        inside = isalnum((unsigned char)*text) || *text == '-';
    }
    return AKIN_ORCID_NONE;
}

/* ---- papers ---- */

/* The characters that end a DOI inside of a text or a URL. */
static size_t
doi_length(const char *text)
{
    size_t slash = strcspn(text, "/"), len;
    int open = 0;

    if (slash < 7 || slash > 12 || text[slash] != '/')
        return 0;
    for (size_t i = 3; i < slash; i++)
        if (!isdigit((unsigned char)text[i]) && text[i] != '.')
            return 0;
    for (len = slash + 1; text[len] != '\0'; len++) {
        if (isspace((unsigned char)text[len]) || strchr("\"<>?#|", text[len]))
            break;
        open += text[len] == '(';
        if (text[len] == ')' && open-- == 0)
            break;
    }
    while (len > slash + 1 && strchr(".,;:", text[len - 1]) != NULL)
        len--;
    return len > slash + 1 && len < 200 ? len : 0;
}

bool
akin_doi_normalize(const char *text, struct akin_buf *doi)
{
    const char *start = text;

    for (const char *p = strstr(text, "10."); p != NULL;
         p = strstr(p + 1, "10.")) {
        size_t len = doi_length(p);

        /* not "2010.1234/x" */
        if (len == 0 ||
            (p > start && (isdigit((unsigned char)p[-1]) || p[-1] == '.')))
            continue;
        akin_buf_put(doi, p, len);
        return true;
    }
    return false;
}

bool
akin_pubmed_normalize(const char *text, struct akin_buf *id)
{
    static const char *const before[] = {"ncbi.nlm.nih.gov/pubmed/",
                                         "pubmed.ncbi.nlm.nih.gov/",
                                         "pubmed:", "pmid:", "pmid"};
    size_t digits;

    (void)akin__trim(&text);
    for (size_t i = 0; i < AKIN_COUNT(before); i++) {
        const char *at = akin__find_nocase(text, before[i]);

        if (at != NULL && (at == text || i < 2)) {
            text = at + strlen(before[i]);
            break;
        }
    }
    text += strspn(text, " ");
    digits = strspn(text, "0123456789");
    if (digits < 1 || digits > 9 || text[0] == '0' ||
        text[digits + strspn(text + digits, " /")] != '\0')
        return false;
    akin_buf_put(id, text, digits);
    return true;
}

/* ---- dates ---- */

static bool
is_day(int year, int month, int day)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return year >= 1800 && year < 2200 && month >= 1 && month <= 12 &&
           day >= 1 && day <= days[month - 1] + (month == 2 && leap);
}

static bool
put_day(int year, int month, int day, char out[AKIN_DATE_TEXT])
{
    if (!is_day(year, month, day))
        return false;
    (void)snprintf(out, AKIN_DATE_TEXT, "%04u-%02u-%02u",
                   (unsigned)year % 10000, (unsigned)month % 100,
                   (unsigned)day % 100);
    return true;
}

/* Three letters of a month's English name -> 1..12, or 0. */
static int
month_of(const char *word)
{
    static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";

    for (int i = 0; i < 12; i++)
        if (strncasecmp(word, names + (ptrdiff_t)i * 3, 3) == 0)
            return i + 1;
    return 0;
}

/* Up to four parts of a date: numbers and a month's name. */
struct parts {
    int number[3];
    int digits[3]; /* how many the number had */
    int n;
    int month;       /* by name; 0: none */
    int month_place; /* how many numbers stood before it */
};

static bool
read_parts(const char *p, struct parts *parts)
{
    while (*p != '\0' && *p != 'T' && parts->n < 3) {
        if (isdigit((unsigned char)*p)) {
            size_t digits = strspn(p, "0123456789");

            if (digits > 8)
                return false;
            parts->number[parts->n] = (int)strtol(p, NULL, 10);
            parts->digits[parts->n++] = (int)digits;
            p += digits;
            if (strncasecmp(p, "st", 2) == 0 || strncasecmp(p, "nd", 2) == 0 ||
                strncasecmp(p, "rd", 2) == 0 || strncasecmp(p, "th", 2) == 0)
                p += 2;
        } else if (isalpha((unsigned char)*p)) {
            if (parts->month != 0 || (parts->month = month_of(p)) == 0)
                return false;
            parts->month_place = parts->n;
            while (isalpha((unsigned char)*p))
                p++;
        } else if (strchr("-/., ", *p) != NULL) {
            p++;
        } else {
            return false;
        }
    }
    return true;
}

/* Day and month before a year: certain only when one is above 12, they are the
 * same, or dots are used (a European habit without an exception). */
static bool
put_short(const struct parts *p, bool dots, char out[AKIN_DATE_TEXT])
{
    int a = p->number[0], b = p->number[1];

    if (p->digits[2] != 4)
        return false;
    if (dots || a > 12 || a == b)
        return put_day(p->number[2], b, a, out);
    return b > 12 && put_day(p->number[2], a, b, out);
}

bool
akin_date_normalize(const char *text, char out[AKIN_DATE_TEXT])
{
    struct parts p = {0};

    (void)akin__trim(&text);
    if (!read_parts(text, &p))
        return false;
    if (p.n == 1 && p.digits[0] == 8 && p.month == 0)
        return put_day(p.number[0] / 10000, p.number[0] / 100 % 100,
                       p.number[0] % 100, out);
    if (p.n >= 2 && p.month != 0) {
        if (p.digits[1] == 4 && p.month_place <= 1)
            return put_day(p.number[1], p.month, p.number[0], out);
        return p.digits[0] == 4 && p.month_place == 1 &&
               put_day(p.number[0], p.month, p.number[1], out);
    }
    if (p.n < 3 || p.month != 0)
        return false;
    if (p.digits[0] == 4 && p.digits[1] <= 2 && p.digits[2] <= 2)
        return put_day(p.number[0], p.number[1], p.number[2], out);
    return put_short(&p, strchr(text, '.') != NULL, out);
}

bool
akin_year_normalize(const char *text, int *year)
{
    char date[AKIN_DATE_TEXT];
    size_t digits;
    long value;

    (void)akin__trim(&text);
    if (akin_date_normalize(text, date)) {
        *year = (int)strtol(date, NULL, 10);
        return true;
    }
    digits = strspn(text, "0123456789");
    if (digits != 4 || (text[4] != '\0' && strchr("-/. ", text[4]) == NULL))
        return false;
    value = strtol(text, NULL, 10);
    if (value < 1800 || value >= 2200)
        return false;
    *year = (int)value;
    return true;
}

/* ---- counts ---- */

static bool
count_of_text(const char *text, int64_t *out)
{
    size_t len = akin__trim(&text);
    uint64_t value = 0;

    if (len == 0)
        return false;
    for (size_t i = 0; i < len; i++) {
        unsigned digit = (unsigned)(text[i] - '0');

        if (text[i] == ',' && i > 0 && i + 3 < len &&
            isdigit((unsigned char)text[i + 1]))
            continue;
        if (digit > 9 || value > (uint64_t)(INT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *out = (int64_t)value;
    return true;
}

bool
akin_count_normalize(const struct akin_json *json, int64_t *out)
{
    int64_t whole;
    double real;

    if (akin_json_type(json) == AKIN_JSON_STRING)
        return count_of_text(akin_json_string(json), out);
    if (akin_json_int(json, &whole)) {
        if (whole < 0)
            return false;
        *out = whole;
        return true;
    }
    /* above 2^53 a real is no longer the number that was meant */
    if (akin_json_type(json) != AKIN_JSON_REAL ||
        !akin_json_number(json, &real) || real < 0 || real > 9007199254740992.0)
        return false;
    whole = (int64_t)real;
    if ((double)whole < real || (double)whole > real)
        return false;
    *out = whole;
    return true;
}
