#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A daemon that is killed leaves a socket file behind; the next one starts all
# the same, and clients find it.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/daemon.sh"
need_program indexer/akin-index query/akind query/akin tests/akin-generate
make_store

for round in 1 2 3; do
    say "kill -9, round $round"
    start_akind
    expect_exit 0 "$AKIN" similar "$IMAGE" --connect "$SOCKET" -k 1
    end_program "$AKIND_PID" KILL 10
    expect_same "exit code" 137 "$SCENARIO_CODE"
    [ -S "$STORE/akind.sock" ] || broken "no socket was left behind"
    expect_exit 1 "$AKIN" status --connect "$SOCKET" --timeout 1
done

say "a client that waits is answered by the daemon that comes"
start_program "$SCRATCH/early" "$AKIN" status --connect "$SOCKET" --timeout 60
early=$started_pid
start_akind
wait_for 30 grep -q datasets "$SCRATCH/early"
wait "$early" || broken "the early client failed"

say "killed in the middle of many questions"
for i in 1 2 3 4; do
    start_program "$SCRATCH/client$i" bash -c \
        'while :; do "$AKIN" similar "$1" --connect "$2" --timeout 2 || true; done' \
        - "$IMAGE" "$SOCKET"
done
wait_for 20 test -s "$SCRATCH/client1"
end_program "$AKIND_PID" KILL 10
start_akind
expect_exit 0 "$AKIN_INDEX" verify --store "$STORE"
expect_exit 0 "$AKIN" similar "$IMAGE" --connect "$SOCKET" -k 1
end_program "$AKIND_PID" TERM 10
expect_same "exit code" 0 "$SCENARIO_CODE"
