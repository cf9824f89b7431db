#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every path of HTTP, asked as its users ask.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/daemon.sh"
. "$(dirname "$0")/http.sh"
need_program indexer/akin-index query/akind query/akin tests/akin-generate
make_store
# A dataset without images: everything that metadata can say.
mkdir -p "$SCRATCH/more/paper"
cat >"$SCRATCH/more/paper/dataset.json" <<'END'
{"id":"S-PAPER/1","title":"Mouse <embryo> & yolk","description":"Embryos.","license":"CC0-1.0",
 "date_published":"2020-05-01","uri":"https://archive.example/studies/S-PAPER-1",
 "identifier":{"accession":"PAPER-1","url":"https://archive.example/other"},
 "publisher":{"name":"Example Archive","url":"https://archive.example/"},
 "organism":[{"id":"NCBITaxon:10090","label":"Mus musculus"}],
 "imaging_method":[{"id":"FBbi:00000251","label":"confocal microscopy"}],
 "authors":[{"name":"Ada Example","orcid":"0000-0002-1825-0097","affiliations":["Example Institute"]}],
 "publications":[{"title":"On embryos","doi":"10.1234/embryo","year":2021}],
 "thumbnails":["https://archive.example/t.png"],"keywords":["embryo"],"size":{"bytes":12,"files":3}}
END
expect_exit 0 "$AKIN_INDEX" add --store "$STORE" "$SCRATCH/more"
start_http

say "similar: the image as the body, as a form, as JSON"
ask 200 --data-binary "@$IMAGE" "/v1/similar?k=1&evidence=1"
expect_same "first" blood-smear-giemsa "$(value '.hits[0].dataset.id')"
expect_same "evidence" 1 "$(value '.hits[0].evidence|length')"
expect_same "hits" 1 "$(value '.hits|length')"
score=$(value '.hits[0].score')
ask 200 -F "image=@$IMAGE" -F k=1 /v1/similar
expect_same "score by form" "$score" "$(value '.hits[0].score')"
{
    printf '{"k":1,"image":{"base64":"'
    base64 -w0 "$IMAGE"
    printf '"}}'
} >"$SCRATCH/ask.json"
ask 200 -H 'Content-Type: application/json' --data-binary "@$SCRATCH/ask.json" /v1/similar
expect_same "score by JSON" "$score" "$(value '.hits[0].score')"
ask 200 -H 'Content-Type: image/jpeg' --data-binary "@$IMAGE" \
    "/v1/similar?where=NOT%20id:blood-smear-giemsa&exclude=leaf-arabidopsis&region=0,0,128,128"
expect_same "hits" bacteria-ecoli-phase "$(value '[.hits[].dataset.id]|join(" ")')"

say "similar: what the answer says beside the hits"
ask 200 --data-binary "@$IMAGE" "/v1/similar?k=2&evidence=1"
expect_same "agreement" "structure texture intensity colour scale learned" \
    "$(value '[.hits[0].agreement[].part]|join(" ")')"
expect_same "verdict" "boolean-or-null string" \
    "$(value 'if (.similar|type|IN("boolean","null")) then "boolean-or-null" else "no" end + " " + (.verdict|type)')"

say "similar to what is stored"
ask 200 "/v1/similar?dataset=blood-smear-giemsa&k=2"
expect_same "first" blood-smear-giemsa "$(value '.hits[0].dataset.id')"
expect_same "hits" 2 "$(value '.hits|length')"
ask 200 "/v1/similar?dataset=blood-smear-giemsa&exclude_self=1"
expect_same "itself" 0 "$(value '[.hits[]|select(.dataset.id=="blood-smear-giemsa")]|length')"
ask 200 "/v1/datasets/leaf-arabidopsis?images=1"
leaf=$(value '.images[0].id')
ask 200 "/v1/similar?image=$leaf&k=1&region=0,0,300,300"
expect_same "first by image" leaf-arabidopsis "$(value '.hits[0].dataset.id')"
ask 200 "/v1/similar?image=$leaf&dataset=blood-smear-giemsa&k=3&negative=bacteria-ecoli-phase&collapse=true"
expect_same "examples" 2 "$(value '.query.images|length')"
expect_same "what it should not be" 1 "$(value '.query.negative|length')"
expect_same "first two" "blood-smear-giemsa leaf-arabidopsis" "$(value '[.hits[0:2][].dataset.id]|sort|join(" ")')"
ask 200 "/v1/similar?image=$leaf,$leaf&by=tile&k=2"
expect_same "tiles" "2 true" "$(value '"\(.hits|length) \(.hits[0].tile.w>0)"')"
ask 200 "/v1/similar?image=$leaf&by=image&k=1&intent=explore"
expect_same "by image" "$leaf" "$(value '.hits[0].image.id')"
expect_problem 404 not-found "no dataset" "/v1/similar?dataset=nobody"
expect_problem 404 not-found "999" "/v1/similar?image=999"
expect_problem 400 invalid "whole number" "/v1/similar?image=one"
expect_problem 400 invalid "dataset=ID" /v1/similar
expect_problem 400 invalid "negative" "/v1/similar?image=$leaf&by=tile&negative=blood-smear-giemsa"

