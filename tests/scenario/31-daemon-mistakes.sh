#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What people get wrong with akind and akin is answered with a sentence and the
# right exit code, and the daemon goes on.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/daemon.sh"
need_program indexer/akin-index query/akind query/akin tests/akin-generate

say "akind: wrong usage"
expect_exit 2 "$AKIND"
expect_text "akind: --store DIR is needed"
expect_exit 2 "$AKIND" --store "$SCRATCH" --worker 2
expect_text "did you mean --workers?"
expect_exit 2 "$AKIND" --store "$SCRATCH" --listen tcp://*:4444
expect_text "--allow-remote"
expect_exit 2 "$AKIND" --store "$SCRATCH" \
    --listen "ipc://$SCRATCH/$(printf 'x%.0s' {1..120})"
expect_text "at most 107 bytes"
expect_exit 1 "$AKIND" --store "$SCRATCH/nowhere"
expect_text "nowhere"
expect_exit 1 "$AKIND" --store "$(new_folder empty)"
expect_text "akind: "
expect_exit 0 "$AKIND" --help
expect_text "Example"
expect_exit 0 "$AKIND" --version
expect_exit 0 "$AKIND" --help-settings
expect_text "query.max_bytes"

make_store
say "a file where the socket should be is left alone"
echo precious >"$SCRATCH/file"
expect_exit 1 "$AKIND" --store "$STORE" --listen "ipc://$SCRATCH/file"
expect_text "is no socket"
expect_same "the file" precious "$(cat "$SCRATCH/file")"

say "akin: wrong usage is 2"
unset AKIN_STORE
expect_exit 2 "$AKIN"
expect_exit 2 "$AKIN" similiar x
expect_text 'did you mean "similar"?'
expect_exit 2 "$AKIN" similar "$IMAGE"
expect_text "which store?"
expect_exit 2 "$AKIN" similar "$IMAGE" --store "$STORE" --where 'organsm:x'
expect_text "organism"
expect_exit 2 "$AKIN" similar "$IMAGE" --store "$STORE" --region 0,0,99999,5
expect_text "beyond the image"
expect_exit 2 "$AKIN" status --connect http://127.0.0.1:80
for command in similar show status; do
    expect_exit 0 "$AKIN" "$command" --help
    expect_text "Example"
done

say "akin: failure is 1, and one failure of several is 3"
expect_exit 1 "$AKIN" status --store "$SCRATCH/nowhere"
expect_exit 1 "$AKIN" show nothing --store "$STORE"
expect_text 'akin: there is no dataset "nothing"'
expect_exit 1 "$AKIN" similar "$SCRATCH/none.tif" --store "$STORE"
expect_text "none.tif"
echo "not an image" >"$SCRATCH/broken.tif"
expect_exit 1 "$AKIN" similar "$SCRATCH/broken.tif" --store "$STORE"
expect_exit 3 "$AKIN" similar "$SCRATCH/broken.tif" "$IMAGE" --store "$STORE"
expect_text "broken.tif" "  1   "

say "the same through a daemon, which goes on"
start_akind
expect_exit 1 "$AKIN" similar "$SCRATCH/broken.tif" --connect "$SOCKET"
expect_text "broken.tif"
expect_exit 1 "$AKIN" show nothing --connect "$SOCKET"
expect_exit 2 "$AKIN" similar "$IMAGE" --connect "$SOCKET" --exclude nothing
expect_exit 0 "$AKIN" similar "$IMAGE" --connect "$SOCKET" --exclude-self
end_program "$AKIND_PID" TERM 10

say "a request that is too long is dropped, and the daemon goes on"
listen_somewhere tcp --set query.max_bytes=1024
expect_exit 1 "$AKIN" similar "$IMAGE" --connect "$URL" --timeout 2
expect_text "no answer from $URL within 2 s"
expect_exit 0 "$AKIN" status --connect "$URL"
end_program "$AKIND_PID" TERM 10

say "paths are not read where that is switched off; akin sends the bytes"
start_akind --set query.allow_paths=0
expect_exit 0 "$AKIN" similar "$IMAGE" --connect "$SOCKET" -k 1
end_program "$AKIND_PID" TERM 10

say "bytes that are no message do not disturb it"
listen_somewhere tcp
port=${URL##*:}
(exec 3<>"/dev/tcp/127.0.0.1/$port" && printf 'GET / HTTP/1.1\r\n\r\n' >&3) ||
    broken "cannot connect to $URL"
(exec 3<>"/dev/tcp/127.0.0.1/$port" &&
    printf '\0SP\0\0\060\0\0\0\0\0\0\0\0\0\005\200\0\0\001x' >&3)
expect_exit 0 "$AKIN" status --connect "$URL"
end_program "$AKIND_PID" TERM 10
expect_same "exit code" 0 "$SCENARIO_CODE"
