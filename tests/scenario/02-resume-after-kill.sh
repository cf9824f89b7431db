#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# kill -9 at many moments, then the same command again: the store is in order
# after each, nothing finished is done twice, and what comes out is what an
# undisturbed run gives.
. "$(dirname "$0")/lib.sh"
need_program indexer/akin-index tests/akin-generate

images=$(new_folder)/source
cp -r "$(example_images 4)" "$images"
mkdir "$images/bad"
printf 'not an image' >"$images/bad/broken.tif"
printf '{"id": ' >"$images/bad/dataset.json"
options=(--store) # commits as often as possible, so that kills fall between
settings=(--set index.commit_ms=1 --set index.queue=2)

whole=$(new_folder)/store
expect_exit 3 "$AKIN_INDEX" add "${options[@]}" "$whole" "${settings[@]}" \
    "$images"

images_in() {
    expect_exit 0 "$AKIN_INDEX" status --store "$1" --json
    json_number images
}

say "killed again and again"
store=$(new_folder)/store
last=0
kills=0
for delay in 0.01 0.03 0.05 0.08 0.1 0.1 0.15 0.15 0.2 0.2 0.3 0.3; do
    start_program "$SCRATCH/log" "$AKIN_INDEX" add "${options[@]}" "$store" \
        "${settings[@]}" "$images"
    sleep "$delay"
    end_program "$started_pid" KILL
    [ "$SCENARIO_CODE" -eq 137 ] || break # it was faster
    kills=$((kills + 1))
    [ -e "$store/data.mdb" ] || continue
    expect_exit 0 "$AKIN_INDEX" verify --store "$store"
    now=$(images_in "$store")
    [ "$now" -ge "$last" ] || broken "$now images after $last"
    last=$now
done
[ "$kills" -ge 3 ] || broken "only $kills kills came in time"
say "$kills kills, $last images before the last run"

expect_exit 3 "$AKIN_INDEX" add "${options[@]}" "$store" "${settings[@]}" \
    "$images"
expect_text "broken.tif" "dataset.json"
if [ "$last" -gt 0 ]; then
    expect_text ", $last unchanged"
fi
expect_exit 0 "$AKIN_INDEX" verify --store "$store"
expect_same "numbers" "$(store_numbers "$whole")" "$(store_numbers "$store")"
expect_exit 0 "$AKIN_INDEX" publish --store "$store"
expect_same "vectors" "$(store_vectors "$whole")" "$(store_vectors "$store")"

say "Ctrl-C finishes what is being written and says how to go on"
store=$(new_folder)/store
start_program "$SCRATCH/log" "$AKIN_INDEX" add "${options[@]}" "$store" \
    "${settings[@]}" --set index.jobs=1 "$images"
has_images() { [ "$(images_in "$store" 2>/dev/null || echo 0)" -gt 0 ]; }
wait_for 60 has_images
end_program "$started_pid" INT
if [ "$SCENARIO_CODE" -eq 1 ]; then
    grep -q "the same command goes on from here" "$SCRATCH/log" ||
        broken "it does not say how to go on: $(cat "$SCRATCH/log")"
else
    expect_same "or it was done before" 3 "$SCENARIO_CODE"
fi
expect_exit 0 "$AKIN_INDEX" verify --store "$store"
expect_exit 3 "$AKIN_INDEX" add "${options[@]}" "$store" "$images"
expect_same "numbers" "$(store_numbers "$whole")" "$(store_numbers "$store")"