say "several images, and what they should not look like: as a form, as JSON"
mapfile -t files < <(find "$DATA/leaf-arabidopsis" -type f \( -name '*.png' -o -name '*.tif' -o -name '*.jpg' -o -name '*.bmp' \) | sort)
ask 200 -F "image=@$IMAGE" -F "image=@${files[0]}" -F "negative=@${files[0]}" -F k=3 -F diversity=0.5 /v1/similar
expect_same "examples" "2 1" "$(value '"\(.query.images|length) \(.query.negative|length)"')"
expect_same "first" blood-smear-giemsa "$(value '.hits[0].dataset.id')"
ask 200 "/v1/similar?image=$leaf&k=1"
post_json() { # STATUS PATH JSON
    ask "$1" -H 'Content-Type: application/json' --data-binary "$3" "$2"
}
post_json 200 "/v1/similar?k=1" "{\"images\":[{\"image_id\":$leaf},{\"dataset\":\"leaf-arabidopsis\"}],\"negative\":[{\"dataset\":\"blood-smear-giemsa\"}]}"
expect_same "first" leaf-arabidopsis "$(value '.hits[0].dataset.id')"
vector=$(jq -nc '[range(64)|if .==0 then 1 else 0 end]')
post_json 200 /v1/similar "{\"image\":{\"vector\":$vector},\"k\":1}"
expect_same "a vector" true "$(value .query.vector)"
expect_problem 400 invalid "by path" -H 'Content-Type: application/json' \
    --data-binary '{"negative":[{"path":"/etc/passwd"}],"image":{"image_id":1}}' /v1/similar
expect_problem 400 invalid ".url" -H 'Content-Type: application/json' \
    --data-binary '{".url":["http://127.0.0.1/"],"image":{"image_id":1}}' /v1/similar
expect_problem 403 no-fetching "http.allow_urls" "/v1/similar?url=http://127.0.0.1/"
expect_problem 403 no-fetching "http.allow_urls" -H 'Content-Type: application/json' \
    --data-binary '{"image":{"url":"http://127.0.0.1/"}}' /v1/similar

say "a training collection, as a dry run"
ask 200 "/v1/collections?licence=any&target=6&seed=3"
expect_same "samples" 6 "$(value .samples)"
expect_same "pixels" false "$(value .options.pixels)"
tag=$(field ETag)
ask 304 -H "If-None-Match: $tag" "/v1/collections?licence=any&target=6&seed=3"
post_json 200 /v1/collections '{"licence":"any","target":6,"cap":{"dataset":2},"split":{"train":0.5,"val":0.5},"where":"organism:*"}'
[ "$(value .samples)" -le 6 ] || broken "more samples than wanted"
expect_same "parts" "train val" "$(value '[.splits[].name]|join(" ")')"
ask 200 "/v1/collections?like=leaf-arabidopsis&threshold=0.9&licence=any"
[ "$(value .samples)" -ge 1 ] || broken "nothing is like itself"
expect_problem 400 invalid "by path" "/v1/collections?like=/etc/passwd"
expect_problem 400 invalid "by path" -H 'Content-Type: application/json' --data-binary '{"exclude_near":"/x.png"}' /v1/collections
expect_problem 400 invalid "pixels" -H 'Content-Type: application/json' --data-binary '{"pixels":true}' /v1/collections
expect_problem 400 invalid 'did you mean "target"' -H 'Content-Type: application/json' --data-binary '{"targte":1}' /v1/collections
expect_problem 422 bad-format "" -H 'Content-Type: application/json' --data-binary '{"target":' /v1/collections
expect_problem 400 invalid "object" -H 'Content-Type: application/json' --data-binary '[1]' /v1/collections
expect_problem 415 media-type "application/json" --data-binary 'target=1' /v1/collections

