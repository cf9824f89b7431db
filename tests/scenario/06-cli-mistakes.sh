#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Wrong command lines: exit 2, one sentence that helps, nothing done.
. "$(dirname "$0")/lib.sh"
need_program indexer/akin-index

folder=$(new_folder)
empty=$(new_folder)
cd "$folder"

# refuse FRAGMENT WORDS...: exit 2 and the fragment.
refuse() {
    local fragment=$1
    shift
    expect_exit 2 "$AKIN_INDEX" "$@"
    expect_text "$fragment"
    expect_same "a line or two, and a hint" ok \
        "$([ "$(wc -l <"$SCENARIO_ERR")" -le 25 ] && echo ok)"
}

say "which command?"
refuse "a command is missing"
refuse "did you mean add?" ad
refuse "did you mean publish?" publsih --store s
refuse "Try: akin-index --help" frobnicate
refuse "there is no command --store" --store s add

say "options"
refuse "--store DIR is missing" add a
refuse "did you mean --store?" add --stor s a
refuse "--store needs a value: --store DIR" add a --store
refuse "--store is given twice" add --store a --store b c
refuse "--store must not be empty" add --store= a
refuse "at least one PATH is needed" add --store s
refuse "at least one SOURCE is needed" sync --store s
refuse "contradict each other" add --store s --publish --no-publish a
refuse "--quiet takes no value" add --quiet=yes --store s a
refuse "index.jobs" add --store s --jobs many a
refuse "tile.size" add --store s --set tile.sise=256 a
refuse "tile.size" add --store s --set tile.size=1 a
refuse "NAME" add --store s --set
refuse "no-such-file" add --store s --settings no-such-file a
refuse "--reason TEXT is missing" rm --store s id
refuse "at least one ID is needed" rm --store s --reason because
refuse "one word too many" status --store s extra
refuse "one word too many" verify --store s extra
refuse "one word too many" publish --store s extra
refuse "did you mean --json?" status --store s --jsn

say "paths"
refuse "nowhere" add --store s nowhere
refuse "no images" add --store s "$empty"
refuse "/dev/null" add --store s /dev/null
[ ! -e s ] || broken "a store was made for nothing"

say "a store that is not there is exit 1, with what to do"
for words in "status" "verify" "publish" "rm --reason x id"; do
    # shellcheck disable=SC2086
    expect_exit 1 "$AKIN_INDEX" $words --store nowhere
    expect_text "akin-index" "nowhere"
done
: >file
mkdir a
printf 'BM' >a/x.bmp
expect_exit 1 "$AKIN_INDEX" add --store file a
expect_text "file"

say "help needs nothing and has an example"
expect_exit 0 "$AKIN_INDEX" --help
expect_text "Exit codes" "quarantined"
for command in add sync rm publish verify status settings; do
    expect_text "$command"
done
for command in add sync rm publish verify status settings; do
    expect_exit 0 "$AKIN_INDEX" "$command" --help
    expect_text "Usage: akin-index $command" "Example:" \
        "  akin-index $command"
    expect_exit 0 "$AKIN_INDEX" "$command" --wrong --help
done
expect_exit 0 "$AKIN_INDEX" settings
expect_text "tile.size" "index.jobs" "publish.tail_tiles"
