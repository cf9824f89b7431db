#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Records in the course of time: described first, images later; several
# sources; versions, removals, people, file lists.
. "$(dirname "$0")/lib.sh"
need_program indexer/akin-index query/akin tests/akin-generate

source=$(new_folder)/source
store=$(new_folder)/store
mkdir -p "$source/crates" "$source/S-T1/images"
ada='{"name":"Ada Example","orcid":"0000-0002-1825-0097"}'
bob='{"name":"Bob Example","orcid":"0000-0001-5109-3700"}'
# study LICENCE AUTHOR: what the archive says of S-T1
study() {
    cat >"$source/crates/S-T1.json" <<END
{"accno":"S-T1","attributes":[{"name":"Title","value":"Cells of an archive"},
  {"name":"ReleaseDate","value":"2024-05-01"}],
 "section":{"accno":"s","type":"Study","attributes":[
   {"name":"License","value":"$1"},
   {"name":"Description","value":"A long description that only the archive has"}],
  "subsections":[
   {"type":"Author","attributes":[{"name":"Name","value":"$2"},
     {"name":"ORCID","value":"$3"}]},
   {"type":"Study Component","attributes":[{"name":"Name","value":"all"},
     {"name":"File List","value":"all.json"}]}]}}
END
}
study "CC BY 4.0" "Ada Example" 0000-0002-1825-0097
cat >"$source/crates/all.json" <<'END'
[{"path":"plate/one.tif","size":1,"attributes":[{"name":"SNR","value":"low"}]},
 {"path":"plate/two.tif","size":1,"attributes":[{"name":"SNR","value":"high"}]}]
END
add() { expect_exit 0 "$AKIN_INDEX" add --store "$store" "$@"; }
show() { expect_exit 0 "$AKIN" show "$@" --store "$store"; }
in_order() { expect_exit 0 "$AKIN_INDEX" verify --store "$store"; }

say "a study without images, with the files that its list names"
add "$source/crates"
expect_text "1 new" "2 files named by file lists"
show S-T1
expect_text "A long description" "2 files in file lists" "SNR: high"
in_order

say "what file lists say of images can be filtered and counted"
expect_exit 0 "$AKIN" search --where 'image.snr:LOW' --facet image.snr --store "$store"
expect_text "S-T1" "1  high" "1  low"
expect_exit 0 "$AKIN" search --where 'image.snr:middle' --store "$store"
expect_no_text "S-T1"
expect_exit 2 "$AKIN" search --facet image.snrr --store "$store"
expect_text 'did you mean "image.snr"?'

say "what is read together is one version"
together=$(new_folder)/store
mkdir "$source/S-T1/metadata"
echo '{"id":"S-T1","title":"mine","category":"nuclei"}' >"$source/S-T1/dataset.json"
expect_exit 0 "$AKIN_INDEX" add --store "$together" "$source"
expect_text "1 new, 0 changed"
expect_exit 0 "$AKIN" show S-T1 --history --json --store "$together"
expect_text '"version":1' '"category":"nuclei"' "A long description"
expect_no_text '"version":2'
expect_exit 0 "$AKIN_INDEX" verify --store "$together"

say "records that changed make add publish, when they are many"
for i in 1 2 3; do
    echo "{\"id\":\"M-$i\",\"title\":\"m\"}" >"$source/../M-$i.dataset.json"
done
expect_exit 0 "$AKIN_INDEX" add --store "$together" --set publish.tail_datasets=3 "$source"/../M-?.dataset.json
expect_no_text "published"
expect_exit 0 "$AKIN_INDEX" status --store "$together"
expect_text "3 records changed since"
echo '{"id":"M-1","title":"other"}' >"$source/../M-1.dataset.json"
expect_exit 0 "$AKIN_INDEX" add --store "$together" --set publish.tail_datasets=2 "$source/../M-1.dataset.json"
expect_text "published: generation 2" "4 records"
rm -r "$source/S-T1/metadata" "$source"/../M-?.dataset.json

