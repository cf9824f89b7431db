/* SPDX-License-Identifier: Apache-2.0 */
#include "declare.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "akin/file_list.h"
#include "declare_internal.h"

static enum akin_status
pardon(struct akin_txn *txn, void *ctx, struct akin_error *err)
{
    return akin_quarantine_del(txn, ctx, err);
}

/* A metadata file that can be read again is no longer bad. */
static enum akin_status
pardon_file(struct akin__declaring *s, char *path, struct akin_error *err)
{
    struct akin_span value;
    struct akin_buf key = {0};
    struct akin_txn *txn = NULL;
    enum akin_status st = akin_txn_read(s->writer->store, &txn, err);
    bool is_bad;

    if (st != AKIN_OK)
        return st;
    akin_store_text_key(path, &key);
    is_bad = akin_txn_get(txn, AKIN_TABLE_QUARANTINE, akin_buf_span(&key),
                          &value, NULL) == AKIN_OK;
    akin_txn_end(txn);
    akin_buf_free(&key);
    return is_bad ? akin_store_update(s->writer->store, pardon, path, err)
                  : AKIN_OK;
}

/* What file lists say of images is searched with the record. */
static void
put_attributes(struct akin_json *record, struct akin_json *attributes)
{
    struct akin_json *extra = akin_json_get(record, "extra");

    if (attributes == NULL)
        return;
    if (akin_json_type(extra) != AKIN_JSON_OBJECT) {
        extra = akin_json_object();
        akin_json_set(record, "extra", extra);
    }
    akin_json_set(extra, "file_attributes", attributes);
}

/* A record with the files of its lists becomes pending; what was noted about
 * it is counted. */
static void
take_record(struct akin__declaring *s, uint32_t group, const char *path,
            struct akin_json *record, struct akin_record_report *report)
{
    struct akin_summary *summary = s->writer->summary;
    struct akin_json *files = NULL;

    akin_record_files(path, record, &files, report);
    put_attributes(record, akin_file_attributes(files));
    akin_record_check_labels(s->terms, record, report);
    if (summary->report == NULL)
        summary->report = akin_json_object();
    akin_record_tally(summary->report, record, report->notes);
    akin_record_report_free(report); /* the next record has its own */
    summary->n_declared += akin_json_count(files);
    akin__declare_add(s, group, path, akin_json_share(record), files);
}

/* A crate that only lists other crates is no study, and nothing bad. */
static bool
is_collection(const struct akin_record_report *report)
{
    const char *code = akin_json_text(akin_json_at(report->notes, 0), "code");

    return akin_json_count(report->notes) == 1 && code != NULL &&
           strcmp(code, "collection") == 0;
}

/* One metadata file: its records become pending. */
static enum akin_status
read_metadata(struct akin__declaring *s, uint32_t group, char *path,
              struct akin_error *err)
{
    struct akin_record_report report = {0};
    struct akin_json *records = NULL;
    struct akin_error why = {0};
    enum akin_status st = akin_record_read_file(path, &records, &report, &why);

    if (st == AKIN_OK && akin_json_count(records) == 0 &&
        !is_collection(&report))
        st = AKIN_FAIL(&why, AKIN_EFORMAT, "describes no dataset");
    if (st != AKIN_OK) {
        /* Who lists bad files names them already. */
        size_t len = strlen(path);
        bool is_named = strncmp(why.text, path, len) == 0 &&
                        strncmp(why.text + len, ": ", 2) == 0;

        akin_json_free(records);
        akin_record_report_free(&report);
        return akin_writer_bad(s->writer, path,
                               why.text + (is_named ? len + 2 : 0), err);
    }
    st = pardon_file(s, path, err);
    for (size_t i = 0; i < akin_json_count(records); i++)
        take_record(s, group, path, akin_json_at(records, i), &report);
    akin_record_report_free(&report);
    akin_json_free(records);
    return st;
}

/* The dataset that a metadata file declared when it could still be read. */
static enum akin_status
find_earlier(struct akin__declaring *s, uint32_t group, const char *path,
             struct akin_error *err)
{
    struct akin_buf prefix = {0};
    struct akin_cursor cur = {0};
    struct akin_txn *txn = NULL;
    enum akin_status st =
        akin__declare_flush(s, err); /* keeps a group's members together */

    if (st == AKIN_OK)
        st = akin_txn_read(s->writer->store, &txn, err);
    if (st != AKIN_OK)
        return st;
    akin_buf_printf(&prefix, "%s#", path);
    while ((st = akin_cursor_next(txn, AKIN_TABLE_SOURCES,
                                  akin_buf_span(&prefix), &cur, err)) ==
           AKIN_OK) {
        struct akin_source_state state;
        struct akin__pending p = {.group = group,
                                  .file = akin_strdup(path),
                                  .kind = AKIN_RECORD_KINDS};

        p.path = akin_strndup((const char *)cur.key.data, cur.key.len);
        if (akin_source_get(txn, p.path, &state, NULL) == AKIN_OK) {
            p.number = state.dataset;
            akin__declare_keep(s, &p);
        }
        akin__pending_clear(&p);
    }
    akin_cursor_end(&cur);
    akin_txn_end(txn);
    akin_buf_free(&prefix);
    return st == AKIN_ENOTFOUND ? AKIN_OK : st;
}

static enum akin_status
declare_folder(struct akin__declaring *s, size_t i_group,
               struct akin_error *err)
{
    const struct akin_source_group *group = &s->source->group[i_group];
    struct akin_json *record = akin_record_for_folder(group->root);
    char *file = akin_path_join(group->root, "");
    char *id = akin_source_folder_id(s->source, i_group);
    enum akin_status st;

