/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_people.c - what hangs on dataset records: declared files, people.
 */
#include <string.h>

#include "akin/normalize.h"
#include "verify_internal.h"

#define ORCID_LEN (AKIN_ORCID_TEXT - 1)

static void
see_file(struct akin__verify *v, struct akin_span key, struct akin_span value)
{
    struct akin_json *json = NULL;
    bool is_head = key.len == 6 && key.data[4] == 'H';

    if (!is_head && (key.len != 22 || key.data[4] != 'F')) {
        akin__verify_note(v, "dataset-files: a key has %zu bytes", key.len);
        return;
    }
    if (!akin__verify_has_number(v, AKIN_TABLE_DATASETS, akin_be32(key.data)))
        akin__verify_note(v, "dataset-files: there is no dataset %u",
                          akin_be32(key.data));
    if (akin_json_parse(value, &json, NULL) != AKIN_OK ||
        akin_json_text(json, is_head ? "hash" : "path") == NULL)
        akin__verify_note(v, "dataset %u has a declared file without a path",
                          akin_be32(key.data));
    akin_json_free(json);
}

static void
see_person(struct akin__verify *v, struct akin_span key, struct akin_span value)
{
    char text[AKIN_ORCID_TEXT] = {0}, orcid[AKIN_ORCID_TEXT];
    uint32_t number;

    (void)value;
    if (key.len != ORCID_LEN + 4) {
        akin__verify_note(v, "people: a key has %zu bytes", key.len);
        return;
    }
    memcpy(text, key.data, ORCID_LEN);
    number = akin_be32(key.data + ORCID_LEN);
    if (akin_orcid_find(text, orcid) != AKIN_ORCID_FOUND)
        akin__verify_note(v, "people: %s is no ORCID id", text);
    if (number == 0 || number > akin__verify_counter(v, AKIN__LAST_DATASET))
        akin__verify_note(v, "people: %s has a dataset %u that never was", text,
                          number);
}

void
akin__verify_people(struct akin__verify *v)
{
    struct akin_span all = {NULL, 0};

    akin__verify_walk(v, AKIN_TABLE_DATASET_FILES, all, see_file);
    akin__verify_walk(v, AKIN_TABLE_PEOPLE, all, see_person);
}

void
akin__verify_authors(struct akin__verify *v, uint32_t number,
                     const struct akin_json *record)
{
    const struct akin_json *authors = akin_json_get(record, "authors");
    struct akin__key tail = akin__key_number(number);

    for (size_t i = 0; i < akin_json_count(authors); i++) {
        const char *orcid = akin_json_text(akin_json_at(authors, i), "orcid");
        uint8_t key[ORCID_LEN + 4];

        if (orcid == NULL || strlen(orcid) != ORCID_LEN)
            continue;
        memcpy(key, orcid, ORCID_LEN);
        memcpy(key + ORCID_LEN, tail.bytes, 4);
        if (!akin__verify_has(v, AKIN_TABLE_PEOPLE,
                              akin_span_of(key, sizeof(key)), NULL))
            akin__verify_note(v, "people: %s made dataset %u and is not there",
                              orcid, number);
    }
}
