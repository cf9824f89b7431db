# SPDX-License-Identifier: Apache-2.0
# What the scenarios with a daemon share; read after lib.sh.

# make_store: STORE with three datasets, IMAGE to ask with, SOCKET where akind
# listens by default.
make_store() {
    local only
    DATA=$(new_folder data)
    STORE=$SCRATCH/store
    for only in blood-smear-giemsa bacteria-ecoli-phase leaf-arabidopsis; do
        expect_exit 0 "$GENERATE" "$DATA" --images 2 --only "$only"
    done
    expect_exit 0 "$AKIN_INDEX" add --store "$STORE" "$DATA"
    expect_exit 0 "$GENERATE" "$SCRATCH/questions" --queries
    IMAGE=$SCRATCH/questions/unseen-blood.jpg
    [ -f "$IMAGE" ] || broken "there is no $IMAGE"
    SOCKET=ipc://$STORE/akind.sock
    URL=$SOCKET
}

# start_akind [OPTION]...: at SOCKET, and wait until it answers.
start_akind() {
    URL=$SOCKET
    AKIND_LOG=$SCRATCH/akind.log
    start_program "$AKIND_LOG" "$AKIND" --store "$STORE" "$@"
    AKIND_PID=$started_pid
    wait_for 20 answers
}

# answers: does somebody answer at URL? (Not the one who died meanwhile.)
answers() {
    kill -0 "$AKIND_PID" 2>/dev/null || broken "akind ended: $(cat "$AKIND_LOG")"
    "$AKIN" status --connect "$URL" --timeout 1
}

# listen_somewhere TRANSPORT [OPTION]...: on a free port of the loopback.
listen_somewhere() {
    local transport=$1 try port end
    shift
    for try in 1 2 3 4 5 6 7 8; do
        port=$((20000 + (RANDOM + try) % 20000))
        URL=$transport://127.0.0.1:$port
        AKIND_LOG=$SCRATCH/akind.log
        start_program "$AKIND_LOG" "$AKIND" --store "$STORE" --listen "$URL" "$@"
        AKIND_PID=$started_pid
        end=$((SECONDS + 20))
        while kill -0 "$AKIND_PID" 2>/dev/null && [ "$SECONDS" -lt "$end" ]; do
            "$AKIN" status --connect "$URL" --timeout 1 >/dev/null 2>&1 && return
        done
    done
    broken "akind does not listen: $(cat "$AKIND_LOG")"
}

# status_number KEY: of the daemon at URL.
status_number() {
    expect_exit 0 "$AKIN" status --connect "$URL" --json
    json_number "$1"
}
