/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/normalize.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "akin/utf8.h"
#include "normalize_internal.h"

/* ---- single characters ---- */

void
akin__put_code(struct akin_buf *out, uint32_t code)
{
    char c[4];

    if (code < 0x80) {
        c[0] = (char)code;
        akin_buf_put(out, c, 1);
    } else if (code < 0x800) {
        c[0] = (char)(0xc0 | code >> 6);
        c[1] = (char)(0x80 | (code & 0x3f));
        akin_buf_put(out, c, 2);
    } else if (code < 0x10000) {
        c[0] = (char)(0xe0 | code >> 12);
        c[1] = (char)(0x80 | (code >> 6 & 0x3f));
        c[2] = (char)(0x80 | (code & 0x3f));
        akin_buf_put(out, c, 3);
    } else {
        c[0] = (char)(0xf0 | code >> 18);
        c[1] = (char)(0x80 | (code >> 12 & 0x3f));
        c[2] = (char)(0x80 | (code >> 6 & 0x3f));
        c[3] = (char)(0x80 | (code & 0x3f));
        akin_buf_put(out, c, 4);
    }
}

/* White space of Unicode (property White_Space), without the ASCII controls
 * that are not used as such. */
static bool
is_blank(uint32_t code)
{
    return code == ' ' || code == '\t' || code == '\n' || code == '\r' ||
           code == 0xa0 || code == 0x1680 ||
           (code >= 0x2000 && code <= 0x200a) || code == 0x2028 ||
           code == 0x2029 || code == 0x202f || code == 0x205f || code == 0x3000;
}

static bool
is_invisible(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0xad ||
           code == 0x200b || code == 0x2060 || code == 0xfeff;
}

/* ---- tags and character references ---- */

static const struct {
    const char *name;
    bool breaks; /* ends a line */
} tags[] = {
    {"p", true},      {"br", true},      {"div", true},    {"li", true},
    {"ul", true},     {"ol", true},      {"h1", true},     {"h2", true},
    {"h3", true},     {"h4", true},      {"h5", true},     {"h6", true},
    {"tr", true},     {"table", true},   {"td", false},    {"th", false},
    {"i", false},     {"b", false},      {"em", false},    {"strong", false},
    {"sub", false},   {"sup", false},    {"u", false},     {"a", false},
    {"span", false},  {"font", false},   {"small", false}, {"tt", false},
    {"code", false},  {"pre", true},     {"title", false}, {"tbody", true},
    {"jats:p", true}, {"jats:i", false},
};

#define TAG_MAX 300 /* bytes between '<' and '>' */

/* The length of the HTML tag that starts here, or 0: the name must be one of
 * the list, so that "a < b and c > d" stays as it is. */
static size_t
tag_length(const char *p, bool *breaks)
{
    const char *name = p + 1 + (p[1] == '/');
    size_t len = strcspn(name, " \t\r\n/><");
    const char *end;

    for (size_t i = 0; i < AKIN_COUNT(tags); i++) {
        if (strlen(tags[i].name) != len ||
            strncasecmp(tags[i].name, name, len) != 0)
            continue;
        end = name + strcspn(name, "<>");
        if (*end != '>' || end - p > TAG_MAX)
            return 0;
        *breaks = tags[i].breaks;
        return (size_t)(end - p) + 1;
    }
    return 0;
}

static const struct {
    const char *name;
    uint32_t code;
} references[] = {
    {"amp", '&'},      {"lt", '<'},       {"gt", '>'},       {"quot", '"'},
    {"apos", '\''},    {"nbsp", ' '},     {"deg", 0xb0},     {"micro", 0xb5},
    {"mu", 0x3bc},     {"alpha", 0x3b1},  {"beta", 0x3b2},   {"gamma", 0x3b3},
    {"plusmn", 0xb1},  {"times", 0xd7},   {"ndash", 0x2013}, {"mdash", 0x2014},
    {"lsquo", 0x2018}, {"rsquo", 0x2019}, {"ldquo", 0x201c}, {"rdquo", 0x201d},
    {"auml", 0xe4},    {"ouml", 0xf6},    {"uuml", 0xfc},    {"eacute", 0xe9},
};

static bool
numeric_reference(const char *name, size_t len, uint32_t *code)
{
    bool hex = len > 1 && (name[1] == 'x' || name[1] == 'X');
    char digits[9] = {0};
    char *end;

    name += hex ? 2 : 1;
    len -= hex ? 2 : 1;
    if (len == 0 || len >= sizeof(digits) || !isxdigit((unsigned char)*name))
        return false;
    memcpy(digits, name, len);
    *code = (uint32_t)strtoul(digits, &end, hex ? 16 : 10);
    return *end == '\0' && *code > 0 && *code < 0x110000 &&
           (*code < 0xd800 || *code > 0xdfff);
}

