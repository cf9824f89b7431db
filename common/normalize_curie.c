/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IRIs and prefixed names -> CURIEs.
 *
 * The spellings are those that archives use (BioImage Archive, IDR, SSBD, the
 * NCBI, identifiers.org, OLS). The prefix decides the rest: a table gives its
 * canonical spelling and what a local id of it looks like.
 */
#include "akin/normalize.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "normalize_internal.h"

/* digits: a local id has so many digits (0: letters and digits, any number);
 * those with fixed width keep their leading zeros. */
struct prefix {
    const char *spelling; /* as found, lower case */
    const char *canonical;
    unsigned min_digits, max_digits;
};

static const struct prefix prefixes[] = {
    {"ncbitaxon", "NCBITaxon", 1, 10},
    {"ncbi_taxon", "NCBITaxon", 1, 10},
    {"ncbi_taxid", "NCBITaxon", 1, 10},
    {"ncbitaxonomy", "NCBITaxon", 1, 10},
    {"ncbi_taxonomy", "NCBITaxon", 1, 10},
    {"ncbi taxonomy", "NCBITaxon", 1, 10},
    {"ncbi taxon", "NCBITaxon", 1, 10},
    {"taxonomy", "NCBITaxon", 1, 10},
    {"taxonomy_id", "NCBITaxon", 1, 10},
    {"taxon", "NCBITaxon", 1, 10},
    {"taxid", "NCBITaxon", 1, 10},
    {"txid", "NCBITaxon", 1, 10},
    {"ncbi", "NCBITaxon", 1, 10},
    {"fbbi", "FBbi", 8, 8},
    {"fbbt", "FBbt", 8, 8},
    {"fbcv", "FBcv", 7, 7},
    {"wbbt", "WBbt", 7, 7},
    {"go", "GO", 7, 7},
    {"clo", "CLO", 7, 7},
    {"cl", "CL", 7, 7},
    {"bto", "BTO", 7, 7},
    {"efo", "EFO", 7, 7},
    {"uberon", "UBERON", 7, 7},
    {"chmo", "CHMO", 7, 7},
    {"cmpo", "CMPO", 7, 7},
    {"pato", "PATO", 7, 7},
    {"obi", "OBI", 7, 7},
    {"bao", "BAO", 7, 7},
    {"uo", "UO", 7, 7},
    {"doid", "DOID", 1, 7},
    {"mondo", "MONDO", 7, 7},
    {"hp", "HP", 7, 7},
    {"mp", "MP", 7, 7},
    {"so", "SO", 7, 7},
    {"po", "PO", 7, 7},
    {"zfa", "ZFA", 7, 7},
    {"mi", "MI", 4, 4},
    {"pr", "PR", 1, 9},
    {"chebi", "CHEBI", 1, 9},
    {"edam", "EDAM", 4, 9},
    {"ncit", "NCIT", 0, 0},
    {"cellosaurus", "Cellosaurus", 0, 0},
    {"cvcl", "Cellosaurus", 0, 0},
    {"rrid", "RRID", 0, 0},
    {"wbstrain", "WBStrain", 8, 8},
};

static const struct prefix *
find_prefix(const char *text, size_t len)
{
    for (size_t i = 0; i < AKIN_COUNT(prefixes); i++)
        if (strlen(prefixes[i].spelling) == len &&
            strncasecmp(prefixes[i].spelling, text, len) == 0)
            return &prefixes[i];
    return NULL;
}

static bool
all_digits(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!isdigit((unsigned char)text[i]))
            return false;
    return len > 0;
}

/* Letters, digits and one '_' between them, with at least one digit. */
static bool
is_free_local(const char *text, size_t len)
{
    bool digit = false;

    for (size_t i = 0; i < len; i++) {
        if (!isalnum((unsigned char)text[i]) &&
            !(text[i] == '_' && i > 0 && i + 1 < len))
            return false;
        digit = digit || isdigit((unsigned char)text[i]);
    }
    return digit && len <= 40;
}

