#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What is wrong, malformed, huge or slow gets a sentence, or an end; the daemon
# goes on.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/daemon.sh"
. "$(dirname "$0")/http.sh"
need_program indexer/akin-index query/akind query/akin tests/akin-generate
make_store
start_http --set http.max_bytes=100k --set http.read_s=2 --set http.export_rows=2 \
    --set http.total_bytes=150k
port=${HTTP##*:}

say "wrong addresses and methods"
expect_problem 404 no-such-path "/docs lists" /v1/nothing
expect_problem 404 no-such-path "/docs lists" /v1/images/1
expect_problem 404 no-such-path "/docs lists" /v1/datasets//history
expect_problem 404 not-found 'no file "secret"' /web/secret
expect_problem 404 no-such-path "/docs lists" --path-as-is /web/../../../etc/passwd
expect_problem 404 not-found "no file" "/web/..%2F..%2Fetc%2Fpasswd"
expect_problem 405 method-not-allowed "DELETE" -X DELETE /v1/search
expect_same "Allow" "GET, HEAD, OPTIONS" "$(field Allow)"
expect_problem 405 method-not-allowed "GET" "/v1/preview"
expect_problem 400 invalid "hexadecimal" "/v1/search?text=%zz"
expect_problem 400 invalid "UTF-8" "/v1/search?text=%ff%fe"
expect_problem 400 invalid "UTF-8" "/v1/datasets/a%00b"

say "wrong parameters"
expect_problem 400 invalid 'did you mean "where"' "/v1/search?wher=x"
expect_problem 400 invalid 'did you mean "organism"' "/v1/search?where=organsim:x"
expect_problem 400 bad-format "filter:" "/v1/search?where=organism:("
expect_problem 400 bad-format "where" --get --data-urlencode 'where={"field"' "$HTTP/v1/search"
expect_problem 400 invalid "whole number" "/v1/search?k=many"
expect_problem 400 invalid "k" "/v1/search?k=-1"
expect_problem 400 invalid "cursor" "/v1/search?cursor=x"
expect_problem 400 invalid "not closed" "/v1/search?text=%22mouse"
expect_problem 400 invalid 'no format "xml"' "/v1/search?format=xml"
expect_problem 400 invalid "true or false" "/v1/search?exclude_own=perhaps"
expect_problem 400 over-a-limit "http.export_rows" "/v1/search?format=jsonl"
expect_problem 406 not-acceptable "text/csv" -H 'Accept: image/png' /v1/search
expect_problem 406 not-acceptable "RO-Crate" -H 'Accept: text/turtle' /v1/datasets/leaf-arabidopsis
expect_problem 400 invalid "one of" /v1/terms
expect_problem 400 invalid "text" /v1/suggest
expect_problem 404 not-found "no dataset" /v1/datasets/nobody
expect_problem 404 not-found "no dataset" /v1/datasets/nobody/history
expect_problem 404 not-found "no dataset" /v1/datasets/nobody/thumbnail
expect_problem 404 not-found "no dataset" /api/entry/nobody
expect_problem 400 invalid "whole number" "/search?size=x"
expect_problem 400 invalid "offset" "/search?offset=-3"
printf '%s' "/v1/search?text=a" >"$SCRATCH/many"
for _ in $(seq 300); do printf '&where=a'; done >>"$SCRATCH/many"
expect_problem 400 over-a-limit "256 parameters" "$(cat "$SCRATCH/many")"

say "wrong pictures"
expect_problem 404 not-found "no image 999" /v1/images/999/preview
expect_problem 400 invalid "number" /v1/images/one/preview
expect_problem 400 invalid "needs x, y, w and h" "/v1/images/1/crop?x=1"
expect_problem 400 invalid "does not lie" "/v1/images/1/crop?x=1&y=1&w=99999&h=9"
expect_problem 400 invalid "z" "/v1/images/1/preview?z=77"
expect_problem 400 invalid "max" "/v1/images/1/preview?max=0"
expect_problem 400 invalid "max" "/v1/images/1/preview?max=999999"
expect_problem 400 invalid "format" "/v1/images/1/preview?format=gif"
expect_problem 406 not-acceptable "image/png" -H 'Accept: text/html' /v1/images/1/preview
gone=$(find "$DATA/leaf-arabidopsis" -type f -name '*001*' | sed -n 1p)
mv "$gone" "$gone.away"
expect_problem 404 not-found "not there any more" /v1/datasets/leaf-arabidopsis/thumbnail
printf 'x' >"$gone"
expect_problem 404 not-found "has changed" /v1/datasets/leaf-arabidopsis/thumbnail
mv "$gone.away" "$gone"
ask 200 /v1/datasets/leaf-arabidopsis/thumbnail

say "wrong questions"
expect_problem 400 invalid "no image" -X POST /v1/similar
expect_problem 422 bad-format "first bytes" --data-binary nonsense /v1/similar
expect_problem 415 media-type "multipart" -H 'Content-Type: text/plain' -d x /v1/similar
expect_problem 422 bad-format "line 1" -H 'Content-Type: application/json' -d '{' /v1/similar
expect_problem 400 invalid "object" -H 'Content-Type: application/json' -d '[]' /v1/similar
expect_problem 400 invalid "not read by path" -H 'Content-Type: application/json' \
    -d '{"image":{"path":"/etc/passwd"}}' /v1/similar
expect_problem 400 invalid "not read by path" -H 'Content-Type: application/json' \
    -d '{"images":[{"base64":""},{"path":"/etc/passwd"}]}' /v1/similar
expect_problem 400 invalid "region" --data-binary "@$IMAGE" "/v1/similar?region=1,2,3"
expect_problem 400 invalid "nobody" --data-binary "@$IMAGE" "/v1/similar?exclude=nobody"
expect_problem 403 no-fetching "network" "/v1/similar?url=http://127.0.0.1/a.png"
expect_problem 400 invalid "dataset=ID, image=NUMBER or url=ADDRESS" /v1/similar
expect_problem 422 bad-format "boundary" -H 'Content-Type: multipart/form-data' -d x /v1/similar
expect_problem 422 bad-format "no end" -H 'Content-Type: multipart/form-data; boundary=b' \
    --data-binary $'--b\r\nContent-Disposition: form-data; name="k"\r\n\r\n1' /v1/similar
expect_problem 422 bad-format "first bytes" --data-binary nonsense /v1/preview
half=$SCRATCH/half.jpg
head -c 900 "$IMAGE" >"$half"
ask 422 --data-binary "@$half" /v1/preview

say "huge"
head -c 200000 /dev/zero >"$SCRATCH/huge"
expect_problem 413 over-a-limit "http.max_bytes" --data-binary "@$SCRATCH/huge" /v1/similar
expect_problem 413 over-a-limit "http.max_bytes" -H 'Transfer-Encoding: chunked' \
    -H 'Expect:' --data-binary "@$SCRATCH/huge" /v1/preview
head -c 200000 /dev/zero | tr '\0' a >"$SCRATCH/words"
code=$(curl -s -m 20 -o /dev/null -w '%{http_code}' -H "X-Long: $(head -c 100000 "$SCRATCH/words")" "$HTTP/health" || true)
case $code in
4*) ;;
*) broken "a head of 100 kB: status $code" ;;
esac
code=$(curl -s -m 20 -o /dev/null -w '%{http_code}' "$HTTP/v1/search?text=$(head -c 20000 "$SCRATCH/words")" || true)
case $code in
4*) ;;
*) broken "an address of 20 kB: status $code" ;;
esac