    if (group->shares_its_name)
        akin_json_set_text(record, "id", id);
    akin__declare_add(s, (uint32_t)i_group, file, record, NULL);
    s->pending[s->n - 1].is_folder = true;
    st = akin__declare_flush(s, err);
    free(id);
    free(file);
    return st;
}

/* The member of a group whose id is a folder on the file's path. */
static const struct akin__declaration *
member_on_path(const struct akin_declared *declared,
               const struct akin__members *members, const char *name)
{
    for (size_t i = 0; i < members->n; i++) {
        const struct akin__declaration *d =
            &declared->declaration[members->first + i];
        size_t len = strlen(d->id);

        for (const char *at = name; at != NULL && len > 0;) {
            if (strncmp(at, d->id, len) == 0 && at[len] == '/')
                return d;
            at = strchr(at, '/');
            at = at != NULL ? at + 1 : NULL;
        }
    }
    return NULL;
}

/* True when some file of the group belongs to none of its datasets. */
static bool
needs_folder(const struct akin__declaring *s, size_t i_group)
{
    const struct akin_source_group *group = &s->source->group[i_group];
    const struct akin__members *members = &s->out->members[i_group];

    if (members->n == 1)
        return false;
    for (size_t i = 0; i < group->n; i++)
        if (member_on_path(s->out, members,
                           akin_source_name(s->source, group->first + i)) ==
            NULL)
            return true;
    return false;
}

static enum akin_status
declare_group(struct akin__declaring *s, size_t i_group, struct akin_error *err)
{
    const struct akin_source_group *group = &s->source->group[i_group];
    enum akin_status st = AKIN_OK;

    for (size_t i = 0; st == AKIN_OK && i < group->metadata.n; i++) {
        char *path = akin_path_join(group->root, group->metadata.name[i]);
        size_t n_before = s->n;

        st = read_metadata(s, (uint32_t)i_group, path, err);
        if (st == AKIN_OK && s->n == n_before)
            st = find_earlier(s, (uint32_t)i_group, path, err);
        free(path);
        if (st == AKIN_OK && s->n >= AKIN__PENDING_MAX)
            st = akin__declare_flush(s, err);
    }
    /* The numbers of a group with images are needed now. */
    if (st == AKIN_OK && group->n > 0)
        st = akin__declare_flush(s, err);
    if (st == AKIN_OK && group->n > 0 && needs_folder(s, i_group))
        st = declare_folder(s, i_group, err);
    return st;
}

static enum akin_status
declare_all(struct akin__declaring *s, akin_declare_tick_fn *tick, void *ctx,
            struct akin_error *err)
{
    enum akin_status st = AKIN_OK;

    for (size_t i = 0; st == AKIN_OK && i < s->source->n_groups; i++) {
        st = declare_group(s, i, err);
        if (st == AKIN_OK && tick != NULL && !tick(ctx, i + 1))
            st = AKIN_FAIL(err, AKIN_ECLOSED, "stopped");
    }
    if (st == AKIN_OK || st == AKIN_ECLOSED) {
        enum akin_status flushed = akin__declare_flush(s, err);

        st = flushed == AKIN_OK ? st : flushed;
    }
    for (size_t i = 0; i < s->n; i++)
        akin__pending_clear(&s->pending[i]);
    free(s->pending);
    return st;
}

/* The number of the dataset that all files are for. */
static enum akin_status
find_into(struct akin_store *store, const char *id, uint32_t *number,
          struct akin_error *err)
{
    struct akin_dataset dataset = {0};
    struct akin_txn *txn = NULL;
    enum akin_status st = akin_txn_read(store, &txn, err);

    if (st == AKIN_OK)
        st = akin_dataset_find(txn, id, &dataset, err);
    akin_txn_end(txn);
    *number = dataset.number;
    akin_dataset_free(&dataset);
    return st;
}

enum akin_status
akin_declare(struct akin_writer *writer, const struct akin_source *source,
             const char *into, akin_declare_tick_fn *tick, void *ctx,
             struct akin_declared **out, struct akin_error *err)
{
    struct akin_declared *declared = akin_new(1, sizeof(*declared));
    struct akin__declaring s = {.writer = writer,
                                .source = source,
                                .out = declared,
                                .now_s = (int64_t)time(NULL)};
    enum akin_status st;

    declared->members =
        akin_new(source->n_groups + 1, sizeof(*declared->members));
    declared->n_groups = source->n_groups;
    if (into != NULL)
        st = find_into(writer->store, into, &declared->into, err);
    else if ((st = akin_terms_load(NULL, &s.terms, err)) == AKIN_OK)
        st = declare_all(&s, tick, ctx, err);
    akin_terms_free(s.terms);
    if (st == AKIN_OK)
        *out = declared;
    else
        akin_declared_free(declared);
    return st;
}

void
akin_declared_free(struct akin_declared *declared)
{
    if (declared == NULL)
        return;
    for (size_t i = 0; i < declared->n; i++)
        free(declared->declaration[i].path);
    free(declared->declaration);
    free(declared->members);
    free(declared->seen);
    free(declared);
}

uint32_t
akin_declared_dataset(const struct akin_declared *declared,
                      const struct akin_source *source, size_t i_file)
{
    size_t i_group =
        (size_t)(akin_source_group_of(source, i_file) - source->group);
    const struct akin__members *members = &declared->members[i_group];
    const struct akin__declaration *found;

    if (declared->into != 0)
        return declared->into;
    if (members->n == 1)
        return declared->declaration[members->first].number;
    found = member_on_path(declared, members, akin_source_name(source, i_file));
    return found != NULL ? found->number : members->folder;
}

void
akin_declared_each(const struct akin_declared *declared,
                   void (*fn)(void *ctx, const char *path), void *ctx)
{
    for (size_t i = 0; i < declared->n; i++)
        fn(ctx, declared->declaration[i].path);
}
