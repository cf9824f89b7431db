/* SPDX-License-Identifier: Apache-2.0 */
#include "declare_internal.h"

#include <stdlib.h>
#include <string.h>

#include "akin/log.h"

static bool
is_seen(const struct akin_declared *declared, uint32_t number)
{
    return number < declared->n_seen && declared->seen[number].first != 0;
}

/* Notes that the declaration made next is one of its dataset. */
static void
set_seen(struct akin_declared *declared, uint32_t number, size_t kind,
         bool is_ours)
{
    if (number >= declared->n_seen) {
        size_t more = (size_t)number * 2 + 64;
        struct akin__seen *seen = akin_new(more, sizeof(*seen));

        if (declared->n_seen > 0)
            memcpy(seen, declared->seen, declared->n_seen * sizeof(*seen));
        free(declared->seen);
        declared->seen = seen;
        declared->n_seen = more;
    }
    if (declared->seen[number].first == 0)
        declared->seen[number].first = (uint32_t)declared->n + 1;
    declared->seen[number].kinds |= 1U << kind;
    declared->seen[number].is_ours |= is_ours;
}

void
akin__pending_clear(struct akin__pending *p)
{
    akin_json_free(p->record);
    akin_json_free(p->files);
    free(p->file);
    free(p->path);
    *p = (struct akin__pending){0};
}

void
akin__declare_add(struct akin__declaring *s, uint32_t group, const char *file,
                  struct akin_json *record, struct akin_json *files)
{
    const char *id = akin_json_text(record, "id");
    struct akin_buf path = {0};

    if (s->n == s->cap) {
        size_t more = s->cap == 0 ? AKIN__PENDING_MAX : s->cap * 2;
        struct akin__pending *grown = akin_new(more, sizeof(*grown));

        if (s->n > 0)
            memcpy(grown, s->pending, s->n * sizeof(*grown));
        free(s->pending);
        s->pending = grown;
        s->cap = more;
    }
    akin_buf_printf(&path, "%s#%s", file, id != NULL ? id : "");
    s->pending[s->n++] =
        (struct akin__pending){.record = record,
                               .files = files,
                               .kind = akin_record_rank(record),
                               .file = akin_strdup(file),
                               .path = (char *)akin_buf_take(&path),
                               .group = group};
}

/* The declaration ("<file>#<id>") of this run that described a dataset by the
 * same kind of metadata first, stored or in this batch; NULL: record i is the
 * first. */
static const char *
said_first(const struct akin__declaring *s, size_t i, uint32_t number)
{
    const struct akin_declared *out = s->out;
    size_t kind = s->pending[i].kind;

    if (is_seen(out, number) && (out->seen[number].kinds & 1U << kind) != 0)
        for (size_t k = out->seen[number].first - 1; k < out->n; k++)
            if (out->declaration[k].number == number &&
                out->declaration[k].kind == kind)
                return out->declaration[k].path;
    for (size_t k = 0; k < i; k++)
        if (s->pending[k].outcome == PUT && s->pending[k].number == number &&
            s->pending[k].kind == kind)
            return s->pending[k].path;
    return NULL;
}

static enum akin_status
put_declaration(struct akin_txn *txn, const struct akin__pending *p,
                struct akin_error *err)
{
    struct akin_source_state state = {0};
    enum akin_status st = akin_source_get(txn, p->path, &state, err);

    if (st == AKIN_OK && state.dataset == p->number && state.image == 0)
        return AKIN_OK;
    if (st != AKIN_OK && st != AKIN_ENOTFOUND)
        return st;
    state = (struct akin_source_state){.dataset = p->number};
    return akin_source_put(txn, p->path, &state, err);
}

/* A dataset that was described before in this run. */
static enum akin_status
put_again(struct akin_txn *txn, struct akin__pending *p,
          const struct akin_dataset *known, const char *first,
          struct akin_error *err)
{
    const char *id = akin_json_text(p->record, "id");
    size_t file_len = strlen(first) - strlen(id) - 1;
    struct akin_json *merged = akin_record_merge(known->record, p->record);
    bool is_same = akin_json_equal(known->record, merged);

    akin_json_free(merged);
    p->number = known->number;
    p->change = AKIN_DATASET_SAME;
    if (is_same) {
        p->outcome = PUT;
        return put_declaration(txn, p, err);
    }
    p->outcome = SAID_TWICE;
    (void)AKIN_FAIL(&p->error, AKIN_EFORMAT,
                    "describes dataset %s otherwise than %.*s, which is used",
                    id, (int)file_len, first);
    return AKIN_OK;
}

/* Has this run made the dataset's version, from another kind of metadata? */
static bool
is_ours(const struct akin__declaring *s, size_t i, uint32_t number)
{
    if (is_seen(s->out, number) && s->out->seen[number].is_ours)
        return true;
    for (size_t k = 0; k < i; k++)
        if (s->pending[k].outcome == PUT && s->pending[k].number == number &&
            s->pending[k].change != AKIN_DATASET_SAME)
            return true;
    return false;
}

/* What arrives together is one version. */
static enum akin_status
put_record(struct akin_txn *txn, struct akin__declaring *s, size_t i,
           const struct akin_dataset *known, const struct akin_json *record)
{
    struct akin__pending *p = &s->pending[i];

    if (known->record == NULL || !is_ours(s, i, known->number))
        return akin_dataset_put(txn, record, s->now_s, &p->number, &p->change,
                                &p->error);
    p->number = known->number;
    p->change = akin_json_equal(known->record, record) ? AKIN_DATASET_SAME
                                                       : AKIN_DATASET_CHANGED;
    return akin_dataset_amend(txn, p->number, record, s->now_s, &p->error);
}

