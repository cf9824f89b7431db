#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Is anything here similar? Landscapes, plots and noise are told so; images of
# what the store holds are not; a store too small to know says that.
. "$(dirname "$0")/lib.sh"
need_program indexer/akin-index query/akin tests/akin-generate

folder=$(new_folder)
store=$folder/store
"$GENERATE" "$folder/images" --images 4
"$GENERATE" "$folder/strange" --strangers
"$GENERATE" "$folder/again" --seed 7 --images 2
expect_exit 0 "$AKIN_INDEX" add --store "$store" "$folder/images"

# similar FILE: true, false or null.
similar() {
    expect_exit 0 "$AKIN" similar "$1" --store "$store" --json -k 3
    sed -n 's/.*"similar":\(true\|false\|null\).*/\1/p' "$SCENARIO_OUT"
}

say "what no microscope made is like nothing here"
n=0
for file in "$folder"/strange/*; do
    [ "$(similar "$file")" = false ] || broken "$file is said to be similar"
    n=$((n + 1))
done
expect_same "strangers" 6 "$n"
expect_exit 0 "$AKIN" similar "$folder/strange/landscape.jpg" --store "$store"
expect_text "Nothing here is similar"

say "new images of the same kinds are: at most one of ten is missed"
n=0 missed=0
for file in "$folder"/again/*/images/*; do
    n=$((n + 1))
    [ "$(similar "$file")" = true ] || missed=$((missed + 1))
done
say "$missed of $n missed"
[ "$n" -ge 30 ] || broken "only $n images were asked with"
[ $((missed * 10)) -le "$n" ] || broken "$missed of $n images were missed"

say "three datasets are too few to know"
small=$folder/small
expect_exit 0 "$AKIN_INDEX" add --store "$small" "$folder"/images/nuclei-*
store=$small
expect_same "a small store" null "$(similar "$folder/strange/hiss.png")"

say "a sheet is drawn, with the reasons on the terminal"
store=$folder/store
first=$(find "$folder/again" -name '*.png' | sort | head -n 1)
expect_exit 0 "$AKIN" similar "$first" --store "$store" --explain --sheet "$folder/sheet.png"
expect_text "agrees in" "a random dataset scores as high in"
[ "$(head -c 8 "$folder/sheet.png" | od -An -tx1 | tr -d ' \n')" = 89504e470d0a1a0a ] ||
    broken "the sheet is no PNG"
