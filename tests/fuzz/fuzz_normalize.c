/* SPDX-License-Identifier: Apache-2.0 */
/* Any text through the normalisers; what they give is its own spelling. */
#include <stdlib.h>
#include <string.h>

#include "akin/normalize.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = akin_strndup((const char *)data, size);
    struct akin_buf once = {0}, twice = {0}, other = {0};
    struct akin_json *keywords = akin_json_array();
    char orcid[AKIN_ORCID_TEXT], date[AKIN_DATE_TEXT];

    if (akin_curie_normalize(text, "FBbi", &once) &&
        (!akin_curie_valid(akin_buf_text(&once)) ||
         (akin_curie_normalize(akin_buf_text(&once), NULL, &twice) &&
          strcmp(akin_buf_text(&once), akin_buf_text(&twice)) != 0)))
        abort();
    (void)akin_licence_normalize(text, &other);
    (void)akin_doi_normalize(text, &other);
    (void)akin_pubmed_normalize(text, &other);
    (void)akin_text_without_email(text, &other);
    akin_text_clean(text, AKIN_TEXT_PARAGRAPHS, &other);
    (void)akin_text_suspect(text);
    (void)akin_orcid_find(text, orcid);
    (void)akin_date_normalize(text, date);
    (void)akin_annotation_type(text);
    akin_keywords_split(text, true, keywords);
    akin_json_free(akin_term_parse(text, "NCBITaxon", NULL));
    akin_json_free(keywords);
    akin_buf_free(&once);
    akin_buf_free(&twice);
    akin_buf_free(&other);
    free(text);
    return 0;
}
