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

# In a subshell: a store that is not there yet has no images.
images_or_none() { (images_in "$1") 2>/dev/null || echo 0; }
has_more_than() { [ "$(images_or_none "$store")" -gt "$1" ]; }
is_over() { ! kill -0 "$started_pid" 2>/dev/null; }
has_more_or_is_over() { has_more_than "$1" || is_over; }

say "killed again and again: soon after the start, then after each few images"
store=$(new_folder)/store
last=0
kills=0
for moment in 0.01 0.03 0.05 0.1 0.2 1 2 1 3 1 2 1; do
    start_program "$SCRATCH/log" "$AKIN_INDEX" add "${options[@]}" "$store" \
        "${settings[@]}" "$images"
    case $moment in
    0.*) sleep "$moment" ;;
    *) wait_for 60 has_more_or_is_over "$((last + moment - 1))" ;;
    esac
    end_program "$started_pid" KILL
    if [ "$SCENARIO_CODE" -ne 137 ]; then # it was faster
        last=$(images_in "$store")
        break
    fi
    kills=$((kills + 1))
    run_it "$AKIN_INDEX" verify --store "$store"
    if [ "$SCENARIO_CODE" -ne 0 ]; then # killed before the first commit?
        expect_text "no store at $store"
        expect_same "images before" 0 "$last"
        continue
    fi
    now=$(images_in "$store")
    [ "$now" -ge "$last" ] || broken "$now images after $last"
    last=$now
done
[ "$kills" -ge 3 ] || broken "only $kills kills came in time"
[ "$last" -gt 0 ] || broken "no image was committed before a kill"
say "$kills kills, $last images before the last run"

expect_exit 3 "$AKIN_INDEX" add "${options[@]}" "$store" "${settings[@]}" \
    "$images"
expect_text "broken.tif" "dataset.json"
expect_text ", $last unchanged"
expect_exit 0 "$AKIN_INDEX" verify --store "$store"
expect_same "numbers" "$(store_numbers "$whole")" "$(store_numbers "$store")"
expect_exit 0 "$AKIN_INDEX" publish --store "$store"
expect_same "vectors" "$(store_vectors "$whole")" "$(store_vectors "$store")"

say "Ctrl-C finishes what is being written and says how to go on"
store=$(new_folder)/store
start_program "$SCRATCH/log" "$AKIN_INDEX" add "${options[@]}" "$store" \
    "${settings[@]}" --set index.jobs=1 "$images"
wait_for 60 has_more_or_is_over 0
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
