# SPDX-License-Identifier: Apache-2.0
# What the scenarios that speak HTTP share; read after lib.sh and daemon.sh.

command -v curl >/dev/null || skip "curl is not installed"
command -v jq >/dev/null || skip "jq is not installed"

# start_http [OPTION]...: akind with HTTP on a free port; HTTP is its address,
# without the last slash.
start_http() {
    start_akind --http "${HTTP_ADDRESS:-127.0.0.1:0}" "$@"
    wait_for 20 grep -q 'ready: http=' "$AKIND_LOG" # it comes after the messages
    HTTP=$(grep -o 'http=http://[^ ]*' "$AKIND_LOG" | sed -n 1p)
    HTTP=${HTTP#http=}
    HTTP=${HTTP%/}
    [ -n "$HTTP" ] || broken "akind does not say where it speaks HTTP"
}

# ask STATUS CURL-ARGUMENT...: one request; the body goes to $BODY (and to
# expect_text), the head to $HEAD. A last argument that starts with / is below
# $HTTP.
BODY=$SCRATCH/.body
HEAD=$SCRATCH/.head
ask() {
    local want=$1 got last=${*: -1}
    shift
    [ "${last#/}" = "$last" ] || set -- "${@:1:$#-1}" "$HTTP$last"
    : >"$BODY"
    : >"$HEAD"
    got=$(curl -s -m 60 -D "$HEAD" -o "$BODY" -w '%{http_code}' "$@" || true)
    cp "$BODY" "$SCENARIO_OUT"
    cp "$HEAD" "$SCENARIO_ERR"
    [ "$got" = "$want" ] || broken "status $got instead of $want: $*"
}

# field NAME: of the last answer's head.
field() {
    sed -n "s/^$1: *//Ip" "$HEAD" | tr -d '\r' | sed -n 1p
}

# value JQ: of the last answer's body.
value() {
    jq -r "$1" "$BODY" 2>/dev/null || broken "the answer is not JSON with $1"
}

# expect_problem STATUS CODE FRAGMENT CURL-ARGUMENT...
expect_problem() {
    local status=$1 code=$2 fragment=$3
    shift 3
    ask "$status" "$@"
    expect_same "media type of $*" application/problem+json "$(field Content-Type)"
    expect_same "code of $*" "$code" "$(value .code)"
    expect_same "status within $*" "$status" "$(value .status)"
    value .detail | grep -qF -- "$fragment" ||
        broken "$*: \"$(value .detail)\" does not say \"$fragment\""
    [ -n "$(value .title)" ] || broken "the problem has no title"
    expect_same "request id" "$(field X-Request-Id)" "$(value .request_id)"
}

# is_picture KIND: the last body is a PNG or a JPEG.
is_picture() {
    local want=89504e47
    [ "$1" = png ] || want=ffd8ffe0
    expect_same "first bytes" "$want" "$(od -An -tx1 -N4 "$BODY" | tr -d ' \n')"
}