say "search, with pages"
ask 200 "/v1/search?k=2"
expect_same "total" 4 "$(value .total)"
next=$(sed -n 's/^Link: <\(.*\)>; rel="next".*/\1/p' "$HEAD" | tr -d '\r')
first=$(value '[.hits[].dataset.id]|join(" ")')
ask 200 "$next"
second=$(value '[.hits[].dataset.id]|join(" ")')
expect_same "all of them" 4 "$(printf '%s %s\n' "$first" "$second" | tr ' ' '\n' | sort -u | wc -l)"
grep -q 'rel="next"' "$HEAD" && broken "there is no third page"
ask 200 "/v1/search?k=2&offset=2"
grep -q '</v1/search?k=2&offset=0>; rel="prev"' "$HEAD" || broken "no way back"
ask 200 "/v1/search?where=organism:Mammalia&facets=license,organism&k=0"
expect_same "count" CC0-1.0 "$(value '.facets.license[0].value')"
ask 200 --get --data-urlencode 'where={"field":"organism","is":"rodents"}' "$HTTP/v1/search"
expect_same "by JSON" S-PAPER/1 "$(value '.hits[0].dataset.id')"

say "exports"
ask 200 "/v1/search?format=csv&where=organism:mouse"
expect_same "lines" 2 "$(wc -l <"$BODY")"
expect_text '"S-PAPER/1","Mouse <embryo> & yolk","CC0-1.0","Mus musculus"'
expect_same "type" "text/csv; charset=utf-8" "$(field Content-Type)"
ask 200 -H 'Accept: application/x-ndjson' /v1/search
expect_same "lines" 4 "$(wc -l <"$BODY")"
expect_same "ids" 4 "$(jq -r .id "$BODY" | sort -u | wc -l)"

ask 200 --get --data-urlencode 'text=(embryo OR wing) NOT (yolk AND fly)' "$HTTP/v1/search"
expect_same "with brackets" S-PAPER/1 "$(value '.hits[0].dataset.id')"
expect_same "highlight" string "$(value '.hits[0].highlights.title|type')"
ask 200 "/v1/search?where=organism:mouze"
expect_same "hint" "organism mouze" "$(value '.hints[0]|"\(.field) \(.value)"')"

say "facets, suggestions, terms, status"
ask 200 "/v1/facets?where=organism:mouze"
expect_same "hint" mouze "$(value '.hints[0].value')"
ask 200 "/v1/facets?facets=author,width,pixel_size_um,annotation_type,cell_line"
expect_same "author" "0000-0002-1825-0097 4" "$(value '.facets.author[0]|"\(.value) \(.count)"')"
ask 200 "/v1/facets?text=embryo&facets=keyword"
expect_same "keyword" "embryo 1" "$(value '.facets.keyword[0]|"\(.label) \(.count)"')"
ask 200 "/v1/suggest?text=conf&k=3"
expect_same "suggestion" "confocal microscopy" "$(value '.suggestions[0].label')"
ask 200 "/v1/terms?id=NCBITaxon:10090"
expect_same "term" "Mus musculus" "$(value .term.label)"
ask 200 /v1/status
expect_same "datasets" 4 "$(value .datasets)"

say "a dataset: JSON, history, RO-Crate that akin reads back"
ask 200 "/v1/datasets/S-PAPER%2F1"
expect_same "title" "Mouse <embryo> & yolk" "$(value .dataset.title)"
ask 200 "/v1/datasets/S-PAPER%2F1/history"
expect_same "versions" 1 "$(value '.history|length')"
expect_same "creators" "Ada Example" "$(value '.original_creators[0]')"
ask 200 "/v1/datasets/S-PAPER%2F1?files=5"
expect_same "completeness" object "$(value '.completeness|type')"
for person in 0000-0002-1825-0097 orcid:0000-0002-1825-0097 https:%2F%2Forcid.org%2F0000-0002-1825-0097; do
    ask 200 "/v1/people/$person"
    expect_same "$person" "0000-0002-1825-0097 S-PAPER/1 author" \
        "$(value '.person|"\(.orcid) "+(.contributions[]|select(.id=="S-PAPER/1")|"\(.id) \(.roles[0])")')"
done
expect_problem 400 invalid "check digit" /v1/people/0000-0002-1825-0098
expect_problem 400 invalid "ORCID" /v1/people/S-PAPER
expect_problem 404 not-found "/v1/people/" -H 'Accept: application/ld+json' /v1/datasets/orcid:0000-0002-1825-0097
expect_problem 404 not-found "/v1/people/" /v1/datasets/0000-0002-1825-0097/history
ask 200 "/v1/datasets/blood-smear-giemsa?images=1"
expect_same "images" 1 "$(value '.images|length')"
grep -q 'images_after=.*rel="next"' "$HEAD" || broken "no link to more images"
ask 200 -H 'Accept: application/ld+json' "/v1/datasets/S-PAPER%2F1"
expect_same "root" https://archive.example/studies/S-PAPER-1 \
    "$(value '.["@graph"][]|select(.["@id"]=="ro-crate-metadata.json").about["@id"]')"
