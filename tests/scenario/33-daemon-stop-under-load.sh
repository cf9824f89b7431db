#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# SIGTERM while many ask: the daemon ends at once, with 0, every time; nobody
# who got an answer got a wrong one.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/daemon.sh"
need_program indexer/akin-index query/akind query/akin tests/akin-generate
make_store
expect_exit 0 "$AKIN" similar "$IMAGE" --store "$STORE" -k 1 --json
grep -oE '"id":"[^"]*"' "$SCENARIO_OUT" | head -n 1 >"$SCRATCH/right"

# ask_on LOG: asks until it is told to stop; each answer's first id to LOG.
cat >"$SCRATCH/ask-on" <<'EOF'
while [ ! -e "$4" ]; do
    "$AKIN" similar "$1" --connect "$2" -k 1 --json --timeout 1 2>/dev/null |
        grep -oE '"id":"[^"]*"' | head -n 1 >>"$3" || true
done
EOF

for round in 1 2 3 4 5; do
    say "round $round"
    start_akind --workers 3
    clients=()
    for i in 1 2 3 4 5 6; do
        start_program /dev/null bash "$SCRATCH/ask-on" "$IMAGE" "$SOCKET" \
            "$SCRATCH/answers-$round-$i" "$SCRATCH/enough-$round"
        clients+=("$started_pid")
    done
    wait_for 20 test -s "$SCRATCH/answers-$round-3"
    end_program "$AKIND_PID" TERM 10
    expect_same "exit code" 0 "$SCENARIO_CODE"
    touch "$SCRATCH/enough-$round"
    wait "${clients[@]}" || true
    sort -u "$SCRATCH/answers-$round-"* >"$SCRATCH/given"
    cmp -s "$SCRATCH/given" "$SCRATCH/right" ||
        broken "other answers than $(cat "$SCRATCH/right"): $(cat "$SCRATCH/given")"
done
