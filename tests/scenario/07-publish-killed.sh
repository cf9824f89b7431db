#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# kill -9 at twenty moments of a publish: the store is whole after each, nothing
# that was added is lost, and the next publish goes on with what was finished and
# leaves one generation. (tests/unit/test_generation_resume.c kills at every step.)
. "$(dirname "$0")/lib.sh"
need_program indexer/akin-index tests/akin-generate

store=$(new_folder)/store
images=$(example_images 6)
settings=(--set index.exact_below=10)
expect_exit 0 "$AKIN_INDEX" add --store "$store" "${settings[@]}" "$images"
before=$(store_numbers "$store")
vectors=$(store_vectors "$store")

start=$(date +%s%N)
expect_exit 0 "$AKIN_INDEX" publish --store "$store" "${settings[@]}"
whole_ms=$((($(date +%s%N) - start) / 1000000))
say "an undisturbed publish takes $whole_ms ms"

# Kills a publish at the given twentieth of its time.
kill_publish() {
    local ms=$(($1 * whole_ms / 20))

    start_program "$SCRATCH/log" "$AKIN_INDEX" publish --store "$store" \
        "${settings[@]}"
    sleep "$(printf '%d.%03d' $((ms / 1000)) $((ms % 1000)))"
    end_program "$started_pid" KILL
}

is_unfinished() {
    compgen -G "$store/gen-*.tmp/publish.json" >/dev/null
}

kills=0
for moment in $(seq 0 19); do
    kill_publish "$moment"
    [ "$SCENARIO_CODE" -ne 137 ] || kills=$((kills + 1))
    expect_exit 0 "$AKIN_INDEX" verify --store "$store"
    expect_same "vectors" "$vectors" "$(store_vectors "$store")"
done
[ "$kills" -ge 5 ] || broken "only $kills kills came in time"
say "$kills of 20 kills came in time"

for moment in $(seq 1 60); do
    ! is_unfinished || break
    kill_publish $((moment % 20))
done
is_unfinished || broken "no kill left anything to go on with"
expect_exit 0 "$AKIN_INDEX" publish --store "$store" "${settings[@]}"
expect_text 'going on with a publish that was cut off'
expect_same "unfinished files" "" "$(find "$store" -name publish.json)"
expect_exit 0 "$AKIN_INDEX" verify --store "$store"
expect_same "numbers" "$before" "$(store_numbers "$store")"
expect_same "generations" 1 "$(find "$store" -maxdepth 1 -name 'gen-*' | wc -l)"
