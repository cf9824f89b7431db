#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The web page in a real browser (tests/web): drop an image, refine, open a
# dataset, go back; with the keyboard, on a phone, in the dark. Pictures of it
# are left in the build folder, page-shots, to be looked at.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/daemon.sh"
. "$(dirname "$0")/http.sh"
need_program indexer/akin-index query/akind query/akin tests/akin-generate

page=$(dirname "$0")/../web
weight=$(cat "$page"/../../query/web/files/* | wc -c)
say "the page weighs $weight bytes"
[ "$weight" -lt 150000 ] || broken "150 kB is the limit"
if grep -nE 'innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(' "$page"/../../query/web/files/*.js; then
    broken "text could become markup"
fi

say "a collection with images, and records without any"
images=$(example_images 3)
for only in nuclei-fibroblast-confocal leaf-arabidopsis; do # other licences
    expect_exit 0 "$GENERATE" "$images" --images 3 --only "$only"
done
STORE=$SCRATCH/store
mkdir -p "$SCRATCH/records/paper"
cat >"$SCRATCH/records/paper/dataset.json" <<'END'
{"id":"S-PAPER1","title":"Human cells <b>in</b> a paper","description":"Cells of a human line.",
 "license":"CC-BY-4.0","date_published":"2024-05-01","uri":"https://archive.example/S-PAPER1",
 "publisher":{"name":"Example Archive"},"organism":[{"id":"NCBITaxon:9606","label":"Homo sapiens"}],
 "imaging_method":[{"id":"FBbi:00000251","label":"confocal microscopy"}],
 "authors":[{"name":"Ada Example","orcid":"0000-0009-8765-4328"}]}
END
# An image as its own mask: what matters here is that it is found and drawn.
image=$(find "$images/nuclei-hela-widefield" -type f ! -name '*.json' | LC_ALL=C sort | sed -n 1p)
mkdir "$(dirname "$image")/masks"
cp "$image" "$(dirname "$image")/masks/"
expect_exit 0 "$AKIN_INDEX" add --quiet --store "$STORE" "$images" "$SCRATCH/records"
# shellcheck disable=SC2034  # start_akind reads it
SOCKET=ipc://$STORE/akind.sock
start_http
number=$(curl -s "$HTTP/v1/datasets/nuclei-hela-widefield" | jq '[.images[] | select(.annotation)] | .[0].id')
ask 200 "/v1/images/$number/annotation?max=64"
expect_same "type" image/png "$(field content-type)"
other=$(curl -s "$HTTP/v1/datasets/he-colon" | jq '.images[0].id')
ask 404 "/v1/images/$other/annotation"
expect_text "no annotation lies beside image $other"
ask 400 /v1/images/none/annotation

say "in the browser"
shots=$AKIN_BIN/page-shots
SCENARIO_TIMEOUT=540 run_it "$page/run" "$HTTP/" "$image" nuclei-hela-widefield "$shots"
cat "$SCENARIO_OUT"
[ "$SCENARIO_CODE" -ne 77 ] || skip "$(tail -n 1 "$SCENARIO_OUT" | sed 's/^SKIPPED: //')"
[ "$SCENARIO_CODE" -eq 0 ] || broken "the page does not do what it should; pictures: $shots"
