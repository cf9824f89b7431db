#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# One adds, others read: nobody waits for long, nobody sees half a thing, and a
# dataset is there as soon as it was committed.
. "$(dirname "$0")/lib.sh"
need_program indexer/akin-index query/akin tests/akin-generate

images=$(example_images 4)
store=$(new_folder)/store
query=$(find "$images/he-colon" -name '*.jpg' | sort | sed -n 1p)
expect_exit 0 "$AKIN_INDEX" add --store "$store" "$images/he-colon"

say "asking and looking while a run goes on"
start_program "$SCRATCH/log" "$AKIN_INDEX" add --store "$store" \
    --set index.commit_ms=1 --set index.queue=2 --publish "$images"
writer=$started_pid
asked=0
last=0
while kill -0 "$writer" 2>/dev/null; do
    expect_exit 0 "$AKIN" similar --store "$store" --json "$query"
    first=$(grep -oE '"id": ?"[^"]*"' "$SCENARIO_OUT" | sed -n 1p)
    case $first in
    *'"he-colon"') ;;
    *) broken "the first answer is $first" ;;
    esac
    expect_exit 0 "$AKIN_INDEX" status --store "$store" --json
    now=$(json_number images)
    [ "$now" -ge "$last" ] || broken "$now images after $last"
    last=$now
    asked=$((asked + 1))
    [ "$asked" -lt 2000 ] || broken "the run does not end"
done
SCENARIO_CODE=0
wait "$writer" || SCENARIO_CODE=$?
expect_same "the run's exit code" 0 "$SCENARIO_CODE"
say "asked $asked times"
expect_exit 0 "$AKIN_INDEX" verify --store "$store"
expect_same "numbers" 24 "$(store_numbers "$store" | grep -oE '[0-9]+ images' |
    grep -oE '[0-9]+')"

say "two runs at once, of different sources, both arrive"
store=$(new_folder)/store
ids=()
for folder in "$images"/*/; do ids+=("${folder%/}"); done
start_program "$SCRATCH/log1" "$AKIN_INDEX" add --store "$store" \
    "${ids[0]}" "${ids[1]}" "${ids[2]}"
one=$started_pid
start_program "$SCRATCH/log2" "$AKIN_INDEX" add --store "$store" \
    "${ids[3]}" "${ids[4]}" "${ids[5]}"
two=$started_pid
for pid in "$one" "$two"; do
    SCENARIO_CODE=0
    wait "$pid" || SCENARIO_CODE=$?
    [ "$SCENARIO_CODE" -eq 0 ] ||
        broken "exit $SCENARIO_CODE: $(cat "$SCRATCH"/log[12])"
done
expect_exit 0 "$AKIN_INDEX" verify --store "$store"
expect_same "numbers" 24 "$(store_numbers "$store" | grep -oE '[0-9]+ images' |
    grep -oE '[0-9]+')"
