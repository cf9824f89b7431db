#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Datasets without a single image: indexed, found by word, filter and facet,
# exported whole, removed.
. "$(dirname "$0")/lib.sh"
need_program indexer/akin-index query/akin

source=$(new_folder)/source
store=$(new_folder)/store
# dataset ID TITLE LICENCE YEAR ORGANISM LABEL
dataset() {
    mkdir -p "$source/$1"
    printf '{"id":"%s","title":"%s","license":"%s","date_published":"%s-05-01","organism":[{"id":"%s","label":"%s"}],"authors":[{"name":"Ada Example","orcid":"0000-0002-1825-0097"}]}\n' \
        "$1" "$2" "$3" "$4" "$5" "$6" >"$source/$1/dataset.json"
}
dataset S-M1 "Mouse embryos, live" CC0-1.0 2020 NCBITaxon:10090 "Mus musculus"
dataset S-M2 "Mouse liver" CC-BY-4.0 2021 NCBITaxon:10090 "Mus musculus"
dataset S-H1 "Human cells, \\\"quoted\\\"" CC-BY-4.0 2022 NCBITaxon:9606 "Homo sapiens"
dataset S-F1 "=Fly wing" CC0-1.0 2022 NCBITaxon:7227 "Drosophila melanogaster"

say "a folder with metadata and no image is a dataset"
expect_exit 0 "$AKIN_INDEX" add --store "$store" "$source"
expect_text "datasets: 4 new" "0 added" "0 quarantined"
ask() { expect_exit 0 "$AKIN" "$@" --store "$store"; }

say "words"
ask search mouse
expect_text "S-M1" "S-M2" "2 of 2 datasets"
ask search 'mouse -liver' --json
expect_same "total" 1 "$(json_number total)"
ask search s-h1 -k 1
expect_text "  1  S-H1"
expect_exit 2 "$AKIN" search '"mouse' --store "$store"
expect_text "not closed"

say "filters, with terms above"
ask search --where 'organism:Mammalia AND year:2021..' --json
expect_same "total" 2 "$(json_number total)"
ask search --where 'NOT organism:Mammalia'
expect_text "S-F1" "1 of 1 datasets"
expect_exit 2 "$AKIN" search --where 'organsim:mouse' --store "$store"
expect_text 'did you mean "organism"'

say "facets"
ask facets --facet license --facet author --json
expect_text '"value":"CC0-1.0","label":"CC0-1.0","count":2'
expect_text '"value":"0000-0002-1825-0097","label":"Ada Example","count":4'
ask facets mouse --facet license
expect_text "2 datasets" "CC-BY-4.0" "CC0-1.0"
expect_exit 2 "$AKIN" facets --facet licence_kind --store "$store"
expect_text 'no facet "licence_kind"'

say "suggestions"
ask suggest mou
expect_text "Mouse"
ask suggest ada
expect_text "author" "Ada Example"

say "all that is found"
ask search --csv
expect_same "lines" 5 "$(wc -l <"$SCENARIO_OUT")"
expect_text '"Human cells, ""quoted"""' "\"'=Fly wing\""
ask search --jsonl
expect_same "lines" 4 "$(wc -l <"$SCENARIO_OUT")"

say "what was removed is not found any more"
expect_exit 0 "$AKIN_INDEX" rm --store "$store" --reason test S-M1
ask search mouse --json
expect_same "total" 1 "$(json_number total)"