say "malformed"
# speak TEXT: sends it as it is; what comes back within three seconds.
speak() {
    exec 9<>"/dev/tcp/127.0.0.1/$port"
    printf '%b' "$1" >&9
    timeout 3 cat <&9 | head -c 300 | tr -d '\0' || true
    exec 9>&- 9<&-
}
speak 'NONSENSE\r\n\r\n' >"$SCRATCH/answer" || true
speak 'GET /health HTTP/1.1\r\n\r\n' >"$SCRATCH/answer" || true
grep -q "200 OK" "$SCRATCH/answer" && broken "a request without Host is answered"
speak 'GET http://127.0.0.1/health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' >"$SCRATCH/answer" || true
grep -q "HTTP/1.1 400" "$SCRATCH/answer" || broken "not refused: $(cat "$SCRATCH/answer")"
speak 'POST /v1/similar HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 12x\r\n\r\nabc' >"$SCRATCH/answer" || true
ask 200 /health

trap '' PIPE # what is written to a closed connection is an error, not the end
say "slow: a request must come within http.read_s"
exec 8<>"/dev/tcp/127.0.0.1/$port"
printf 'GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n' >&8
began=$SECONDS
for _ in $(seq 12); do
    printf 'X-Drip: 1\r\n' >&8 2>/dev/null || break
    sleep 0.5
done
# Whoever shut it has sent an end; nothing was answered.
expect_same "answer to a drip" "" "$(timeout 5 head -c 100 <&8 || true)"
[ $((SECONDS - began)) -lt 30 ] || broken "the drip was heard for too long"
exec 8>&- 8<&-
exec 8<>"/dev/tcp/127.0.0.1/$port"
printf 'POST /v1/similar HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nabc' >&8
timeout 10 cat <&8 >"$SCRATCH/answer" || broken "a body that does not come is waited for"
grep -q "200 OK" "$SCRATCH/answer" && broken "half a body is answered"
exec 8>&- 8<&-

say "it goes on"
ask 200 --data-binary "@$IMAGE" "/v1/similar?k=1"
expect_same "first" blood-smear-giemsa "$(value '.hits[0].dataset.id')"
end_program "$AKIND_PID" TERM 10
expect_same "exit code" 0 "$SCENARIO_CODE"
