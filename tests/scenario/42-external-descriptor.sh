#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Another program describes the tiles: the reference in C, and the example in
# Python. It is restarted, exchanged and breaks the rules; the store keeps its
# head, and no image is blamed.
. "$(dirname "$0")/lib.sh"
need_program indexer/akin-index query/akin tests/akin-generate tests/akin-provider

PROVIDER=$AKIN_BIN/tests/akin-provider
images=$(example_images 3)
folder=$(new_folder)
store=$folder/store
endpoint=ipc://$folder/provider
one=$(find "$images/he-colon" -type f ! -name '*.json' | sort | sed -n 1p)

# provider NAME DIM [MISTAKE]: runs until the next one, or stop_provider.
provider_pid=
stop_provider() {
    [ -z "$provider_pid" ] || end_program "$provider_pid"
    provider_pid=
}
provider() {
    stop_provider
    start_program "$folder/provider.log" "$PROVIDER" "$endpoint" "$@"
    provider_pid=$started_pid
    wait_for 10 test -S "$folder/provider"
}

# add STORE WHAT [OPTION]...: the exit code is in SCENARIO_CODE.
add() {
    local to=$1 what=$2
    shift 2
    run_it "$AKIN_INDEX" add --store "$to" \
        --set descriptor.endpoint="$endpoint" --set descriptor.timeout_ms=2000 \
        "$@" "$what"
}

# is_first STORE: every dataset is found by one of its own images.
is_first() {
    local at=$1 dataset id image first
    for dataset in "$images"/*/; do
        id=$(basename "$dataset")
        image=$(find "$dataset" -type f ! -name '*.json' | sort | sed -n 1p)
        expect_exit 0 "$AKIN" similar --store "$at" --descriptor "$endpoint" \
            --explain --json "$image"
        expect_text '"part":"external"' '"descriptor":"external:'
        first=$(grep -oE '"id": ?"[^"]*"' "$SCENARIO_OUT" | sed -n 1p)
        case $first in
        *"\"$id\"") ;;
        *) broken "$image: the first answer is $first, not $id" ;;
        esac
    done
}

say "a store is made for who answers"
provider histograms 96
add "$store" "$images" --set descriptor=external
expect_same "exit code" 0 "$SCENARIO_CODE"
expect_text "18 added" "0 quarantined" "plain projection"
expect_exit 0 "$AKIN_INDEX" verify --store "$store"
expect_text "the store is in order"
expect_exit 0 "$AKIN_INDEX" status --store "$store"
expect_text "external:histograms/96/nw64-"
is_first "$store"

say "the same images give the same store, with any batch and threads"
other=$folder/other
add "$other" "$images" --set descriptor=external --set descriptor.batch=2 \
    --jobs 4
expect_same "exit code" 0 "$SCENARIO_CODE"
expect_same "vectors" "$(store_vectors "$store")" "$(store_vectors "$other")"

say "a question needs the provider; one with a stored dataset does not"
expect_exit 1 "$AKIN" similar --store "$store" "$one"
expect_text 'external:histograms/96' 'descriptor.endpoint'
expect_exit 0 "$AKIN" similar --store "$store" --like he-colon
export AKIN_DESCRIPTOR=$endpoint
expect_exit 0 "$AKIN" similar --store "$store" "$one"
unset AKIN_DESCRIPTOR

say "the daemon asks it too, and again after it was restarted"
start_program "$folder/akind.log" "$AKIND" --store "$store" \
    --set descriptor.endpoint="$endpoint" --set descriptor.timeout_ms=2000
daemon=ipc://$store/akind.sock
wait_for 20 "$AKIN" status --connect "$daemon" --timeout 1
expect_exit 0 "$AKIN" similar --connect "$daemon" "$one"
stop_provider
expect_exit 1 "$AKIN" similar --connect "$daemon" "$one"
expect_text "the descriptor at $endpoint: no answer within 2 s"
provider histograms 96
expect_exit 0 "$AKIN" similar --connect "$daemon" "$one"

say "trouble stops an add, blames no image, and the next run goes on"
late=$folder/late
for mistake in silent nan count length number garbage name refused; do
    provider histograms 96
    [ -d "$late" ] || cp -r "$images/yeast-dic" "$late"
    find "$late" -type f ! -name '*.json' -exec sh -c 'printf x >>"$1"' _ {} \;
    provider histograms 96 "$mistake"
    add "$store" "$late" --no-publish
    expect_same "exit code ($mistake)" 1 "$SCENARIO_CODE"
    expect_text "the descriptor at $endpoint" "goes on from here"
    expect_no_text "quarantined:"
done
provider histograms 64
add "$store" "$late" --no-publish
expect_same "exit code (dimension)" 1 "$SCENARIO_CODE"
expect_text 'it makes features "external:histograms/64", the store holds "external:histograms/96"'
provider another 96
add "$store" "$late" --no-publish
expect_same "exit code (name)" 1 "$SCENARIO_CODE"
expect_text '"external:another/96"'
provider histograms 96
add "$store" "$late" --no-publish
expect_same "exit code (mended)" 0 "$SCENARIO_CODE"
expect_text "0 quarantined"

say "stores of different descriptors refuse each other by name"
provider another 32
add "$store" "$images" --set descriptor=external
expect_same "exit code" 1 "$SCENARIO_CODE"
expect_text '"external:histograms/96", not "external:another/32"'
add "$store" "$images" --set descriptor=builtin
expect_same "exit code" 1 "$SCENARIO_CODE"
expect_text '"external:histograms/96", not "classical-1+network-1"'
built_in=$folder/built-in
expect_exit 0 "$AKIN_INDEX" add --store "$built_in" "$images/he-colon"
add "$built_in" "$images" --set descriptor=external
expect_same "exit code" 1 "$SCENARIO_CODE"
expect_text '"classical-1+network-1", not "external:another/32"'
add "$folder/none" "$images" --set descriptor=magic
expect_same "exit code" 1 "$SCENARIO_CODE"
expect_text '"magic" is not builtin, external or as stored'

say "the example in Python"
stop_provider
command -v python3 >/dev/null || skip "the rest needs python3"
example=$(cd "$(dirname "$0")/../../scripts" && pwd)/descriptor-example.py
start_program "$folder/python.log" python3 "$example" "$endpoint"
provider_pid=$started_pid
python_store=$folder/python
add "$python_store" "$images" --set descriptor=external
expect_same "exit code" 0 "$SCENARIO_CODE"
expect_exit 0 "$AKIN_INDEX" status --store "$python_store"
expect_text "external:example-py/64/nw64-"
is_first "$python_store"
