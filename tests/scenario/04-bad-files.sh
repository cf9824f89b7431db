#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Bad files are named with their reason; everything else goes on.
. "$(dirname "$0")/lib.sh"
need_program indexer/akin-index tests/akin-generate

images=$(new_folder)/source
store=$(new_folder)/store
cp -r "$(example_images 2)" "$images"
add() { expect_exit "$1" "$AKIN_INDEX" add --store "$store" "${@:2}" "$images"; }
quarantined() {
    expect_exit 0 "$AKIN_INDEX" status --store "$store" --json
    json_number quarantined
}

say "empty, cut off, renamed text, a lie about its size, a broken link"
bad=$images/he-colon/images
: >"$bad/empty.png"
good=$(find "$images/smfish-spots" -name '*.png' | sort | sed -n 1p)
head -c 60 "$good" >"$bad/cut.png"
printf 'plain text\n' >"$bad/text.tif"
printf 'BM\377\377\377\177\0\0\0\0\066\0\0\0\050\0\0\0\377\377\377\177\377\377\377\177\001\0\030\0' \
    >"$bad/huge.bmp"
ln -s nowhere "$bad/broken.jpg"
mkfifo "$bad/pipe.png"
add 3
expect_text "12 added" "6 quarantined" "6 files were quarantined" empty.png \
    cut.png text.tif huge.bmp broken.jpg pipe.png
expect_exit 0 "$AKIN_INDEX" verify --store "$store"
expect_same "status counts them" 6 "$(quarantined)"
expect_exit 0 "$AKIN_INDEX" status --store "$store"
expect_text "$bad/text.tif: " "$bad/pipe.png: "

say "they are tried again; a good file under the name heals it"
add 3
expect_text "0 added, 12 unchanged" "6 quarantined"
cp "$good" "$bad/empty.png"
rm "$bad/cut.png" "$bad/text.tif" "$bad/huge.bmp" "$bad/broken.jpg" \
    "$bad/pipe.png"
add 0
expect_same "none is left" 0 "$(quarantined)"

say "a good file that turns bad loses its image"
printf 'x' >"$bad/empty.png"
add 3
expect_text "empty.png"
expect_exit 0 "$AKIN_INDEX" status --store "$store" --json
expect_same "images" 12 "$(json_number images)"
rm "$bad/empty.png"

say "broken metadata: the images stay with their dataset"
cp "$images/he-colon/dataset.json" "$SCRATCH/kept.json"
printf '{"id": "he-colon",' >"$images/he-colon/dataset.json"
add 3
expect_text "he-colon/dataset.json" "12 unchanged"
expect_exit 0 "$AKIN_INDEX" status --store "$store" --json
expect_same "datasets" 6 "$(json_number datasets)"
expect_exit 0 "$AKIN_INDEX" verify --store "$store"
cp "$SCRATCH/kept.json" "$images/he-colon/dataset.json"
add 0
expect_same "none is left" 0 "$(quarantined)"

say "two descriptions of one dataset: the first is used, in every run"
cp -r "$images/he-colon" "$images/he-colon-copy"
sed -i 's/"title": *"/&Other: /' "$images/he-colon-copy/dataset.json"
add 3
expect_text "he-colon-copy/dataset.json" "describes dataset he-colon otherwise"
add 3
expect_text "0 new, 0 changed, 6 same"
rm -r "$images/he-colon-copy"

say "the limits are settings"
add 0 --set image.max_plane_px=1000 --publish # nothing has to be read
touch "$(find "$images/yeast-dic" -name '*.png' | sort | sed -n 1p)"
add 0 # same bytes: nothing has to be decoded
cp "$good" "$images/yeast-dic/images/new.png"
printf 'x' >>"$images/yeast-dic/images/new.png" # other bytes
add 3 --set image.max_plane_px=1000
expect_text "new.png" "image.max_plane_px"
rm "$images/yeast-dic/images/new.png"

say "many: the first twenty are listed"
mkdir "$images/many"
for i in $(seq 25); do printf 'bad' >"$images/many/$i.tif"; done
add 3
expect_text "25 files were quarantined" "and 5 more; akin-index status lists all"
expect_same "all are kept" 25 "$(quarantined)"
expect_exit 0 "$AKIN_INDEX" verify --store "$store"

say "a folder that cannot be listed is named, and a sync removes nothing there"
if [ "$(id -u)" -ne 0 ]; then
    rm -r "$images/many"
    chmod 000 "$images/yeast-dic"
    expect_exit 3 "$AKIN_INDEX" sync --store "$store" "$images"
    expect_text "yeast-dic"
    chmod 755 "$images/yeast-dic"
    expect_exit 0 "$AKIN_INDEX" status --store "$store" --json
    expect_same "datasets" 6 "$(json_number datasets)"
fi
