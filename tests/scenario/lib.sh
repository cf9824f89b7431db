# SPDX-License-Identifier: Apache-2.0
# What every scenario shares. A scenario starts with
#
#   . "$(dirname "$0")/lib.sh"
#   need_program indexer/akin-index query/akin
#
# and ends by running off its end; the first broken claim ends it with 1 and a
# line that says which. Nothing outside "$SCRATCH" is touched; it is removed,
# and programs begun with start_program are ended, however the script ends.

set -euo pipefail
export LC_ALL=C.UTF-8

AKIN_BIN=${AKIN_BIN:?the build folder: AKIN_BIN=build/dev}
AKIN_BIN=$(cd "$AKIN_BIN" && pwd)
AKIN_INDEX=$AKIN_BIN/indexer/akin-index
AKIND=$AKIN_BIN/query/akind
AKIN=$AKIN_BIN/query/akin
GENERATE=$AKIN_BIN/tests/akin-generate
export AKIN_INDEX AKIND AKIN GENERATE

SCRATCH=$(mktemp -d "${TMPDIR:-/tmp}/akin-scenario.XXXXXX")
SCENARIO_OUT=$SCRATCH/.out # standard output of the last expect_exit
SCENARIO_ERR=$SCRATCH/.err # its standard error
SCENARIO_CODE=0            # its exit code
scenario_pids=()
started_pid=0 # of the last start_program

clean_up() {
    local code=$? pid
    trap - EXIT
    for pid in ${scenario_pids[@]+"${scenario_pids[@]}"}; do
        kill -KILL "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    rm -rf "$SCRATCH"
    exit "$code"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# say TEXT: where we are, for the person who reads the log.
say() { printf -- '-- %s\n' "$*"; }

# broken TEXT: ends the scenario; shows what the last program said.
broken() {
    printf 'BROKEN: %s\n' "$*" >&2
    if [ -s "$SCENARIO_OUT" ]; then
        printf '  its output:\n' >&2
        head -n 40 "$SCENARIO_OUT" | sed 's/^/    /' >&2
    fi
    if [ -s "$SCENARIO_ERR" ]; then
        printf '  its errors:\n' >&2
        head -n 40 "$SCENARIO_ERR" | sed 's/^/    /' >&2
    fi
    exit 1
}

# skip TEXT: this machine cannot run the scenario.
skip() {
    printf 'SKIPPED: %s\n' "$*"
    exit 77
}

# need_program PATH...: programs of the build folder; skipped without them.
need_program() {
    local program
    for program in "$@"; do
        [ -x "$AKIN_BIN/$program" ] || skip "$program is not built"
    done
}

# new_folder [NAME]: prints the path of a new, empty folder.
new_folder() {
    mktemp -d "$SCRATCH/${1:-folder}.XXXXXX"
}

# wait_for SECONDS COMMAND...: until the command succeeds; never longer.
wait_for() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$end" ] || broken "waited in vain for: $*"
        sleep 0.05
    done
}

# run_it COMMAND...: runs it with its output kept; the exit code goes to
# SCENARIO_CODE. Nothing runs longer than two minutes.
run_it() {
    SCENARIO_CODE=0
    timeout -k 5 "${SCENARIO_TIMEOUT:-120}" "$@" \
        >"$SCENARIO_OUT" 2>"$SCENARIO_ERR" </dev/null || SCENARIO_CODE=$?
}

# expect_exit CODE COMMAND...
expect_exit() {
    local want=$1
    shift
    run_it "$@"
    [ "$SCENARIO_CODE" -eq "$want" ] ||
        broken "exit $SCENARIO_CODE instead of $want: $*"
}

# expect_text FRAGMENT...: the last program said each of them, anywhere.
expect_text() {
    local fragment
    for fragment in "$@"; do
        grep -qF -- "$fragment" "$SCENARIO_OUT" "$SCENARIO_ERR" ||
            broken "it does not say \"$fragment\""
    done
}

# expect_no_text FRAGMENT...: it said none of them.
expect_no_text() {
    local fragment
    for fragment in "$@"; do
        ! grep -qF -- "$fragment" "$SCENARIO_OUT" "$SCENARIO_ERR" ||
            broken "it says \"$fragment\""
    done
}

# expect_same CLAIM WANTED GOT
expect_same() {
    [ "$2" = "$3" ] || broken "$1: expected \"$2\", got \"$3\""
}

# Pipes end with `sed -n 1p`, not `head -n 1`: head leaves early, and what feeds
# it would then fail under pipefail, some of the time.

# json_number KEY: the first number under that key in the last output.
json_number() {
    local found
    found=$(grep -oE "\"$1\": ?-?[0-9.]+" "$SCENARIO_OUT") ||
        broken "no number \"$1\""
    found=${found%%$'\n'*}
    printf '%s\n' "${found##*[: ]}"
}

# start_program LOGFILE COMMAND...: in the background; ended with the script.
# Its process id is in started_pid.
start_program() {
    local log=$1
    shift
    "$@" >"$log" 2>&1 </dev/null &
    started_pid=$!
    scenario_pids+=("$started_pid")
}

# end_program PID [SIGNAL] [SECONDS]: sends the signal (TERM) and waits; its
# exit code goes to SCENARIO_CODE.
end_program() {
    local pid=$1 signal=${2:-TERM} end=$((SECONDS + ${3:-30}))
    kill "-$signal" "$pid" 2>/dev/null || true
    while kill -0 "$pid" 2>/dev/null; do
        [ "$SECONDS" -lt "$end" ] || broken "process $pid does not end"
        sleep 0.02
    done
    SCENARIO_CODE=0
    wait "$pid" 2>/dev/null || SCENARIO_CODE=$?
}

# example_images [N]: prints a folder of example datasets with N images each
# (2), drawn once for each scenario. Six of the datasets are enough here.
example_images() {
    local folder=$SCRATCH/examples.${1:-2} id
    if [ ! -d "$folder" ]; then
        for id in nuclei-hela-widefield neuropil-fly-sstem he-colon \
            blood-smear-wright smfish-spots yeast-dic; do
            "$GENERATE" "$folder" --images "${1:-2}" --only "$id" \
                >/dev/null || broken "akin-generate failed"
        done
    fi
    printf '%s\n' "$folder"
}

# store_numbers STORE: datasets, images, tiles and quarantined files, to be
# compared between stores that were made in different ways.
store_numbers() {
    expect_exit 0 "$AKIN_INDEX" status --store "$1" --json
    printf '%s datasets, %s images, %s tiles, %s quarantined\n' \
        "$(json_number datasets)" "$(json_number images)" \
        "$(json_number tiles)" "$(json_number quarantined)"
}

# store_vectors STORE: a sum over the current generation's descriptors and the
# projection that made them: what answers depend on.
store_vectors() {
    local gen
    expect_exit 0 "$AKIN_INDEX" status --store "$1" --json
    gen=$(printf '%s/gen-%06d' "$1" "$(json_number generation)")
    cat "$gen/vectors.f32" "$gen/projection.bin" | cksum
}
