#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A training collection as its user gets it: a folder that others' tools read,
# the same bytes from its recipe, nothing overwritten, and a stopped run goes on.
. "$(dirname "$0")/lib.sh"
need_program indexer/akin-index query/akin tests/akin-generate

store=$(new_folder)/store
out=$(new_folder)/collection
data=$(example_images 6)
expect_exit 0 "$AKIN_INDEX" add --store "$store" "$data"
expect_exit 0 "$AKIN_INDEX" publish --store "$store"
collect() { run_it "$AKIN" collect --store "$store" "$@"; }

say "a folder with everything in it"
collect --out "$out" --target 40 --split train=.6,test=.4 --licence any
expect_same "exit code" 0 "$SCENARIO_CODE"
for file in README.md CREDITS.md citations.bib croissant.json \
    ro-crate-metadata.json recipe.json report.html samples.jsonl dropped.jsonl; do
    [ -s "$out/$file" ] || [ "$file" = dropped.jsonl ] || broken "no $file"
done
[ ! -e "$out/.akin-pictures" ] || broken "pictures were left behind"
n=$(wc -l <"$out/samples.jsonl")
expect_same "pictures" "$n" "$(find "$out/images" -name '*.png' | wc -l)"
expect_same "lines of metadata" "$n" "$(cat "$out"/images/*/metadata.jsonl | wc -l)"

say "tar and Python read the shards"
expect_same "members" "$((2 * n))" \
    "$(for shard in "$out"/shards/*.tar; do tar -tf "$shard"; done | wc -l)"
if command -v python3 >/dev/null; then
    expect_exit 0 python3 "$(dirname "$0")/../support/read_shards.py" "$out"/shards/*.tar
    expect_text "$n samples"
fi

say "manifests carry what their standards ask for, and true sums"
for member in '@context' '@type' conformsTo name description license url creator \
    datePublished distribution recordSet; do
    jq -e --arg m "$member" 'has($m)' "$out/croissant.json" >/dev/null ||
        broken "croissant.json has no $member"
done
jq -r '.distribution[] | select(.sha256) | "\(.sha256)  \(.contentUrl)"' \
    "$out/croissant.json" >"$SCRATCH/sums"
[ -s "$SCRATCH/sums" ] || broken "croissant.json has no sums"
(cd "$out" && sha256sum --quiet -c "$SCRATCH/sums") || broken "a sum is wrong"
jq -r '.files[] | "\(.sha256)  \(.name)"' "$out/recipe.json" >"$SCRATCH/sums"
(cd "$out" && sha256sum --quiet -c "$SCRATCH/sums") || broken "a sum is wrong"
# Everything that the crate refers to is in it, but for the profile.
jq -r '[.["@graph"][]["@id"]] as $ids
    | [.["@graph"][] | del(.["@id"]) | .. | objects | .["@id"]? // empty] - $ids
    | unique[]' "$out/ro-crate-metadata.json" >"$SCRATCH/dangling"
expect_same "references out of the crate" "https://w3id.org/ro/crate/1.2" \
    "$(cat "$SCRATCH/dangling")"
expect_same "studies that it is based on" \
    "$(jq -r .dataset "$out/samples.jsonl" | sort -u | wc -l)" \
    "$(jq '.["@graph"][] | select(.["@id"] == "./") | .isBasedOn | length' \
        "$out/ro-crate-metadata.json")"

say "everybody is credited, every licence told"
for id in $(jq -r .dataset "$out/samples.jsonl" | sort -u); do
    grep -qF "$id" "$out/CREDITS.md" || broken "CREDITS.md lacks $id"
    grep -qF "@misc{$id," "$out/citations.bib" || broken "no citation of $id"
done

say "no study is in two splits"
expect_same "studies in two splits" "" \
    "$(jq -r '"\(.dataset) \(.split)"' "$out/samples.jsonl" | sort -u |
        cut -d ' ' -f 1 | uniq -d)"

say "the recipe makes the same bytes"
again=$(new_folder)/again
collect --recipe "$out/recipe.json" --out "$again"
expect_same "exit code" 0 "$SCENARIO_CODE"
expect_text "every file has the bytes that the recipe names"
diff -r "$out" "$again" || broken "another collection"

say "another collection is not written over, nor somebody's files"
collect --out "$out" --target 7 --licence any
expect_same "exit code" 2 "$SCENARIO_CODE"
expect_text "holds another collection"
mine=$(new_folder mine)
echo precious >"$mine/thesis.txt"
collect --out "$mine" --licence any
expect_same "exit code" 2 "$SCENARIO_CODE"
expect_text "is not empty" "thesis.txt"
expect_same "my file" precious "$(cat "$mine/thesis.txt")"

say "a run that is killed goes on to the same bytes"
# Twenty kills, each later than the one before; most runs go on where the last
# was killed, so that the kills fall into all parts of the work.
kill_run() {
    start_program "$SCRATCH/collect.log" "$AKIN" collect --store "$store" \
        --recipe "$again/recipe.json" --out "$1"
    sleep "$2"
    end_program "$started_pid" KILL 10
}
for round in 1 2 3 4; do
    killed=$(new_folder)/killed
    for kill in 1 2 3 4 5; do
        kill_run "$killed" "0.$(printf '%02d' $((round * 4 + kill * 9)))"
    done
    collect --recipe "$out/recipe.json" --out "$killed"
    expect_same "exit code" 0 "$SCENARIO_CODE"
    diff -r "$out" "$killed" || broken "another collection after kills"
done

say "a folder killed while it is cleared for another run goes on, too"
for after in 0.01 0.03; do
    kill_run "$out" "$after"
    collect --recipe "$again/recipe.json" --out "$out"
    expect_same "exit code" 0 "$SCENARIO_CODE"
    diff -r "$again" "$out" || broken "another collection after a kill"
done

say "a recipe on a newer store says what changed"
expect_exit 0 "$AKIN_INDEX" rm --store "$store" yeast-dic --reason "withdrawn"
expect_exit 0 "$AKIN_INDEX" publish --store "$store"
collect --recipe "$out/recipe.json" --out "$(new_folder)/newer"
expect_same "exit code" 0 "$SCENARIO_CODE"
expect_text "since the recipe: the store has another generation" "yeast-dic"

say "16 bit stay 16 bit when asked, and a fixed size is one"
deep=$(new_folder)/deep
cat >"$SCRATCH/deep.json" <<'RECIPE'
{"akin_recipe":1,"options":{"licence":"any","target":6,
 "output":{"bits":0,"edge":96}}}
RECIPE
collect --recipe "$SCRATCH/deep.json" --out "$deep"
expect_same "exit code" 0 "$SCENARIO_CODE"
expect_same "sizes" "96 96" \
    "$(cat "$deep"/images/*/metadata.jsonl | jq -r '"\(.width) \(.height)"' | sort -u)"
jq -e -s 'any(.bits == 16) and any(.bits == 8)' "$deep"/images/*/metadata.jsonl \
    >/dev/null || broken "samples of 8 and of 16 bit were expected"
