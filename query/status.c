/* SPDX-License-Identifier: Apache-2.0 */
#include "status.h"

#include <math.h>

#include "params.h"

static void
put_counts(struct akin_json *json, const struct akin_snapshot *snapshot)
{
    struct akin_snapshot_counts n = {0};

    akin_snapshot_counts(snapshot, &n);
    akin_json_set_int(json, "datasets", (int64_t)n.n_datasets);
    akin_json_set_int(json, "images", (int64_t)n.n_images);
    akin_json_set_int(json, "tiles", (int64_t)n.n_tiles);
    akin_json_set_int(json, "generation", akin_snapshot_generation(snapshot));
    akin_json_set_int(json, "tail", (int64_t)n.n_tail_tiles);
    akin_json_set_text(json, "descriptor", akin_snapshot_descriptor(snapshot));
    akin_json_set_int(json, "quarantined", (int64_t)n.n_quarantined);
}

static struct akin_json *
probes(const double *n_probe)
{
    struct akin_json *list = akin_json_array();

    for (size_t w = 0; w < AKIN_VINDEX_WIDTHS; w++)
        akin_json_append(list, akin_json_new_int((int64_t)ceil(n_probe[w])));
    return list;
}

static struct akin_json *
model(const struct akin_vindex_model *model)
{
    struct akin_json *out = akin_json_object();

    akin_json_set_real(out, "recall", model->recall);
    akin_json_set_int(out, "lists_at_least", (int64_t)model->effort.n_first);
    akin_json_set_real(out, "margin",
                       round((double)model->effort.margin * 1e4) / 1e4);
    akin_json_set(out, "lists_for_tiles", probes(model->n_probe[0]));
    akin_json_set(out, "lists_for_datasets", probes(model->n_probe[1]));
    akin_json_set_real(out, "row_ns", model->row_ns[1]);
    akin_json_set_real(out, "block_ns", model->block_ns[1]);
    akin_json_set_real(out, "list_ns", model->list_ns[1]);
    akin_json_set_real(out, "query_ns", model->query_ns[1]);
    return out;
}

static void
put_index(struct akin_json *json, const struct akin_snapshot *snapshot)
{
    struct akin_json *out = akin_json_object();
    struct akin_snapshot_index index = {0};

    akin_snapshot_index(snapshot, &index);
    akin_json_set_text(out, "kind", index.n_lists > 0 ? "ivf" : "exact");
    akin_json_set_int(out, "lists", (int64_t)index.n_lists);
    akin_json_set_int(out, "exact_below", (int64_t)index.exact_below);
    if (index.model != NULL)
        akin_json_set(out, "model", model(index.model));
    akin_json_set(json, "index", out);
}

static struct akin_json *
methods(void)
{
    const char *const *names = NULL;
    size_t n = akin__method_names(&names);
    struct akin_json *list = akin_json_array();

    for (size_t i = 0; i < n; i++)
        akin_json_append(list, akin_json_new_string(names[i]));
    return list;
}

static void
put_service(struct akin_json *json, struct akin_service *service)
{
    akin_json_set_text(json, "store", service->store_dir);
    akin_json_set_text(json, "version", AKIN_VERSION);
    akin_json_set_int(json, "workers",
                      (int64_t)atomic_load(&service->n_sessions));
    akin_json_set_int(json, "requests",
                      (int64_t)atomic_load(&service->n_requests));
    akin_json_set_int(json, "waiting",
                      (int64_t)atomic_load(&service->n_waiting));
    akin_json_set_int(json, "refused",
                      (int64_t)atomic_load(&service->n_refused));
    akin_json_set_int(json, "uptime_s",
                      ((int64_t)akin__now_ms() - service->started_ms) / 1000);
    akin_json_set_int(json, "max_bytes",
                      (int64_t)service->config.query_max_bytes);
    akin_json_set_bool(json, "allow_paths", service->config.query_allow_paths);
    akin_json_set(json, "methods", methods());
}

enum akin_status
akin_status_answer(struct akin_session *session, const struct akin_json *params,
                   struct akin_json **result, struct akin_error *err)
{
    struct akin_snapshot *snapshot = NULL;
    enum akin_status st =
        akin_params_check(params, "parameter of status", NULL, 0, err);

    if (st == AKIN_OK)
        st = akin_snapshot_acquire(session->service->snapshots, &snapshot, err);
    if (st != AKIN_OK)
        return st;
    *result = akin_json_object();
    put_counts(*result, snapshot);
    put_index(*result, snapshot);
    put_service(*result, session->service);
    akin_snapshot_release(snapshot);
    return AKIN_OK;
}
