#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Who may ask over HTTP, from where, and how often.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/daemon.sh"
. "$(dirname "$0")/http.sh"
need_program indexer/akin-index query/akind query/akin tests/akin-generate
make_store
printf 'correct-horse-battery\n' >"$SCRATCH/token"

say "what is refused at start"
# refused CODE FRAGMENT OPTION...
refused() {
    local code=$1 fragment=$2
    shift 2
    expect_exit "$code" "$AKIND" --store "$STORE" "$@"
    expect_text "$fragment"
}
refused 2 "no token is asked for" --http 0.0.0.0:0
refused 2 "no token is asked for" --http '[::]:0'
refused 2 "ADDRESS:PORT is wanted" --http 7311
refused 2 "ADDRESS:PORT is wanted" --http 127.0.0.1:99999
refused 2 "names are not looked up" --http example.org:80
refused 2 "--http ADDRESS:PORT is missing" --http-origin '*'
printf 'short\n' >"$SCRATCH/short"
refused 2 "one line of 16" --http 127.0.0.1:0 --http-token-file "$SCRATCH/short"
refused 1 "--http-token-file" --http 127.0.0.1:0 --http-token-file "$SCRATCH/none"

say "the loopback answers to its own names only"
start_http
ask 200 -H 'Host: localhost:1' /health
ask 200 -H 'Host: [::1]' /health
expect_problem 421 unknown-host "--http-host" -H 'Host: rebound.example' /v1/status
expect_problem 421 unknown-host "--http-host" -H 'Host: 127.0.0.1.example' /v1/status
expect_problem 403 foreign-page "--http-origin" -H 'Origin: https://evil.example' \
    --data-binary "@$IMAGE" /v1/similar
ask 200 -H "Origin: $HTTP" --data-binary "@$IMAGE" /v1/similar
ask 200 -H 'Origin: https://evil.example' /v1/status
expect_same "permission" "" "$(field Access-Control-Allow-Origin)"

say "a second daemon there is refused"
expect_exit 1 "$AKIND" --store "$STORE" --listen "ipc://$SCRATCH/other.sock" --http "${HTTP#http://}"
expect_text "another program listens"
end_program "$AKIND_PID" TERM 10
expect_same "exit code" 0 "$SCENARIO_CODE"

say "a token"
start_http --http-token-file "$SCRATCH/token" --http-origin https://page.example --http-host akin.example
grep -q 'token=needed' "$AKIND_LOG" || broken "the log does not say so"
grep -q correct-horse "$AKIND_LOG" && broken "the log has the token"
expect_problem 401 token-needed "Bearer" /v1/status
expect_same "challenge" 'Bearer realm="akin"' "$(field WWW-Authenticate)"
for wrong in correct-horse-batterx correct-horse-batteryy correct-horse-batter ''; do
    expect_problem 401 token-needed "Bearer" -H "Authorization: Bearer $wrong" /metrics
done
expect_problem 401 token-needed "Bearer" -H 'Authorization: Basic correct-horse-battery' /search
expect_problem 401 token-needed "Bearer" --data-binary "@$IMAGE" /v1/similar
ask 200 -H 'Authorization: Bearer correct-horse-battery' /v1/status
ask 200 -H 'Authorization: Bearer correct-horse-battery' --data-binary "@$IMAGE" /v1/similar
for path in / /docs /openapi.json /health /web/docs.css; do
    ask 200 "$path"
done

say "a page of another origin, and another name"
ask 204 -X OPTIONS -H 'Origin: https://page.example' -H 'Access-Control-Request-Method: POST' /v1/similar
expect_same "origin" https://page.example "$(field Access-Control-Allow-Origin)"
field Access-Control-Allow-Methods | grep -q POST || broken "no POST"
field Access-Control-Allow-Headers | grep -q Authorization || broken "no Authorization"
ask 200 -H 'Origin: https://page.example' -H 'Authorization: Bearer correct-horse-battery' \
    --data-binary "@$IMAGE" /v1/similar
expect_same "origin" https://page.example "$(field Access-Control-Allow-Origin)"
ask 200 -H 'Origin: https://other.example' /health
expect_same "origin" "" "$(field Access-Control-Allow-Origin)"
grep -qi '^Vary: .*Origin' "$HEAD" || broken "no Vary: Origin"
ask 200 -H 'Host: akin.example' /health
end_program "$AKIND_PID" TERM 10

say "with a token, or when told so, other machines may reach it"
HTTP_ADDRESS=0.0.0.0:0 start_http --http-token-file "$SCRATCH/token"
port=${HTTP##*:}
ask 200 -H 'Host: akin.example' "http://127.0.0.1:$port/health"
ask 401 "http://127.0.0.1:$port/v1/status"
end_program "$AKIND_PID" TERM 10
HTTP_ADDRESS=0.0.0.0:0 start_http --allow-remote
ask 200 "http://127.0.0.1:${HTTP##*:}/v1/status"
end_program "$AKIND_PID" TERM 10

say "so often, and no more"
start_http --set http.rate=0.5 --set http.burst=3
for _ in 1 2 3; do ask 200 /health; done
expect_problem 429 too-often "http.rate" /health
wait=$(field Retry-After)
[ "$wait" -ge 1 ] && [ "$wait" -le 2 ] || broken "Retry-After: $wait"
end_program "$AKIND_PID" TERM 10

say "busy: what finds no place is told to come again, and nobody waits for ever"
start_http --set http.queue=1 --set http.workers=1
for i in $(seq 24); do
    curl -s -m 60 -o "$SCRATCH/load.$i" -w '%{http_code} %header{retry-after}\n' \
        --data-binary "@$IMAGE" "$HTTP/v1/similar" >"$SCRATCH/code.$i" &
    load_pids="${load_pids-} $!"
done
ask 200 /health # answered while workers are busy
for pid in $load_pids; do wait "$pid" || true; done
cat "$SCRATCH"/code.* | cut -d' ' -f1 | sort | uniq -c >"$SCRATCH/codes"
grep -q ' 200$' "$SCRATCH/codes" || broken "nobody was answered: $(cat "$SCRATCH/codes")"
grep -q ' 503$' "$SCRATCH/codes" || broken "nobody was told to come again: $(cat "$SCRATCH/codes")"
expect_same "others" 0 "$(grep -cvE ' (200|503)$' "$SCRATCH/codes" || true)"
expect_same "Retry-After of each 503" 0 "$(cat "$SCRATCH"/code.* | grep -c '^503 $' || true)"

say "stopped in the middle of it: all are answered, or cut; the exit is clean"
for i in $(seq 8); do
    curl -s -m 30 -o /dev/null --data-binary "@$IMAGE" "$HTTP/v1/similar" &
    stop_pids="${stop_pids-} $!"
done
sleep 0.2
end_program "$AKIND_PID" TERM 20
expect_same "exit code" 0 "$SCENARIO_CODE"
for pid in $stop_pids; do wait "$pid" || true; done