/* The length of the reference at "&", or 0. */
static size_t
reference_length(const char *p, uint32_t *code)
{
    size_t len = strcspn(p + 1, "; <&");

    if (len == 0 || len > 10 || p[1 + len] != ';')
        return 0;
    if (p[1] == '#')
        return numeric_reference(p + 1, len, code) ? len + 2 : 0;
    for (size_t i = 0; i < AKIN_COUNT(references); i++)
        if (strlen(references[i].name) == len &&
            strncmp(references[i].name, p + 1, len) == 0) {
            *code = references[i].code;
            return len + 2;
        }
    return 0;
}

/* ---- cleaning ---- */

/* What is still to be written before the next visible character. */
struct gap {
    bool any;   /* white space was seen */
    int breaks; /* line breaks in it */
    bool start; /* nothing was written yet */
};

static void
close_gap(struct gap *gap, enum akin_text_shape shape, struct akin_buf *out)
{
    if (!gap->start && gap->any) {
        if (shape == AKIN_TEXT_LINE || gap->breaks == 0)
            akin_buf_puts(out, " ");
        else
            akin_buf_puts(out, gap->breaks > 1 ? "\n\n" : "\n");
    }
    *gap = (struct gap){0};
}

static void
put_visible(uint32_t code, struct gap *gap, enum akin_text_shape shape,
            struct akin_buf *out)
{
    if (is_blank(code)) {
        gap->any = true;
        gap->breaks += code == '\n' || code == 0x2028 || code == 0x2029;
    } else if (!is_invisible(code)) {
        close_gap(gap, shape, out);
        akin__put_code(out, code);
    }
}

void
akin_text_clean(const char *text, enum akin_text_shape shape,
                struct akin_buf *out)
{
    struct gap gap = {.start = true};

    while (*text != '\0') {
        uint32_t code = 0;
        bool breaks = false;
        size_t n = 0;

        if (*text == '<' && (n = tag_length(text, &breaks)) > 0) {
            gap.any = gap.any || breaks;
            gap.breaks += breaks && gap.breaks == 0;
            text += n;
            continue;
        }
        if (*text == '&')
            n = reference_length(text, &code);
        text += n;
        if (n == 0)
            code = akin_utf8_next(&text);
        put_visible(code, &gap, shape, out);
    }
}

/* Pairs that correct text does not have, and a wrong character set makes. */
static bool
suspect_pair(uint32_t a, uint32_t b)
{
    if (a == 0xc2 || a == 0xc3) /* UTF-8 read as Latin-1 */
        return b >= 0x80 && b <= 0xbf;
    if (a == 0xe2) /* UTF-8 punctuation read as Windows-1252 */
        return b == 0x20ac || b == 0x201a || b == 0x80;
    if (a == 0x2a1 ||
        a == 0xa1) /* a degree sign of the Mac, as in "4\u02a1C" */
        return b == 'C';
    return false;
}

bool
akin_text_suspect(const char *text)
{
    uint32_t before = 0, code;

    while ((code = akin_utf8_next(&text)) != 0) {
        if (code == 0xfffd || (code >= 0x80 && code < 0xa0) ||
            suspect_pair(before, code))
            return true;
        before = code;
    }
    return false;
}

/* ---- e-mail addresses ---- */

static bool
is_address_char(char c)
{
    return isalnum((unsigned char)c) || c == '.' || c == '_' || c == '-' ||
           c == '+' || c == '%';
}

/* How much of the text before `at` is the local part, and behind it a domain
 * with a dot; false when either is missing. */
static bool
address_around(const char *text, const char *at, const char **from,
               const char **to)
{
    const char *start = at, *end = at + 1, *dot = NULL;

    while (start > text && is_address_char(start[-1]))
        start--;
    while (is_address_char(*end)) {
        dot = *end == '.' && isalpha((unsigned char)end[1]) ? end : dot;
        end++;
    }
    if (start == at || dot == NULL)
        return false;
    /* a URL like https://host/@name@other.org is not an address */
    if (start > text && start[-1] == '/')
        return false;
    while (end > at && end[-1] == '.')
        end--;
    *from = start;
    *to = end;
    return true;
}

bool
akin_text_without_email(const char *text, struct akin_buf *out)
{
    const char *done = text, *from, *to;
    bool found = false;

    for (const char *at = strchr(text, '@'); at != NULL;
         at = strchr(at + 1, '@')) {
        if (at < done || !address_around(done, at, &from, &to))
            continue;
        if (from - done >= 7 && strncasecmp(from - 7, "mailto:", 7) == 0)
            from -= 7;
        if (from > done && from[-1] == '<' && *to == '>') {
            from--;
            to++;
        }
        akin_buf_put(out, done, (size_t)(from - done));
        done = to;
        found = true;
    }
    akin_buf_puts(out, done);
    return found;
}

