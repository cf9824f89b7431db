#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# akind starts, answers over every transport, keeps its endpoint, and stops when
# told.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/daemon.sh"
need_program indexer/akin-index query/akind query/akin tests/akin-generate
make_store

say "the default endpoint lies in the store"
start_akind
expect_exit 0 "$AKIN" status --connect "$SOCKET" --json
expect_same datasets 3 "$(json_number datasets)"
expect_text '"allow_paths":true'

say "the daemon and this process give the same answer"
expect_exit 0 "$AKIN" similar "$IMAGE" --connect "$SOCKET" --json -k 3
sed -E 's/"took_ms":[0-9.]+/T/' "$SCENARIO_OUT" >"$SCRATCH/by-daemon"
expect_exit 0 "$AKIN" similar "$IMAGE" --store "$STORE" --json -k 3
sed -E 's/"took_ms":[0-9.]+/T/' "$SCENARIO_OUT" >"$SCRATCH/by-process"
cmp -s "$SCRATCH/by-daemon" "$SCRATCH/by-process" ||
    broken "daemon and process answer differently"

say "a second daemon at the same endpoint is refused, and harms nothing"
expect_exit 1 "$AKIND" --store "$STORE"
expect_text "listens at ipc://"
expect_exit 0 "$AKIN" status --connect "$SOCKET"

say "SIGHUP is survived, SIGTERM ends it with 0"
kill -HUP "$AKIND_PID"
expect_exit 0 "$AKIN" status --connect "$SOCKET"
end_program "$AKIND_PID" TERM 10
expect_same "exit code" 0 "$SCENARIO_CODE"
grep -q "info stop: signal=SIGTERM" "$AKIND_LOG" || broken "no stop line"
grep -q "request: method=similar status=ok" "$AKIND_LOG" ||
    broken "no line for the request"
expect_exit 1 "$AKIN" status --connect "$SOCKET" --timeout 1
expect_text "is akind running there?"

say "it starts again, and SIGINT ends it as well"
start_akind
end_program "$AKIND_PID" INT 10
expect_same "exit code" 0 "$SCENARIO_CODE"

say "tcp and ws on the loopback; images go as bytes"
for url in tcp ws; do
    listen_somewhere "$url"
    expect_exit 0 "$AKIN" similar "$IMAGE" --connect "$URL" -k 1 --json
    expect_text '"rank":1'
    end_program "$AKIND_PID" TERM 10
    expect_same "exit code" 0 "$SCENARIO_CODE"
done