static bool
put_known(const struct prefix *prefix, const char *local, size_t len,
          struct akin_buf *curie)
{
    bool cvcl = strcmp(prefix->canonical, "Cellosaurus") == 0;

    if (prefix->max_digits == 0) {
        if (!is_free_local(local, len))
            return false;
    } else if (!all_digits(local, len) || len < prefix->min_digits ||
               len > prefix->max_digits) {
        return false;
    }
    if (strcmp(prefix->canonical, "NCBITaxon") == 0 && local[0] == '0')
        return false;
    akin_buf_printf(curie, "%s:%s%.*s", prefix->canonical,
                    cvcl && strncasecmp(local, "CVCL", 4) != 0 ? "CVCL_" : "",
                    (int)len, local);
    return true;
}

/* A prefix that the table does not have: only from the OBO library's own
 * address, and only with a number behind it. */
static bool
put_unknown(const char *text, size_t prefix_len, const char *local, size_t len,
            struct akin_buf *curie)
{
    for (size_t i = 0; i < prefix_len; i++)
        if (!isalpha((unsigned char)text[i]))
            return false;
    if (prefix_len < 2 || prefix_len > 20 || !all_digits(local, len) ||
        len < 3 || len > 10)
        return false;
    akin_buf_printf(curie, "%.*s:%.*s", (int)prefix_len, text, (int)len, local);
    return true;
}

/* ---- addresses ---- */

/* An address before an id; "" as prefix: the id brings its own. */
static const struct {
    const char *base, *prefix;
} bases[] = {
    {"purl.obolibrary.org/obo/", ""},
    {"ebi.ac.uk/efo/", ""},
    {"ebi.ac.uk/cmpo/", ""},
    {"bioassayontology.org/bao#", ""},
    {"ebi.ac.uk/ols4/ontologies/ncbitaxon/terms?obo_id=", ""},
    {"identifiers.org/taxonomy/", "ncbitaxon"},
    {"identifiers.org/taxonomy:", "ncbitaxon"},
    {"identifiers.org/", ""},
    {"bioregistry.io/", ""},
    {"ncbi.nlm.nih.gov/datasets/taxonomy/", "ncbitaxon"},
    {"ncbi.nlm.nih.gov/taxonomy/?term=txid", "ncbitaxon"},
    {"ncbi.nlm.nih.gov/taxonomy/?term=", "ncbitaxon"},
    {"ncbi.nlm.nih.gov/taxonomy/", "ncbitaxon"},
    {"uniprot.org/taxonomy/", "ncbitaxon"},
    {"purl.uniprot.org/taxonomy/", "ncbitaxon"},
    {"cellosaurus.org/", ""},
    {"web.expasy.org/cellosaurus/", ""},
    {"purl.bioontology.org/ontology/ncbitaxon/", "ncbitaxon"},
    {"ncithesaurus.nci.nih.gov/ncitbrowser/conceptreport.jsp?dictionary="
     "ncithesaurus&code=",
     "ncit"},
};

static int
hex_value(char c)
{
    const char *digits = "0123456789abcdef", *at;

    at = c == '\0' ? NULL : strchr(digits, tolower((unsigned char)c));
    return at == NULL ? -1 : (int)(at - digits);
}

/* "%3A" -> ":", in place. */
static void
percent_decode(char *text)
{
    char *to = text;

    for (const char *p = text; *p != '\0'; p++) {
        int high = *p == '%' ? hex_value(p[1]) : -1;
        int low = high >= 0 ? hex_value(p[2]) : -1;

        if (low >= 0 && high * 16 + low >= 0x20) {
            *to++ = (char)(high * 16 + low);
            p += 2;
        } else {
            *to++ = *p;
        }
    }
    *to = '\0';
}