static enum akin_status
put_new(struct akin_txn *txn, struct akin__declaring *s, size_t i,
        const struct akin_dataset *known, struct akin_error *err)
{
    struct akin__pending *p = &s->pending[i];
    struct akin_json *merged = akin_record_merge(known->record, p->record);
    enum akin_status st = put_record(txn, s, i, known, merged);

    akin_json_free(merged);
    if (st == AKIN_EINVAL || st == AKIN_EFORMAT || st == AKIN_ELIMIT) {
        p->outcome = REFUSED; /* the record's fault: the others go on */
        return AKIN_OK;
    }
    if (st != AKIN_OK) {
        if (err != NULL)
            *err = p->error;
        return st;
    }
    p->outcome = PUT;
    if (p->files != NULL)
        st = akin_dataset_files_put(txn, p->number, p->kind, p->files, err);
    return st == AKIN_OK ? put_declaration(txn, p, err) : st;
}

static enum akin_status
put_pending(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    struct akin__declaring *s = ctx;
    enum akin_status st = AKIN_OK;

    for (size_t i = 0; st == AKIN_OK && i < s->n; i++) {
        struct akin__pending *p = &s->pending[i];
        const char *id = akin_json_text(p->record, "id");
        struct akin_dataset known = {0};
        const char *first = NULL;

        p->error = (struct akin_error){0};
        if (id != NULL && akin_dataset_find(txn, id, &known, NULL) == AKIN_OK)
            first = said_first(s, i, known.number);
        if (first != NULL)
            st = put_again(txn, p, &known, first, err);
        else
            st = put_new(txn, s, i, &known, err);
        akin_dataset_free(&known);
    }
    return st;
}

/* The store has the record, its files, and that this file declares it. */
static bool
is_known(struct akin_txn *txn, const struct akin__pending *p,
         const struct akin_dataset *known)
{
    struct akin_json *merged = akin_record_merge(known->record, p->record);
    struct akin_source_state state = {0};
    bool is =
        akin_json_equal(known->record, merged) &&
        (p->files == NULL ||
         akin_dataset_files_same(txn, known->number, p->kind, p->files)) &&
        akin_source_get(txn, p->path, &state, NULL) == AKIN_OK &&
        state.image == 0 && state.dataset == known->number;

    akin_json_free(merged);
    return is;
}

/* True when the store has all of this already: then nothing is written, and a
 * run over an unchanged source leaves no trace. */
static bool
is_all_known(struct akin__declaring *s)
{
    struct akin_txn *txn = NULL;
    bool all = true;

    if (akin_txn_read(s->writer->store, &txn, NULL) != AKIN_OK)
        return false;
    for (size_t i = 0; all && i < s->n; i++) {
        struct akin__pending *p = &s->pending[i];
        const char *id = akin_json_text(p->record, "id");
        struct akin_dataset known = {0};

        all = id != NULL &&
              akin_dataset_find(txn, id, &known, NULL) == AKIN_OK &&
              is_known(txn, p, &known);
        p->number = known.number;
        p->change = AKIN_DATASET_SAME;
        p->outcome = PUT;
        akin_dataset_free(&known);
    }
    akin_txn_end(txn);
    return all;
}

static void
count_change(struct akin__declaring *s, const struct akin__pending *p)
{
    struct akin_summary_datasets *n = &s->writer->summary->datasets;

    if (is_seen(s->out, p->number))
        return; /* counted where it was described first */
    switch (p->change) {
    case AKIN_DATASET_NEW:
        n->added++;
        break;
    case AKIN_DATASET_CHANGED:
        n->changed++;
        break;
    case AKIN_DATASET_SAME:
        n->same++;
        break;
    case AKIN_DATASET_REVIVED:
        n->revived++;
        akin_log(AKIN_LOG_INFO, "dataset", "id=%s had been removed and is back",
                 akin_json_text(p->record, "id"));
        break;
    }
}

void
akin__declare_keep(struct akin__declaring *s, struct akin__pending *p)
{
    struct akin_declared *out = s->out;
    struct akin__members *members = &out->members[p->group];

    set_seen(out, p->number, p->kind, p->change != AKIN_DATASET_SAME);
    if (out->n == out->cap) {
        size_t more = out->cap == 0 ? 64 : out->cap * 2;
        struct akin__declaration *grown = akin_new(more, sizeof(*grown));

        if (out->n > 0)
            memcpy(grown, out->declaration, out->n * sizeof(*grown));
        free(out->declaration);
        out->declaration = grown;
        out->cap = more;
    }
    if (members->n == 0)
        members->first = out->n;
    members->n++;
    if (p->is_folder)
        members->folder = p->number;
    out->declaration[out->n++] =
        (struct akin__declaration){.path = p->path,
                                   .id = p->path + strlen(p->file) + 1,
                                   .number = p->number,
                                   .kind = p->kind};
    p->path = NULL;
}

/* Commits what is pending and learns the numbers. */
enum akin_status
akin__declare_flush(struct akin__declaring *s, struct akin_error *err)
{
    enum akin_status st = AKIN_OK;

    if (s->n == 0)
        return AKIN_OK;
    if (!is_all_known(s))
        st = akin_store_update(s->writer->store, put_pending, s, err);
    for (size_t i = 0; i < s->n; i++) {
        struct akin__pending *p = &s->pending[i];

        if (st == AKIN_OK && p->outcome != PUT)
            st = akin_writer_bad(s->writer, p->file, p->error.text, err);
        if (st == AKIN_OK && p->outcome != REFUSED) {
            count_change(s, p);
            akin__declare_keep(s, p);
        }
        akin__pending_clear(p);
    }
    s->n = 0;
    return st;
}
