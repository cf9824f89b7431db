/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Licence texts -> SPDX ids (https://spdx.org/licenses/).
 *
 * A text is either a URL of a table or a row of words. Words that carry no
 * meaning are dropped; a word that is not known makes the whole text unknown,
 * so that "MIT or GPL" is not taken for MIT.
 */
#include "akin/normalize.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "normalize_internal.h"

/* Parts of a Creative Commons licence. */
struct cc {
    bool named; /* "CC" or "Creative Commons" was said */
    bool by, nc, nd, sa, zero;
    char version[4];
};

static const char *const cc_versions[] = {"1.0", "2.0", "2.5", "3.0", "4.0"};

static bool
put_cc(const struct cc *cc, struct akin_buf *spdx)
{
    bool known = false;

    if (cc->zero) {
        known = !cc->by && !cc->nc && !cc->nd && !cc->sa &&
                (cc->version[0] == '\0' || strcmp(cc->version, "1.0") == 0);
        if (known)
            akin_buf_puts(spdx, "CC0-1.0");
        return known;
    }
    for (size_t i = 0; i < AKIN_COUNT(cc_versions); i++)
        known = known || strcmp(cc_versions[i], cc->version) == 0;
    if (!known || !cc->by || (cc->nd && cc->sa))
        return false;
    akin_buf_printf(spdx, "CC-BY%s%s%s-%s", cc->nc ? "-NC" : "",
                    cc->nd ? "-ND" : "", cc->sa ? "-SA" : "", cc->version);
    return true;
}

/* ---- URLs ---- */

/* Versions of Creative Commons licences for one country that have an SPDX id.
 */
static const struct {
    const char *path, *spdx;
} ported[] = {
    {"by/2.5/au", "CC-BY-2.5-AU"},       {"by/3.0/at", "CC-BY-3.0-AT"},
    {"by/3.0/au", "CC-BY-3.0-AU"},       {"by/3.0/de", "CC-BY-3.0-DE"},
    {"by/3.0/igo", "CC-BY-3.0-IGO"},     {"by/3.0/nl", "CC-BY-3.0-NL"},
    {"by/3.0/us", "CC-BY-3.0-US"},       {"by-nc/3.0/de", "CC-BY-NC-3.0-DE"},
    {"by-sa/2.1/jp", "CC-BY-SA-2.1-JP"}, {"by-sa/3.0/at", "CC-BY-SA-3.0-AT"},
    {"by-sa/3.0/de", "CC-BY-SA-3.0-DE"}, {"by-sa/3.0/igo", "CC-BY-SA-3.0-IGO"},
};

/* The rest of a URL behind "creativecommons.org/licenses/". */
static bool
cc_url(const char *path, struct akin_buf *spdx)
{
    struct cc cc = {0};
    size_t kind = strcspn(path, "/"), version;
    char name[12] = {0};

    for (size_t i = 0; i < AKIN_COUNT(ported); i++)
        if (strcmp(path, ported[i].path) == 0) {
            akin_buf_puts(spdx, ported[i].spdx);
            return true;
        }
    if (path[kind] != '/' || kind >= sizeof(name))
        return false;
    memcpy(name, path, kind);
    path += kind + 1;
    version = strlen(path);
    if (version != 3)
        return false;
    memcpy(cc.version, path, 3);
    cc.by = strncmp(name, "by", 2) == 0;
    cc.nc = strstr(name, "-nc") != NULL;
    cc.nd = strstr(name, "-nd") != NULL;
    cc.sa = strstr(name, "-sa") != NULL;
    if (strlen(name) != 2 + (size_t)(cc.nc + cc.nd + cc.sa) * 3)
        return false;
    return put_cc(&cc, spdx);
}

static const struct {
    const char *url, *spdx;
} urls[] = {
    {"creativecommons.org/publicdomain/zero/1.0", "CC0-1.0"},
    {"opensource.org/licenses/mit", "MIT"},
    {"opensource.org/license/mit", "MIT"},
    {"opensource.org/licenses/bsd-3-clause", "BSD-3-Clause"},
    {"opensource.org/license/bsd-3-clause", "BSD-3-Clause"},
    {"opensource.org/licenses/bsd-2-clause", "BSD-2-Clause"},
    {"opensource.org/license/bsd-2-clause", "BSD-2-Clause"},
    {"opensource.org/licenses/apache-2.0", "Apache-2.0"},
    {"apache.org/licenses/license-2.0", "Apache-2.0"},
    {"gnu.org/licenses/gpl-3.0", "GPL-3.0-only"},
    {"gnu.org/licenses/gpl-2.0", "GPL-2.0-only"},
    {"gnu.org/licenses/lgpl-3.0", "LGPL-3.0-only"},
    {"gnu.org/licenses/agpl-3.0", "AGPL-3.0-only"},
    {"opendatacommons.org/licenses/by/1-0", "ODC-By-1.0"},
    {"opendatacommons.org/licenses/odbl/1-0", "ODbL-1.0"},
    {"opendatacommons.org/licenses/pddl/1-0", "PDDL-1.0"},
    {"mozilla.org/mpl/2.0", "MPL-2.0"},
    {"unlicense.org", "Unlicense"},
};

static bool
ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);

    return n >= m && strcmp(text + n - m, end) == 0;
}