static bool split_id(const char *text, size_t len, bool obo,
                     struct akin_buf *curie);

/* What stands behind an address: an id up to '/', '?', '#' or '&'. */
static bool
after_base(const char *text, const char *prefix, bool obo,
           struct akin_buf *curie)
{
    size_t len = strcspn(text, "/?#&");

    while (len > 0 && isspace((unsigned char)text[len - 1]))
        len--;
    if (text[len] == '/' && text[len + 1] != '\0' && text[len + 1] != '?' &&
        text[len + 1] != '#') /* identifiers.org/fbbi/00000246 */
        return prefix[0] == '\0' && find_prefix(text, len) != NULL &&
               put_known(find_prefix(text, len), text + len + 1,
                         strcspn(text + len + 1, "/?#&"), curie);
    if (prefix[0] != '\0')
        return put_known(find_prefix(prefix, strlen(prefix)), text, len, curie);
    return split_id(text, len, obo, curie);
}

/* https://www.ncbi.nlm.nih.gov/Taxonomy/Browser/wwwtax.cgi?mode=Info&id=9606 */
static bool
from_wwwtax(const char *url, struct akin_buf *curie)
{
    const char *at = akin__find_nocase(url, "wwwtax.cgi?");

    while (at != NULL) {
        at = akin__find_nocase(at + 1, "id=");
        if (at == NULL || at[-1] == '?' || at[-1] == '&')
            break;
    }
    return at != NULL &&
           put_known(&prefixes[0], at + 3, strspn(at + 3, "0123456789"), curie);
}

static bool
from_url(char *url, struct akin_buf *curie)
{
    const char *obo = bases[0].base;
    const char *at;

    /* term browsers carry the IRI, encoded once or twice, as an argument */
    if (strchr(url, '%') != NULL) {
        percent_decode(url);
        percent_decode(url);
    }
    if ((at = akin__find_nocase(url, obo)) != NULL)
        return after_base(at + strlen(obo), "", true, curie);
    if (akin__find_nocase(url, "ncbi.nlm.nih.gov/") != NULL &&
        akin__find_nocase(url, "wwwtax.cgi?") != NULL)
        return from_wwwtax(url, curie);
    url = strstr(url, "://") + 3;
    if (strncasecmp(url, "www.", 4) == 0)
        url += 4;
    for (size_t i = 1; i < AKIN_COUNT(bases); i++)
        if (strncasecmp(url, bases[i].base, strlen(bases[i].base)) == 0)
            return after_base(url + strlen(bases[i].base), bases[i].prefix,
                              false, curie);
    return false;
}

/* ---- prefixed names ---- */

/* "NCBI:txid9606", "RRID:CVCL_0030": the local part has a prefix of its own. */
static size_t
inner_prefix(const struct prefix *prefix, const char *local, size_t len)
{
    static const char *const inner[] = {"txid", "taxid", "taxon"};

    if (strcmp(prefix->canonical, "NCBITaxon") != 0)
        return 0;
    for (size_t i = 0; i < AKIN_COUNT(inner); i++) {
        size_t n = strlen(inner[i]);

        if (len > n && strncasecmp(local, inner[i], n) == 0)
            return n + (local[n] == ':' || local[n] == '_');
    }
    return 0;
}

/* "PREFIX:local" or "PREFIX_local", blanks allowed around the separator. obo:
 * the text was an address of the OBO library. */
static bool
split_id(const char *text, size_t len, bool obo, struct akin_buf *curie)
{
    for (size_t i = 1; i + 1 < len; i++) {
        size_t name = i, skip = i + 1;
        const struct prefix *prefix;

        if (text[i] != ':' && text[i] != '_')
            continue;
        while (name > 0 && text[name - 1] == ' ')
            name--;
        while (skip < len && text[skip] == ' ')
            skip++;
        prefix = find_prefix(text, name);
        if (prefix != NULL) {
            size_t inner = inner_prefix(prefix, text + skip, len - skip);

            skip += inner;
            /* "NCBI:9606" might be a gene */
            if (inner == 0 && strcmp(prefix->spelling, "ncbi") == 0)
                return false;
            if (put_known(prefix, text + skip, len - skip, curie))
                return true;
        } else if (obo &&
                   put_unknown(text, name, text + skip, len - skip, curie)) {
            return true;
        }
    }
    return false;
}

