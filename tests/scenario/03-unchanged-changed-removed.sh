#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What a second run does with files that are the same, other, moved or gone.
. "$(dirname "$0")/lib.sh"
need_program indexer/akin-index tests/akin-generate

images=$(new_folder)/source
store=$(new_folder)/store
cp -r "$(example_images 2)" "$images"
add() { expect_exit 0 "$AKIN_INDEX" add --store "$store" "$@" "$images"; }
sync() { expect_exit 0 "$AKIN_INDEX" sync --store "$store" "$@" "$images"; }
in_order() { expect_exit 0 "$AKIN_INDEX" verify --store "$store"; }
first_of() { find "$1" -type f ! -name '*.json' | sort | sed -n 1p; }

add
expect_text "12 added"

say "unchanged"
before=$(cksum <"$store/data.mdb")
add
expect_text "6 same" "0 added, 12 unchanged, 0 replaced"
expect_same "the store was not written" "$before" "$(cksum <"$store/data.mdb")"

say "touched: other time, same bytes"
find "$images/he-colon" -type f -exec touch -d '2001-01-01' {} +
add
expect_text "0 added, 12 unchanged"
in_order

say "changed: the old image goes, the new one comes"
target=$(first_of "$images/neuropil-fly-sstem")
cp "$(find "$images/smfish-spots" -name '*.png' | sort | sed -n 1p)" "$target"
add
expect_text "0 added, 11 unchanged, 1 replaced"
in_order

say "renamed inside its dataset: nothing is read twice, nothing is left over"
old=$(first_of "$images/he-colon")
mv "$old" "$(dirname "$old")/renamed.jpg"
add
expect_text "0 added, 11 unchanged, 0 replaced, 1 moved"
expect_exit 0 "$AKIN_INDEX" status --store "$store" --json
expect_same "images" 12 "$(json_number images)"
in_order

say "gone: add keeps it, sync removes it"
rm "$(first_of "$images/blood-smear-wright")"
add
expect_exit 0 "$AKIN_INDEX" status --store "$store" --json
expect_same "images" 12 "$(json_number images)"
sync
expect_text "0 added, 11 unchanged, 0 replaced, 1 removed"
in_order

say "a dataset that is no longer listed gets a tombstone"
mv "$images/yeast-dic" "$SCRATCH/kept"
sync
expect_text "1 removed" "2 removed"
expect_exit 0 "$AKIN_INDEX" status --store "$store" --json
expect_same "datasets" 5 "$(json_number datasets)"
expect_same "images" 9 "$(json_number images)"
in_order
expect_exit 1 "$AKIN_INDEX" rm --store "$store" --reason again yeast-dic
expect_text "yeast-dic" "no longer listed by $images"

say "and comes back"
mv "$SCRATCH/kept" "$images/yeast-dic"
add
expect_text "1 back again" "2 added"
in_order

say "metadata that changed is a new version"
sed -i 's/"title": *"/&Revised: /' "$images/he-colon/dataset.json"
add
expect_text "0 new, 1 changed, 5 same"
in_order

say "a folder without metadata that gets some: its images move over"
printf '{"id": "spots-7", "title": "Spots"}\n' \
    >"$images/smfish-spots/dataset.json"
sync
expect_text "1 new" "1 removed"
expect_exit 0 "$AKIN_INDEX" status --store "$store" --json
expect_same "datasets" 6 "$(json_number datasets)"
expect_same "images" 11 "$(json_number images)"
in_order

say "rm: all or none, with a reason"
expect_exit 1 "$AKIN_INDEX" rm --store "$store" --reason x he-colon no-such-id
expect_text "no-such-id"
expect_exit 0 "$AKIN_INDEX" status --store "$store" --json
expect_same "datasets" 6 "$(json_number datasets)"
expect_exit 0 "$AKIN_INDEX" rm --store "$store" --reason withdrawn he-colon
expect_text "removed: 1 dataset with 2 images"
in_order

say "an empty source removes nothing"
empty=$(new_folder)
expect_exit 2 "$AKIN_INDEX" sync --store "$store" "$empty"
expect_text "not mounted"
mv "$images" "$images.away"
mkdir "$images"
expect_exit 2 "$AKIN_INDEX" sync --store "$store" "$images"
rmdir "$images"
expect_exit 2 "$AKIN_INDEX" sync --store "$store" "$images"
mv "$images.away" "$images"
expect_exit 0 "$AKIN_INDEX" status --store "$store" --json
expect_same "datasets" 5 "$(json_number datasets)"

say "what came from elsewhere stays"
other=$(new_folder)/elsewhere
mkdir "$other"
cp "$(first_of "$images/yeast-dic")" "$other/a.png"
expect_exit 0 "$AKIN_INDEX" add --store "$store" "$other"
sync
expect_exit 0 "$AKIN_INDEX" status --store "$store" --json
expect_same "datasets" 7 "$(json_number datasets)" # he-colon is back, too
in_order
