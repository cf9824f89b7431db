#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The whole way: draw datasets, index them, ask with an image, get its own
# dataset back first.
. "$(dirname "$0")/lib.sh"
need_program indexer/akin-index query/akin tests/akin-generate

images=$(example_images 3)
store=$(new_folder)/store

say "indexing"
expect_exit 0 "$AKIN_INDEX" add --store "$store" "$images"
expect_text "datasets: 6 new, 0 changed, 0 same" "18 added" "0 quarantined" \
    "published: generation 1"
expect_exit 0 "$AKIN_INDEX" verify --store "$store"
expect_text "the store is in order"
expect_exit 0 "$AKIN_INDEX" status --store "$store" --json
expect_same "datasets" 6 "$(json_number datasets)"
expect_same "images" 18 "$(json_number images)"
expect_same "tail" 0 "$(json_number tail)"

say "every dataset is found by one of its own images"
for folder in "$images"/*/; do
    id=$(basename "$folder")
    image=$(find "$folder" -type f ! -name '*.json' | sort | sed -n 1p)
    expect_exit 0 "$AKIN" similar --store "$store" --json "$image"
    first=$(grep -oE '"id": ?"[^"]*"' "$SCENARIO_OUT" | sed -n 1p)
    case $first in
    *"\"$id\"") ;;
    *) broken "$image: the first answer is $first, not $id" ;;
    esac
done

say "the number of threads does not change the store"
other=$(new_folder)/store
expect_exit 0 "$AKIN_INDEX" add --quiet --jobs 5 --store "$other" \
    --set index.queue=3 "$images"
expect_same "no words when quiet" "" "$(cat "$SCENARIO_OUT" "$SCENARIO_ERR")"
expect_same "numbers" "$(store_numbers "$store")" "$(store_numbers "$other")"
expect_same "vectors" "$(store_vectors "$store")" "$(store_vectors "$other")"

say "one more image joins its dataset and is found without a publish"
lone=$(new_folder)/late-arrival
mkdir "$lone"
cp "$(find "$images/he-colon" -name '*.jpg' | sort | sed -n 1p)" "$lone/x.jpg"
printf 'x' >>"$lone/x.jpg" # other bytes, same picture
expect_exit 0 "$AKIN_INDEX" add --no-publish --store "$store" "$lone/x.jpg"
expect_text "1 new" "1 added"
expect_exit 0 "$AKIN" similar --store "$store" --json "$lone/x.jpg"
expect_text '"late-arrival"'
expect_exit 0 "$AKIN_INDEX" status --store "$store" --json
expect_same "generation" 1 "$(json_number generation)"
[ "$(json_number tail)" -gt 0 ] || broken "nothing is in the tail"
