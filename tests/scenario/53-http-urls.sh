#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Similar to an image at an address: only where it is permitted, and only from
# addresses that are public.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/daemon.sh"
. "$(dirname "$0")/http.sh"
need_program indexer/akin-index query/akind query/akin tests/akin-generate
make_store

say "permitted, but this machine is not public"
start_http --set http.allow_urls=1 --set http.workers=2
picture="$HTTP/v1/images/1/preview?format=png%26max=512"
expect_problem 400 invalid "no public address" "/v1/similar?url=$picture"
expect_problem 400 invalid "no public address" -X POST "/v1/similar?url=$picture"
expect_problem 400 invalid "no public address" "/v1/similar?url=http://[::1]/"
expect_problem 400 invalid "no public address" "/v1/similar?url=http://169.254.169.254/latest"
expect_problem 400 invalid "http://" "/v1/similar?url=file:///etc/passwd"
end_program "$AKIND_PID" TERM 10

say "with an allowance for tests: akind asks itself"
start_http --set http.allow_urls=1 --set http.url_private=1 --set http.workers=2 --set http.url_s=5 --set http.max_bytes=1M
picture="$HTTP/v1/images/1/preview?format=png%26max=512"
ask 200 "/v1/datasets/bacteria-ecoli-phase?images=1"
for id in blood-smear-giemsa bacteria-ecoli-phase leaf-arabidopsis; do
    ask 200 "/v1/datasets/$id?images=1"
    [ "$(value '.images[0].id')" != 1 ] || own=$id
done
ask 200 "/v1/similar?url=$picture&k=1"
expect_same "first" "$own" "$(value '.hits[0].dataset.id')"
ask 200 -X POST "/v1/similar?url=$picture&url=$picture&k=1"
expect_same "examples" 2 "$(value '.query.images|length')"
ask 200 -F "image=@$IMAGE" -F "url=$HTTP/v1/images/1/preview?format=png" /v1/similar
expect_same "examples" 2 "$(value '.query.images|length')"
printf '{"image":{"url":"%s/v1/images/1/preview?format=png","region":[0,0,128,128]},"k":1}' "$HTTP" >"$SCRATCH/ask.json"
ask 200 -H 'Content-Type: application/json' --data-binary "@$SCRATCH/ask.json" /v1/similar
expect_same "first" "$own" "$(value '.hits[0].dataset.id')"

say "what is there may be no image, or nothing, or nobody"
expect_problem 502 not-fetched "404" "/v1/similar?url=$HTTP/v1/datasets/nobody/thumbnail"
expect_problem 502 not-fetched "could not be fetched" "/v1/similar?url=http://127.0.0.1:1/"
expect_problem 400 bad-format "" "/v1/similar?url=$HTTP/health"
expect_problem 400 invalid "url must be a text" -H 'Content-Type: application/json' \
    --data-binary '{"image":{"url":5}}' /v1/similar
many=$(for _ in $(seq 17); do printf '&url=%s' "$HTTP/health"; done)
expect_problem 400 invalid "at most 16" "/v1/similar?k=1$many"
expect_problem 400 invalid "no image" -X POST "/v1/similar?k=1"
end_program "$AKIND_PID" TERM 10
expect_same "exit code" 0 "$SCENARIO_CODE"
