/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/proto.h - requests and answers as JSON-RPC 2.0 in UTF-8.
 *
 * https://www.jsonrpc.org/specification. One request object a message; batches
 * are answered with an error that says so. Error codes: the specification's
 * -32700 (parse), -32600 (request), -32601 (method), -32602 (params), -32603
 * (internal), and ours: -32001 not found, -32002 limit, -32003 busy, -32004
 * stale. error.data.status carries the status name.
 *
 * Threads: no shared state.
 */
#ifndef AKIN_PROTO_H
#define AKIN_PROTO_H

#include "akin/json.h"

/* Start from {0}; free with akin_request_free. */
struct akin_request {
    struct akin_json *id; /* string, number or null; NULL: notification */
    char *method;
    struct akin_json *params; /* object, never NULL after a parse */
    int64_t deadline_ms;      /* 0: none given */
};
void akin_request_free(struct akin_request *request);

#define AKIN_RPC_PARSE (-32700)
#define AKIN_RPC_REQUEST (-32600)
#define AKIN_RPC_METHOD (-32601)
#define AKIN_RPC_PARAMS (-32602)
#define AKIN_RPC_INTERNAL (-32603)
#define AKIN_RPC_NOTFOUND (-32001)
#define AKIN_RPC_LIMIT (-32002)
#define AKIN_RPC_BUSY (-32003)
#define AKIN_RPC_STALE (-32004)

/* EFORMAT / EINVAL; *rpc_code gets the JSON-RPC code, and out->id what could be
 * read of it, so that an answer can be made in any case: free *out after a
 * failure, too. Unknown members are passed over. */
enum akin_status akin_proto_parse_request(struct akin_span text,
                                          struct akin_request *out,
                                          int *rpc_code,
                                          struct akin_error *err) AKIN_MUST_USE;

/* Appends a request; params is borrowed. deadline_ms: after this time nobody
 * waits for the answer any more; 0 leaves it out. (A member of ours beside
 * those of JSON-RPC; others pass it over.) */
void akin_proto_write_request(int64_t id, const char *method,
                              const struct akin_json *params,
                              int64_t deadline_ms, struct akin_buf *out);

/* Append answers; id may be NULL (null). result is borrowed. rpc_code 0: from
 * the status. data: NULL, or an object (borrowed) whose members join
 * error.data; "status" is always there. */
void akin_proto_write_result(const struct akin_json *id,
                             const struct akin_json *result,
                             struct akin_buf *out);
void akin_proto_write_error(const struct akin_json *id, int rpc_code,
                            const struct akin_error *error,
                            const struct akin_json *data, struct akin_buf *out);

/* The JSON-RPC code that stands for a status. */
int akin_proto_code(enum akin_status status);

/* The result of an answer (owned by the caller), or the status and text of its
 * error; EFORMAT when it is no answer to request `id`. An error without an id
 * is taken as one: a busy daemon does not look for it in long requests. */
enum akin_status akin_proto_parse_answer(struct akin_span text, int64_t id,
                                         struct akin_json **result,
                                         struct akin_error *err) AKIN_MUST_USE;

#endif