/* Drops what follows the licence itself in a URL: "/", ".html", "/deed.de",
 * "/legalcode.txt". */
static void
cut_url(char *url)
{
    static const char *const ends[] = {"/",    ".html", ".htm",
                                       ".txt", ".en",   "/index"};
    char *p;
    bool again = true;

    url[strcspn(url, "?# \t")] = '\0';
    if ((p = strstr(url, "/legalcode")) != NULL ||
        (p = strstr(url, "/deed")) != NULL)
        *p = '\0';
    while (again) {
        again = false;
        for (size_t i = 0; i < AKIN_COUNT(ends); i++)
            if (ends_with(url, ends[i])) {
                url[strlen(url) - strlen(ends[i])] = '\0';
                again = true;
            }
    }
}

static bool from_words(const char *text, struct akin_buf *spdx);

/* url: lower case, without scheme and "www.". */
static bool
from_url(char *url, struct akin_buf *spdx)
{
    static const char cc[] = "creativecommons.org/licenses/";
    static const char list[] = "spdx.org/licenses/";

    cut_url(url);
    if (strncmp(url, cc, sizeof(cc) - 1) == 0)
        return cc_url(url + sizeof(cc) - 1, spdx);
    if (strncmp(url, list, sizeof(list) - 1) == 0)
        return from_words(url + sizeof(list) - 1, spdx);
    for (size_t i = 0; i < AKIN_COUNT(urls); i++)
        if (strcmp(url, urls[i].url) == 0) {
            akin_buf_puts(spdx, urls[i].spdx);
            return true;
        }
    return false;
}

/* ---- words ---- */

/* Names as rows of words, joined by one blank, without noise words. */
static const struct {
    const char *words, *spdx;
} names[] = {
    {"mit", "MIT"},
    {"expat", "MIT"},
    {"apache 2.0", "Apache-2.0"},
    {"apache 2", "Apache-2.0"},
    {"bsd 3 clause", "BSD-3-Clause"},
    {"bsd 3 clause new or revised", "BSD-3-Clause"},
    {"new bsd", "BSD-3-Clause"},
    {"modified bsd", "BSD-3-Clause"},
    {"bsd 2 clause", "BSD-2-Clause"},
    {"simplified bsd", "BSD-2-Clause"},
    {"isc", "ISC"},
    {"unlicense", "Unlicense"},
    {"mpl 2.0", "MPL-2.0"},
    {"mozilla 2.0", "MPL-2.0"},
    {"gpl 2.0", "GPL-2.0-only"},
    {"gpl 2.0 only", "GPL-2.0-only"},
    {"gpl 2.0 or later", "GPL-2.0-or-later"},
    {"gpl 2", "GPL-2.0-only"},
    {"gpl 3.0", "GPL-3.0-only"},
    {"gpl 3.0 only", "GPL-3.0-only"},
    {"gpl 3.0 or later", "GPL-3.0-or-later"},
    {"gpl 3", "GPL-3.0-only"},
    {"lgpl 2.1", "LGPL-2.1-only"},
    {"lgpl 2.1 only", "LGPL-2.1-only"},
    {"lgpl 2.1 or later", "LGPL-2.1-or-later"},
    {"lgpl 3.0", "LGPL-3.0-only"},
    {"lgpl 3.0 only", "LGPL-3.0-only"},
    {"lgpl 3.0 or later", "LGPL-3.0-or-later"},
    {"agpl 3.0", "AGPL-3.0-only"},
    {"agpl 3.0 only", "AGPL-3.0-only"},
    {"agpl 3.0 or later", "AGPL-3.0-or-later"},
    {"odc by 1.0", "ODC-By-1.0"},
    {"odbl 1.0", "ODbL-1.0"},
    {"pddl 1.0", "PDDL-1.0"},
    {"cc by sa 2.1 jp", "CC-BY-SA-2.1-JP"},
    {"cc by 3.0 igo", "CC-BY-3.0-IGO"},
};

