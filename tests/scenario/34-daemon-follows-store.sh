#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What is added, published and removed while akind runs is seen by the next
# question, without a restart.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/daemon.sh"
need_program indexer/akin-index query/akind query/akin tests/akin-generate
make_store
expect_exit 0 "$AKIN_INDEX" publish --store "$STORE"
start_akind
generation=$(status_number generation)
[ "$generation" -ge 1 ] || broken "nothing was published"
expect_same tail 0 "$(status_number tail)"

say "the tail: added, not yet published"
expect_exit 0 "$GENERATE" "$SCRATCH/more" --images 2 --only blood-smear-wright
expect_exit 0 "$AKIN_INDEX" add --store "$STORE" "$SCRATCH/more" \
    --set publish.tail_tiles=1000000
expect_same datasets 4 "$(status_number datasets)"
expect_exit 0 "$AKIN" similar "$IMAGE" --connect "$SOCKET" --json -k 2
expect_text blood-smear-wright '"total":4'

say "a new generation"
expect_exit 0 "$AKIN_INDEX" publish --store "$STORE"
now=$(status_number generation)
[ "$now" -gt "$generation" ] || broken "still generation $now"
expect_same tail 0 "$(status_number tail)"
expect_exit 0 "$AKIN" similar "$IMAGE" --connect "$SOCKET" --json -k 2
expect_text blood-smear-wright "\"generation\":$now"

say "removed: no hit any more, and show says why"
expect_exit 0 "$AKIN_INDEX" rm --store "$STORE" --reason "shown twice" \
    blood-smear-wright
expect_exit 0 "$AKIN" similar "$IMAGE" --connect "$SOCKET" --json
expect_no_text blood-smear-wright
expect_text '"total":3'
expect_exit 1 "$AKIN" show blood-smear-wright --connect "$SOCKET"
expect_text "was removed" "shown twice"

say "published again and again under questions: none fails"
cat >"$SCRATCH/ask-on" <<'EOF'
while [ ! -e "$3" ]; do
    "$AKIN" similar "$1" --connect "$2" -k 3 --json >>"$4" || echo FAILED >>"$4"
done
EOF
start_program "$SCRATCH/asker.log" bash "$SCRATCH/ask-on" "$IMAGE" "$SOCKET" \
    "$SCRATCH/enough" "$SCRATCH/answers"
asker=$started_pid
for round in 1 2 3 4 5; do
    say "publish $round"
    expect_exit 0 "$AKIN_INDEX" publish --store "$STORE"
done
touch "$SCRATCH/enough"
wait "$asker" || true
[ -s "$SCRATCH/answers" ] || broken "nothing was answered"
! grep -q FAILED "$SCRATCH/answers" ||
    broken "a question failed: $(cat "$SCRATCH/asker.log")"
! grep -qv '"total":3' "$SCRATCH/answers" || broken "an answer lacks datasets"
expect_same "generations left" 1 \
    "$(find "$STORE" -maxdepth 1 -name 'gen-*' | wc -l | tr -d ' ')"
end_program "$AKIND_PID" TERM 10
expect_same "exit code" 0 "$SCENARIO_CODE"