/* ---- names ---- */

static int
folded(char c)
{
    return c == '-' || c == '_' ? ' ' : tolower((unsigned char)c);
}

bool
akin_name_equal(const char *a, const char *b)
{
    while (*a != '\0' && *b != '\0' && folded(*a) == folded(*b)) {
        a++;
        b++;
    }
    return *a == '\0' && *b == '\0';
}

const char *
akin__find_nocase(const char *text, const char *needle)
{
    size_t len = strlen(needle);

    for (; *text != '\0'; text++)
        if (strncasecmp(text, needle, len) == 0)
            return text;
    return NULL;
}

size_t
akin__trim(const char **text)
{
    size_t len;

    while (isspace((unsigned char)**text))
        (*text)++;
    len = strlen(*text);
    while (len > 0 && isspace((unsigned char)(*text)[len - 1]))
        len--;
    return len;
}

/* ---- keywords ---- */

/* First words of MeSH headings that are written in inverted order. */
static const char *const mesh_heads[] = {
    "Microscopy",
    "Muscle",
    "Models",
    "Imaging",
    "Image Processing",
    "Mice",
    "Cells",
    "Receptors",
    "Neurons",
    "Tomography",
    "Proteins",
    "Genes",
    "RNA",
    "DNA",
    "Tissue Culture Techniques",
    "Stem Cells",
    "Membrane",
    "Rats",
    "Animals",
};

static bool
is_inverted_heading(const char *text)
{
    const char *comma = strchr(text, ',');
    bool known = false;

    if (comma == NULL)
        return false;
    for (size_t i = 0; i < AKIN_COUNT(mesh_heads) && !known; i++)
        known = strlen(mesh_heads[i]) == (size_t)(comma - text) &&
                strncmp(mesh_heads[i], text, (size_t)(comma - text)) == 0;
    for (; known && comma != NULL; comma = strchr(comma + 1, ','))
        known = comma[1] == ' ' && isupper((unsigned char)comma[2]);
    return known;
}

/* Cuts "(MeSH Unique ID:...)" and "[major]" out of one keyword, in place. */
static void
drop_decorations(char *word)
{
    static const char *const marks[] = {"(MeSH", "[MeSH", "[major", "(major",
                                        "*"};

    for (size_t i = 0; i < AKIN_COUNT(marks); i++) {
        const char *found = akin__find_nocase(word, marks[i]);
        char *at = found == NULL ? NULL : word + (found - word);
        char close = marks[i][0] == '(' ? ')' : ']';
        char *end;

        if (at == NULL || (marks[i][0] == '*' && at[1] != '\0'))
            continue;
        end = strchr(at, close);
        if (end == NULL || marks[i][0] == '*')
            *at = '\0';
        else
            memmove(at, end + 1, strlen(end + 1) + 1);
    }
}

static void
add_keyword(const char *from, size_t len, struct akin_json *keywords)
{
    char *word = akin_strndup(from, len);
    struct akin_buf clean = {0};
    bool known = false;

    drop_decorations(word);
    akin_text_clean(word, AKIN_TEXT_LINE, &clean);
    while (clean.len > 0 && strchr(".,;", clean.data[clean.len - 1]) != NULL)
        clean.data[--clean.len] = '\0';
    for (size_t i = 0; i < akin_json_count(keywords) && !known; i++) {
        const char *old = akin_json_string(akin_json_at(keywords, i));

        known = old != NULL && strcasecmp(old, akin_buf_text(&clean)) == 0;
    }
    if (!known && clean.len > 0)
        akin_json_append(keywords, akin_json_new_string(akin_buf_text(&clean)));
    akin_buf_free(&clean);
    free(word);
}

void
akin_keywords_split(const char *text, bool one_of_many,
                    struct akin_json *keywords)
{
    int depth = 0; /* a comma in parentheses belongs to the keyword */
    const char *from = text, *p;
    bool commas = !(one_of_many && is_inverted_heading(text));

    for (p = text; *p != '\0'; p++) {
        depth += *p == '(';
        depth -= *p == ')' && depth > 0;
        if (*p == ';' || *p == '\n' || *p == '\r' || *p == '\t' ||
            (*p == ',' && commas && depth == 0)) {
            add_keyword(from, (size_t)(p - from), keywords);
            from = p + 1;
            depth = 0;
        }
    }
    add_keyword(from, (size_t)(p - from), keywords);
}