expect_same "dangling references" 0 "$(value '[.["@graph"][]["@id"]] as $ids |
    [.["@graph"][]|del(.conformsTo)|..|objects|select(keys==["@id"])|.["@id"]]-$ids|length')"
mkdir -p "$SCRATCH/back/crate"
cp "$BODY" "$SCRATCH/back/crate/ro-crate-metadata.json"
expect_exit 0 "$AKIN_INDEX" add --store "$SCRATCH/store2" "$SCRATCH/back"
expect_exit 0 "$AKIN" search --store "$SCRATCH/store2" --jsonl
expect_same "read back" "Mouse <embryo> & yolk|CC0-1.0|NCBITaxon:10090|FBbi:00000251|0000-0002-1825-0097|2020-05-01" \
    "$(jq -r '[.title,.license,.organism[0].id,.imaging_method[0].id,.authors[0].orcid,.date_published]|join("|")' "$SCENARIO_OUT")"

say "pictures"
ask 200 /v1/datasets/blood-smear-giemsa/thumbnail
is_picture jpeg
tag=$(field ETag)
ask 304 -H "If-None-Match: $tag" /v1/datasets/blood-smear-giemsa/thumbnail
expect_same "bytes of 304" 0 "$(wc -c <"$BODY")"
ask 200 "/v1/images/1/preview?max=64&format=png"
is_picture png
expect_same "width" 00000040 "$(od -An -tx1 -j16 -N4 "$BODY" | tr -d ' \n')"
ask 200 "/v1/images/1/crop?x=5&y=6&w=40&h=30"
is_picture png
expect_same "size" 000000280000001e "$(od -An -tx1 -j16 -N8 "$BODY" | tr -d ' \n')"
ask 200 -H 'Accept: image/jpeg' "/v1/images/1/crop?x=5&y=6&w=40&h=30"
is_picture jpeg
ask 200 --data-binary "@$IMAGE" "/v1/preview?max=50"
is_picture png
[ -n "$(field X-Image-Size)" ] || broken "no X-Image-Size"
ask 200 -F "image=@$IMAGE" "/v1/preview?max=50"
is_picture png

say "GIDE: a page written for it gets what it asks for"
ask 200 "/search?q=embryo&size=5"
expect_same "hit" "S-PAPER/1" "$(value '.hits[0].id')"
expect_same "entry" "https://archive.example/studies/S-PAPER-1 Dataset https://creativecommons.org/publicdomain/zero/1.0/" \
    "$(value '.hits[0].entry|"\(.id) \(.type[0]) \(.license)"')"
expect_same "orcid" https://orcid.org/0000-0002-1825-0097 "$(value '.hits[0].entry.author[0].id')"
expect_same "paper" https://doi.org/10.1234/embryo "$(value '.hits[0].entry.seeAlso[0].id')"
expect_same "taxon" http://purl.obolibrary.org/obo/NCBITaxon_10090 "$(value '.hits[0].entry.about[0].id')"
expect_same "highlight" "Mouse &lt;<em>embryo</em>&gt; &amp; yolk" "$(value '.hits[0].highlights.title[0]')"
expect_same "facets" "imaging_method license organism publisher year_published" \
    "$(value '.facets|keys|sort|join(" ")')"
for filter in "require_thumbnail=1&license=https://creativecommons.org/publicdomain/zero/1.0/" \
    "require_thumbnail=1&license=CC0" \
    organism=NCBITaxon_10090 organism=http://purl.obolibrary.org/obo/NCBITaxon_10090 organism=rodents \
    "imaging_method=fluorescence%20microscopy&publisher=Example%20Archive" require_thumbnail=true \
    "year_from=2020&year_to=2020" "q=organism:Mammalia%20AND%20NOT%20year:2017" "q=embryo%20AND%20NOT%20wing" \
    "q=(embryo%20OR%20wing)%20AND%20NOT%20(wing%20fly)" "q=%22embryo%20yolk%22%20OR%20(confocal%20AND%20embry*)" \
    "q=organism:Mammalia%20AND%20(license:CC0-1.0%20OR%20year:1999)" "q=embryo&mystery=1"; do
    ask 200 "/search?$filter"
    expect_same "$filter" "S-PAPER/1" "$(value '[.hits[].id]|join(" ")')"