static bool
is_noise(const char *word)
{
    static const char *const noise[] = {
        "license",    "licence",  "licensed", "international",
        "universal",  "unported", "the",      "under",
        "generic",    "version",  "public",   "domain",
        "dedication", "terms",    "gnu",      "general",
        "v",          "a",        "is"};

    for (size_t i = 0; i < AKIN_COUNT(noise); i++)
        if (strcmp(word, noise[i]) == 0)
            return true;
    return false;
}

/* Understands one word of a Creative Commons name; false: not one of them. */
static bool
cc_word(const char *word, struct cc *cc)
{
    static const char *const silent[] = {"commons", "share", "non", "no"};

    for (size_t i = 0; i < AKIN_COUNT(silent); i++)
        if (strcmp(word, silent[i]) == 0)
            return true;
    if (strcmp(word, "cc") == 0 || strcmp(word, "creative") == 0)
        cc->named = true;
    else if (strcmp(word, "cc0") == 0)
        cc->named = cc->zero = true;
    else if (strcmp(word, "zero") == 0 || strcmp(word, "0") == 0)
        cc->zero = true;
    else if (strcmp(word, "by") == 0 || strcmp(word, "attribution") == 0)
        cc->by = true;
    else if (strcmp(word, "nc") == 0 || strcmp(word, "noncommercial") == 0 ||
             strcmp(word, "commercial") == 0)
        cc->nc = true;
    else if (strcmp(word, "nd") == 0 || strcmp(word, "noderivatives") == 0 ||
             strcmp(word, "noderivs") == 0 || strcmp(word, "derivatives") == 0)
        cc->nd = true;
    else if (strcmp(word, "sa") == 0 || strcmp(word, "sharealike") == 0 ||
             strcmp(word, "alike") == 0)
        cc->sa = true;
    else if (isdigit((unsigned char)word[0]) && word[1] == '.' &&
             isdigit((unsigned char)word[2]) && word[3] == '\0' &&
             (cc->version[0] == '\0' ||
              (cc->zero && strcmp(cc->version, word) == 0)))
        memcpy(cc->version, word, 4);
    else
        return false;
    return true;
}

/* Reads the next word in lower case: letters, digits and dots; "gplv3" and "v3"
 * lose their v. False at the end. */
static bool
next_word(const char **text, char word[24])
{
    size_t n = 0;

    while (**text != '\0' && !isalnum((unsigned char)**text))
        (*text)++;
    while (isalnum((unsigned char)**text) ||
           (**text == '.' && isdigit((unsigned char)(*text)[1]))) {
        if (n < 23)
            word[n++] = akin_lower(**text);
        (*text)++;
    }
    word[n] = '\0';
    if (n > 1 && word[0] == 'v' && isdigit((unsigned char)word[1]))
        memmove(word, word + 1, n);
    return n > 0;
}

