#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# scripts/check-layers must see what it is there to see: each case below makes a
# small tree with one fault, and names a part of the sentence it must draw.
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

plant() {
    rm -rf "$tree"
    mkdir -p "$tree/scripts" "$tree/include/akin" "$tree/common" "$tree/indexer" "$tree/query/akin"
    cp "$here/scripts/layers" "$tree/scripts/"
    touch "$tree/include/akin/"{error,json,store,decode,filter,generation}.h "$tree/query/service.h"
}

n=0
# refuses FILE LINE FRAGMENT: a file with this line draws a sentence with FRAGMENT.
refuses() {
    local out
    plant
    printf '/* one */\n%s\n' "$2" >"$tree/$1"
    if out=$("$here/scripts/check-layers" --root "$tree"); then
        echo "accepted: $1: $2"
        exit 1
    fi
    case $out in
    "$1:"*"$3"*) ;;
    *)
        echo "$1: $2: said \"$out\", not \"$3\""
        exit 1
        ;;
    esac
    n=$((n + 1))
}
accepts() {
    local out
    plant
    printf '/* one */\n%s\n' "$2" >"$tree/$1"
    if ! out=$("$here/scripts/check-layers" --root "$tree"); then
        echo "refused: $1: $2: $out"
        exit 1
    fi
    n=$((n + 1))
}

accepts common/json.c '#include <jansson.h>'
accepts common/decode.c '#include "akin/json.h"'
accepts common/store.c '#include "akin/decode.h"'
accepts indexer/ingest.c '#include "akin/generation.h"'
accepts query/akin/print.c '#include "service.h"'
refuses common/error.c '#include "akin/json.h"' 'above layer 0'
refuses common/decode.c '#include "akin/store.h"' 'do not mix'
refuses common/filter.c '#  include "akin/generation.h"' 'above layer 2'
refuses common/json.c '#include "service.h"' 'above layer 1'
refuses indexer/ingest.c '#include "service.h"' 'do not mix'
refuses common/decode.c '#include <jansson.h>' 'only by common/json.c'
refuses common/decode.c '#include <curses.h>' 'neither libc nor'
refuses common/decode.c '#include "akin/nowhere.h"' 'no file of this project'
refuses common/sundries.c '#include <stdio.h>' 'belongs to no room'
refuses query/akin/print.c '#include <nanomsg/nn.h>' 'only by query/akind/server.c'
echo "$n cases"