done
ask 200 "/search?license=CC0&license=MIT&size=1&offset=1"
expect_same "either licence" 4 "$(value .total)"
expect_same "a page" 1 "$(value '.hits|length')"
ask 200 "/search?license=CC0&size=0"
expect_same "the licences not chosen keep their counts" 2 "$(value '.facets.license|length')"
expect_same "others count what passes" 1 "$(value '[.facets.publisher[].count]|add')"
ask 200 "/api/entry/S-PAPER%2F1"
ask 200 "/api/entry/S-PAPER/1"
expect_same "by address" "S-PAPER/1" "$(value .identifier)"
ask 200 "/api/entry/https://archive.example/studies/S-PAPER-1"
expect_same "by address" "S-PAPER/1" "$(value .identifier)"
ask 200 "/api/entry/https://archive.example/other" # an address among its identifiers
expect_same "by another address" "S-PAPER/1" "$(value .identifier)"
expect_problem 404 not-found "no dataset with the page" "/api/entry/https://archive.example/nothing"
ask 200 "/search?q=https://archive.example/studies/S-PAPER-1&size=1"
expect_same "an address as words" "S-PAPER/1" "$(value '.hits[0].id')"
ask 200 /health
expect_same "health" healthy "$(value .status)"

say "pages, and the description"
ask 200 /
expect_same "type" "text/html; charset=utf-8" "$(field Content-Type)"
ask 200 /web/docs.css
ask 304 -H "If-None-Match: $(field ETag)" /web/docs.css
ask 200 /docs
expect_text "/v1/similar" 'id="problem-not-found"'
grep -qE '(src|href)="(https?:)?//' "$BODY" && broken "/docs needs the network"
ask 200 /openapi.json
expect_same "version" 3.1.0 "$(value .openapi)"

say "HEAD, OPTIONS, gzip, ids, and headers of safety"
ask 200 -I /v1/status
ask 204 -X OPTIONS /v1/similar
expect_same "Allow" "GET, HEAD, POST, OPTIONS" "$(field Allow)"
ask 200 --compressed -H 'Accept-Encoding: gzip' /openapi.json
expect_same "encoding" gzip "$(field Content-Encoding)"
ask 200 -H 'X-Request-Id: mine-42' /health
expect_same "id" mine-42 "$(field X-Request-Id)"
grep -q 'http: GET /health status=200 .* id=mine-42' "$AKIND_LOG" || broken "no line in the log"
ask 200 -H 'X-Request-Id: not mine' /health
[ "$(field X-Request-Id)" != "not mine" ] || broken "any id is taken"
expect_same "sniffing" nosniff "$(field X-Content-Type-Options)"
case $(field Content-Security-Policy) in
"default-src 'self'"*) ;;
*) broken "no policy for content" ;;
esac

say "a tag holds until the store changes"
ask 200 "/v1/search?text=embryo"
tag=$(field ETag)
ask 304 -H "If-None-Match: $tag" "/v1/search?text=embryo"
expect_exit 0 "$AKIN_INDEX" rm --store "$STORE" --reason "consent was withdrawn" S-PAPER/1
ask 200 -H "If-None-Match: $tag" "/v1/search?text=embryo"
expect_same "hits" 0 "$(value .total)"
expect_problem 410 removed "consent was withdrawn" "/v1/datasets/S-PAPER%2F1"
expect_same "tombstone" "consent was withdrawn" "$(value .tombstone.reason)"
ask 200 "/v1/datasets/S-PAPER%2F1/history"
expect_same "history of what was removed" "consent was withdrawn 1 Ada Example" \
    "$(value '"\(.tombstone.reason) \(.history|length) \(.original_creators[0])"')"
ask 200 /v1/people/0000-0002-1825-0097
expect_same "what became of it" "consent was withdrawn" "$(value '.person.contributions[]|select(.id=="S-PAPER/1").removed')"

say "counts"
ask 200 /metrics
expect_text 'akin_http_requests_total{method="GET",route="/search",status="200"}' \
    'akin_http_request_seconds_bucket{method="POST",route="/v1/similar",le="+Inf"}' \
    'akin_similar_plans_total{plan="exact"}' "akin_generation 1" "akin_tail_tiles 0" "akin_quarantined 0"
grep -vE '^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{.*\})? [0-9.e+-]+)$' "$BODY" &&
    broken "a line that Prometheus does not read"
end_program "$AKIND_PID" TERM 10
expect_same "exit code" 0 "$SCENARIO_CODE"
