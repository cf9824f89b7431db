/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/normalize.h - one spelling for what archives spell in many ways.
 *
 * Licences become SPDX ids, ontology terms CURIEs, people ORCID ids, dates
 * YYYY-MM-DD. Every function here answers "certain" (true, with the one
 * spelling) or "not certain" (false): nothing is guessed, and the caller keeps
 * what it had. Nothing here knows an ontology's content: whether a label fits
 * an id is another room's question.
 *
 * Threads: no shared state.
 */
#ifndef AKIN_NORMALIZE_H
#define AKIN_NORMALIZE_H

#include "akin/json.h"

/* ---- text ---- */

enum akin_text_shape {
    AKIN_TEXT_LINE,      /* all white space becomes one blank */
    AKIN_TEXT_PARAGRAPHS /* line breaks stay, at most one empty line */
};

/* Appends the text trimmed, with HTML tags and character references resolved
 * ("p < 0.05" is not a tag), no-break and other Unicode blanks as blanks, and
 * without control characters and zero-width marks. Broken UTF-8 becomes
 * U+FFFD. */
void akin_text_clean(const char *text, enum akin_text_shape shape,
                     struct akin_buf *out);

/* True when the text looks as if it was decoded with the wrong character set
 * ("4\u02a1C", "M\u00c3\u00bcller"): to be reported, never repaired. */
bool akin_text_suspect(const char *text);

/* Appends the text without its e-mail addresses; true when there was one. */
bool akin_text_without_email(const char *text, struct akin_buf *out);

/* Splits "a; b, c" at semicolons, line breaks and commas, drops MeSH
 * decorations ("(MeSH Unique ID:Q000254)", "[major]") and appends what is new,
 * without regard to case, to the array. one_of_many: the text is one of several
 * keywords, so that "Microscopy, Confocal" may be a MeSH heading in inverted
 * order and stays one keyword. */
void akin_keywords_split(const char *text, bool one_of_many,
                         struct akin_json *keywords);

/* Equal without regard to ASCII case; blanks, '-' and '_' count as the same.
 */
bool akin_name_equal(const char *a, const char *b);

/* ---- licences ---- */

/* Appends the SPDX id that the text certainly means: "CC BY 4.0",
 * "http://creativecommons.org/licenses/by/4.0/legalcode", "CC0", "MIT
 * (repository LICENSE)". A licence without a version where versions differ is
 * not certain. */
bool akin_licence_normalize(const char *text, struct akin_buf *spdx);

enum akin_licence_kind {
    AKIN_LICENCE_UNKNOWN,
    AKIN_LICENCE_OPEN,       /* CC0, CC BY, MIT, BSD, Apache, ... */
    AKIN_LICENCE_SHARE,      /* derived works must carry it: BY-SA, GPL */
    AKIN_LICENCE_RESTRICTED, /* non-commercial or no derivatives */
};
enum akin_licence_kind akin_licence_kind(const char *spdx); /* NULL is fine */

/* ---- ontology terms ---- */

/* Appends the CURIE of one term: "NCBITaxon:9606" of obo:NCBITaxon_9606,
 * http://purl.obolibrary.org/obo/NCBITaxon_9606, NCBI:txid9606,
 * https://www.ncbi.nlm.nih.gov/datasets/taxonomy/9606, "FBbi:00000246" of
 * "FBbi_ 00000246", ... A bare number ("#00000251") counts only when prefix
 * says which ontology it must be of; prefix is NULL when that is not certain.
 * An ontology that is not in the table here is known by its OBO address only
 * ("ABCD:0000123" alone is not certain, see akin_curie_valid).
 * Two spellings of one term joined by a comma are that term; two different
 * terms are not certain. */
bool akin_curie_normalize(const char *text, const char *prefix,
                          struct akin_buf *curie);

/* Appends each new CURIE of a text with several ("BTO_0004163, http://...") to
 * the array; false when a part of it is none. */
bool akin_curie_list(const char *text, const char *prefix,
                     struct akin_json *curies);

/* True for "PREFIX:local" as the functions above write it. */
bool akin_curie_valid(const char *text);

/* A term as people write it: "scanning electron microscopy (FBbi:00000257)",
 * "FBbi:00000257", "Homo sapiens". Gives {"id","label"}, each where it is
 * known; NULL for empty text. *rest, when not NULL, tells that something stood
 * behind the id ("... (NCBITaxon:3705) and other"). */
struct akin_json *akin_term_parse(const char *text, const char *prefix,
                                  bool *rest);

/* The annotation type of MIFA Box 1 that the text means ("Segmentation masks"
 * -> "segmentation_mask"), "weak_annotations", or NULL; a static string. */
const char *akin_annotation_type(const char *text);

/* ---- people, papers, numbers ---- */

#define AKIN_ORCID_TEXT 20 /* 0000-0002-1825-0097 and the final 0 */
enum akin_orcid_state {
    AKIN_ORCID_NONE,  /* there is none in the text */
    AKIN_ORCID_WRONG, /* there is, but its check digit is wrong */
    AKIN_ORCID_FOUND
};
/* Finds an ORCID id in a text (a URL, with or without words behind it). The
 * check digit is ISO 7064 mod 11-2. out is written when one is there. */
enum akin_orcid_state akin_orcid_find(const char *text,
                                      char out[AKIN_ORCID_TEXT]);

/* "10.1038/s41592-025-02835-8" of a DOI or a URL or text that holds one. */
bool akin_doi_normalize(const char *text, struct akin_buf *doi);
/* Digits of a PubMed id: "35209227", "PMID: 35209227", PubMed URLs. */
bool akin_pubmed_normalize(const char *text, struct akin_buf *id);

#define AKIN_DATE_TEXT 11
/* YYYY-MM-DD of the usual spellings of a day; "03/04/2020" is not certain. */
bool akin_date_normalize(const char *text, char out[AKIN_DATE_TEXT]);
/* The year of a date, also of "2020" and "2020-03". 1800..2199. */
bool akin_year_normalize(const char *text, int *year);

/* A number of bytes or files: a JSON integer, an integral real, or digits in a
 * string (thousands may be marked by commas); not negative, up to 2^63-1. */
bool akin_count_normalize(const struct akin_json *json, int64_t *out);

#endif