say "images come later, beside a poorer dataset.json of the same id"
examples=$(example_images 2)
tif=$(find "$examples" -name '*.tif' | sort | sed -n 1p)
cp "$tif" "$source/S-T1/images/one.tif"
cat >"$source/S-T1/dataset.json" <<END
{"id":"S-T1","title":"my copy","category":"nuclei"}
END
add "$source/S-T1"
expect_text "1 changed" "1 added"
show S-T1
expect_text "Cells of an archive" "A long description" "nuclei" "1 image" "SNR: low"
expect_no_text "my copy"
in_order
before=$(cksum <"$store/data.mdb")
add "$source"
expect_text "1 same"
expect_same "reading both again writes nothing" "$before" "$(cksum <"$store/data.mdb")"

say "images from anywhere, by identifier"
mkdir "$source/../elsewhere"
cp "$(find "$examples" -name '*.png' | sort | sed -n 1p)" "$source/../elsewhere/three.png"
add --dataset S-T1 "$source/../elsewhere"
expect_text "1 added"
show S-T1
expect_text "2 images" "three.png"
expect_exit 1 "$AKIN_INDEX" add --store "$store" --dataset S-T9 "$source/../elsewhere"
expect_text "S-T9"
expect_exit 2 "$AKIN_INDEX" sync --store "$store" --dataset S-T1 "$source/../elsewhere"
in_order

say "a changed record is a new version, and the difference is shown"
study "CC0" "Bob Example" 0000-0001-5109-3700
add "$source/crates"
expect_text "1 changed"
show S-T1 --history
expect_text "license: CC-BY-4.0 -> CC0-1.0" "+ Bob Example" "- Ada Example" \
    "first made by" "category: + nuclei"
show S-T1 --history --json
expect_text '"original_creators":["Ada Example"]' '"field":"license"'

say "people: what they made, in old versions too"
expect_exit 0 "$AKIN" search --where 'orcid:0000-0002-1825-0097' --facet author --store "$store"
expect_text "S-T1" "1  Ada Example" "1  Bob Example"
show orcid:0000-0002-1825-0097
expect_text "Ada Example" "1 dataset" "S-T1" "author" "of 3"
show https://orcid.org/0000-0001-5109-3700
expect_text "Bob Example" "S-T1"
expect_exit 2 "$AKIN" show orcid:0000-0002-1825-0098 --store "$store"
expect_text "check digit"
expect_exit 1 "$AKIN" show orcid:0000-0003-0000-0003 --store "$store"

say "what the source no longer lists leaves a tombstone"
rm -r "$source/crates/S-T1.json" "$source/S-T1"
cat >"$source/crates/S-T2.dataset.json" <<END
{"id":"S-T2","title":"another","authors":[$ada,$bob]}
END
expect_exit 0 "$AKIN_INDEX" sync --store "$store" "$source"
expect_text "1 new" "1 removed"
expect_exit 1 "$AKIN" show S-T1 --store "$store"
expect_text "S-T1" "was removed" "no longer listed by"
show S-T1 --history
expect_text "no longer listed by" "license: CC-BY-4.0 -> CC0-1.0"
show orcid:0000-0002-1825-0097
expect_text "2 datasets" "removed: no longer listed by"
in_order

say "what was normalised, doubted and missing"
cat >"$source/crates/S-T3.dataset.json" <<'END'
{"id":"S-T3","title":"t","licence":"https://creativecommons.org/licenses/by/4.0/",
 "authors":[{"name":"x","orcid":"0000-0002-1825-0098"}],
 "organism":[{"id":"obo:NCBITaxon_10090","label":"M. muculus"}]}
END
add --report "$source/crates"
expect_text "normalised" "license_spelling" "term_spelling" "orcid_check_digit" \
    "contradicted" "label" "missing" "imaging method id"
add --json "$source/crates"
expect_text '"sources"' '"term_spelling"' '"same": 2'
expect_exit 0 "$AKIN_INDEX" check "$source/crates"
expect_text "completeness" "ready for machine learning: no" "orcid_check_digit"
expect_exit 0 "$AKIN_INDEX" check --json "$source/crates"
expect_text '"ai_ready": false' '"sources"'