/* "txid9606", "taxid9606" without a separator. */
static bool
from_glued(const char *text, size_t len, struct akin_buf *curie)
{
    size_t n = inner_prefix(&prefixes[0], text, len);

    return n > 0 && put_known(&prefixes[0], text + n, len - n, curie);
}

static bool
one_curie(const char *text, size_t len, const char *context,
          struct akin_buf *curie)
{
    char *copy = akin_strndup(text, len), *p = copy;
    const struct prefix *wanted;
    bool found, obo = false;

    if (strstr(copy, "://") != NULL) {
        found = from_url(copy, curie);
        free(copy);
        return found;
    }
    while (*p == '#' || *p == '[' || *p == '<')
        p++;
    if (strncasecmp(p, "obo:", 4) == 0) {
        p += 4;
        obo = true;
    }
    len = strlen(p);
    while (len > 0 && strchr("]>.", p[len - 1]) != NULL)
        len--;
    found = split_id(p, len, obo, curie) || from_glued(p, len, curie);
    wanted = context == NULL ? NULL : find_prefix(context, strlen(context));
    if (!found && wanted != NULL)
        found = put_known(wanted, p, len, curie);
    free(copy);
    return found;
}

/* ---- the public calls ---- */

#define TERM_TEXT_MAX 2000

static bool
has(const struct akin_json *array, const char *text)
{
    for (size_t i = 0; i < akin_json_count(array); i++) {
        const char *old = akin_json_string(akin_json_at(array, i));

        if (old != NULL && strcmp(old, text) == 0)
            return true;
    }
    return false;
}

bool
akin_curie_list(const char *text, const char *prefix, struct akin_json *curies)
{
    bool all = true, any = false;

    while (*text != '\0') {
        size_t n = strcspn(text, ",;|\n");
        const char *part = text;
        struct akin_buf curie = {0};
        size_t len;

        while (n > 0 && isspace((unsigned char)*part)) {
            part++;
            n--;
        }
        for (len = n; len > 0 && isspace((unsigned char)part[len - 1]);)
            len--;
        if (len > 0 && len <= TERM_TEXT_MAX) {
            any = true;
            all = one_curie(part, len, prefix, &curie) && all;
            if (curie.len > 0 && !has(curies, akin_buf_text(&curie)))
                akin_json_append(curies,
                                 akin_json_new_string(akin_buf_text(&curie)));
        }
        akin_buf_free(&curie);
        text = part + n;
        text += *text != '\0';
    }
    return all && any;
}

bool
akin_curie_normalize(const char *text, const char *prefix,
                     struct akin_buf *curie)
{
    struct akin_json *list = akin_json_array();
    bool certain =
        akin_curie_list(text, prefix, list) && akin_json_count(list) == 1;

    if (certain)
        akin_buf_puts(curie, akin_json_string(akin_json_at(list, 0)));
    akin_json_free(list);
    return certain;
}

bool
akin_curie_valid(const char *text)
{
    size_t n = strcspn(text, ":");
    bool digit = false;

    if (n < 1 || n > 20 || text[n] != ':')
        return false;
    for (size_t i = 0; i < n; i++)
        if (!isalnum((unsigned char)text[i]))
            return false;
    for (const char *p = text + n + 1; *p != '\0'; p++) {
        if (!isalnum((unsigned char)*p) && *p != '_')
            return false;
        digit = digit || isdigit((unsigned char)*p);
    }
    return digit && strlen(text) <= 64;
}