/* Splits the "v" of "gplv3" off: the version becomes a word of its own. */
static void
add_word(struct akin_buf *row, const char *word)
{
    const char *v = strrchr(word, 'v');

    if (row->len > 0)
        akin_buf_puts(row, " ");
    if (v != NULL && v > word && isdigit((unsigned char)v[1])) {
        akin_buf_put(row, word, (size_t)(v - word));
        akin_buf_printf(row, " %s", v + 1);
    } else {
        akin_buf_puts(row, word);
    }
}

static bool
from_words(const char *text, struct akin_buf *spdx)
{
    struct akin_buf row = {0};
    struct cc cc = {0};
    char word[24];
    bool only_cc = true, found = false;

    while (next_word(&text, word)) {
        if (is_noise(word))
            continue;
        only_cc = cc_word(word, &cc) && only_cc;
        add_word(&row, word);
    }
    for (size_t i = 0; i < AKIN_COUNT(names) && !found; i++)
        if (strcmp(akin_buf_text(&row), names[i].words) == 0) {
            akin_buf_puts(spdx, names[i].spdx);
            found = true;
        }
    akin_buf_free(&row);
    if (!found && only_cc && (cc.named || (cc.by && cc.version[0] != '\0')))
        found = put_cc(&cc, spdx);
    return found;
}

/* A text with a parenthesis at its end: "(repository LICENSE)" says where, not
 * what; "(CC BY 4.0)" must say the same as the words before it. */
static bool
from_parenthesised(const char *text, struct akin_buf *spdx)
{
    const char *open = strchr(text, '(');
    size_t len = strlen(text);
    struct akin_buf outer = {0}, inner = {0};
    char *before, *within;
    bool found;

    if (open == NULL || open == text || text[len - 1] != ')')
        return from_words(text, spdx);
    before = akin_strndup(text, (size_t)(open - text));
    within = akin_strdup(open + 1);
    found = from_words(before, &outer);
    if (found && strncmp(within, "repository", 10) != 0 &&
        strstr(within, "licence file") == NULL &&
        strstr(within, "license file") == NULL)
        found = from_words(within, &inner) &&
                strcmp(akin_buf_text(&inner), akin_buf_text(&outer)) == 0;
    if (found)
        akin_buf_puts(spdx, akin_buf_text(&outer));
    akin_buf_free(&outer);
    akin_buf_free(&inner);
    free(before);
    free(within);
    return found;
}

bool
akin_licence_normalize(const char *text, struct akin_buf *spdx)
{
    size_t len = akin__trim(&text);
    char *copy = akin_strndup(text, len), *p = copy;
    bool found, url;

    for (char *c = copy; *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    url = strstr(copy, "://") != NULL;
    if (url)
        p = strstr(copy, "://") + 3;
    if (strncmp(p, "www.", 4) == 0)
        p += 4;
    url = url || strstr(p, ".org/") != NULL;
    found =
        len <= 400 && (url ? from_url(p, spdx) : from_parenthesised(p, spdx));
    free(copy);
    return found;
}

enum akin_licence_kind
akin_licence_kind(const char *spdx)
{
    static const char *const open[] = {
        "CC0-1.0", "MIT",       "Apache-2.0", "BSD-3-Clause", "BSD-2-Clause",
        "ISC",     "Unlicense", "PDDL-1.0",   "ODC-By-1.0"};

    if (spdx == NULL)
        return AKIN_LICENCE_UNKNOWN;
    for (size_t i = 0; i < AKIN_COUNT(open); i++)
        if (strcmp(spdx, open[i]) == 0)
            return AKIN_LICENCE_OPEN;
    if (strncmp(spdx, "CC-BY-N", 7) == 0 || strstr(spdx, "-ND") != NULL)
        return AKIN_LICENCE_RESTRICTED;
    if (strncmp(spdx, "CC-BY-SA", 8) == 0 || strstr(spdx, "GPL") != NULL ||
        strncmp(spdx, "MPL", 3) == 0 || strncmp(spdx, "ODbL", 4) == 0)
        return AKIN_LICENCE_SHARE;
    if (strncmp(spdx, "CC-BY-", 6) == 0)
        return AKIN_LICENCE_OPEN;
    return AKIN_LICENCE_UNKNOWN;
}
