/* SPDX-License-Identifier: Apache-2.0 */
#include "source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "akin/decode.h"
#include "akin/hash.h"
#include "akin/record.h"
#include "source_internal.h"

#define DEPTH_MAX 100 /* folders below a PATH */
#define OWNER_UP_MAX 4

/* Folders walked before, by device and inode: an open-addressed set. */
struct seen_set {
    struct seen_folder {
        dev_t dev;
        ino_t ino;
        bool is_used;
    } * slot;
    size_t n, cap; /* cap: a power of two, or 0 */
};

struct akin__walk {
    struct akin_source *source;
    struct seen_set seen;
};

/* What is in one folder, sorted by what it means to us. */
struct folder {
    struct akin_names metadata, images, folders;
    size_t cap_metadata, cap_images, cap_folders;
    bool has_images_folder;
};

static size_t
seen_slot(const struct seen_set *set, dev_t dev, ino_t ino)
{
    size_t at =
        (size_t)akin_hash_mix((uint64_t)dev, (uint64_t)ino) & (set->cap - 1);

    while (set->slot[at].is_used &&
           (set->slot[at].dev != dev || set->slot[at].ino != ino))
        at = (at + 1) & (set->cap - 1);
    return at;
}

static void
seen_grow(struct seen_set *set)
{
    struct seen_set more = {.n = set->n,
                            .cap = set->cap == 0 ? 256 : set->cap * 2};

    more.slot = akin_new(more.cap, sizeof(*more.slot));
    for (size_t i = 0; i < set->cap; i++)
        if (set->slot[i].is_used)
            more.slot[seen_slot(&more, set->slot[i].dev, set->slot[i].ino)] =
                set->slot[i];
    free(set->slot);
    *set = more;
}

/* False when it was there already. */
static bool
seen_add(struct seen_set *set, const struct stat *sb)
{
    size_t at;

    if (set->n * 2 >= set->cap)
        seen_grow(set);
    at = seen_slot(set, sb->st_dev, sb->st_ino);
    if (set->slot[at].is_used)
        return false;
    set->slot[at] = (struct seen_folder){sb->st_dev, sb->st_ino, true};
    set->n++;
    return true;
}

struct akin__walk *
akin__walk_new(struct akin_source *source, const char *leave_out)
{
    struct akin__walk *walk = akin_new(1, sizeof(*walk));
    struct stat sb;

    walk->source = source;
    if (leave_out != NULL && stat(leave_out, &sb) == 0)
        (void)seen_add(&walk->seen, &sb);
    return walk;
}

void
akin__walk_free(struct akin__walk *walk)
{
    free(walk->seen.slot);
    free(walk);
}

bool
akin_source_is_annotation_name(const char *name)
{
    static const char *const names[] = {
        "annotation",  "annotations",  "mask",          "masks",
        "label",       "labels",       "segmentation",  "gt",
        "groundtruth", "ground_truth", "segmentations", "ground-truth",
        "labels2d"};

    for (size_t i = 0; i < AKIN_COUNT(names); i++)
        if (strcasecmp(name, names[i]) == 0)
            return true;
    return false;
}

static void
folder_free(struct folder *folder)
{
    akin_names_free(&folder->metadata);
    akin_names_free(&folder->images);
    akin_names_free(&folder->folders);
}

static bool
is_among(const struct akin_names *names, const char *name)
{
    for (size_t i = 0; i < names->n; i++)
        if (strcmp(names->name[i], name) == 0)
            return true;
    return false;
}

/* A folder that has both describes itself twice: our own form wins. Crates
 * with names of their own ("x-ro-crate-metadata.json") stay. */
static void
keep_own_metadata(struct akin_names *metadata)
{
    size_t kept = 0;

    if (!is_among(metadata, "dataset.json"))
        return;
    for (size_t i = 0; i < metadata->n; i++)
        if (strcmp(metadata->name[i], "ro-crate-metadata.json") == 0)
            free(metadata->name[i]);
        else
            metadata->name[kept++] = metadata->name[i];
    metadata->n = kept;
}

static void
names_add(struct akin_names *names, size_t *cap, const char *name)
{
    names->name =
        akin__source_grown(names->name, names->n, cap, sizeof(char *));
    names->name[names->n++] = akin_strdup(name);
}

/* One entry of a folder. Names of images that cannot be opened as files are
 * trouble; whatever else we do not know is none of our business. */
static void
folder_take(struct akin__walk *walk, struct folder *folder, const char *path,
            const char *name)
{
    bool is_image = akin_decode_has_image_name(name);
    struct stat sb;

    if (name[0] == '.')
        return;
    if (stat(path, &sb) != 0) {
        if (is_image || akin_record_is_metadata_name(name))
            akin__source_trouble(walk->source, path, strerror(errno));
    } else if (S_ISDIR(sb.st_mode)) {
        if (akin_source_is_annotation_name(name))
            return;
        folder->has_images_folder |= strcasecmp(name, "images") == 0;
        names_add(&folder->folders, &folder->cap_folders, name);
    } else if (!S_ISREG(sb.st_mode)) {
        if (is_image)
            akin__source_trouble(walk->source, path, "is not a regular file");
    } else if (is_image) {
        names_add(&folder->images, &folder->cap_images, name);
    } else if (akin_record_is_metadata_name(name)) {
        names_add(&folder->metadata, &folder->cap_metadata, name);
    }
}

/* False: it could not be listed, which was noted. */
static bool
folder_read(struct akin__walk *walk, const char *path, struct folder *out)
{
    struct akin_names names = {0};
    struct akin_error err = {0};

    *out = (struct folder){0};
    if (akin_dir_list(path, &names, &err) != AKIN_OK) {
        akin__source_trouble(walk->source, path, err.text);
        return false;
    }
    for (size_t i = 0; i < names.n; i++) {
        char *child = akin_path_join(path, names.name[i]);

        folder_take(walk, out, child, names.name[i]);
        free(child);
    }
    akin_names_free(&names);
    keep_own_metadata(&out->metadata);
    return true;
}

/* True when the folder is to be walked: not seen before, not too deep. */
static bool
enter(struct akin__walk *walk, const char *path, size_t depth)
{
    struct stat sb;

    if (depth > DEPTH_MAX) {
        akin__source_trouble(walk->source, path,
                             "lies more than 100 folders deep");
        return false;
    }
    return stat(path, &sb) == 0 && seen_add(&walk->seen, &sb);
}

/* Folders with metadata of their own, met inside a dataset: walked after it,
 * so that the files of a group stand together. */
struct nested {
    struct akin_names paths;
    size_t cap;
};

static char *
join_name(const char *below, const char *name)
{
    return below[0] == '\0' ? akin_strdup(name) : akin_path_join(below, name);
}

/* Adds the images of a folder and of those below it to the open group. below:
 * the folder's path inside the group's root; "" for the root itself. */
static void
collect(struct akin__walk *walk, const char *root, const char *below,
        const struct folder *folder, size_t depth, struct nested *nested)
{
    for (size_t i = 0; i < folder->images.n; i++) {
        char *name = join_name(below, folder->images.name[i]);

        akin__source_add(walk->source, name);
        free(name);
    }
    for (size_t i = 0; i < folder->folders.n; i++) {
        char *name = join_name(below, folder->folders.name[i]);
        char *path = akin_path_join(root, name);
        struct folder child = {0};

        if (enter(walk, path, depth + 1) && folder_read(walk, path, &child)) {
            if (child.metadata.n > 0)
                names_add(&nested->paths, &nested->cap, path);
            else
                collect(walk, root, name, &child, depth + 1, nested);
        }
        folder_free(&child);
        free(path);
        free(name);
    }
}

static void walk_folder(struct akin__walk *walk, const char *path,
                        struct folder *folder, size_t depth);

static void
walk_nested(struct akin__walk *walk, struct nested *nested, size_t depth)
{
    for (size_t i = 0; i < nested->paths.n; i++) {
        struct folder folder;

        if (folder_read(walk, nested->paths.name[i], &folder))
            walk_folder(walk, nested->paths.name[i], &folder, depth + 1);
        folder_free(&folder);
    }
    akin_names_free(&nested->paths);
}

/* A folder of folders: each is looked through. */
static void
walk_children(struct akin__walk *walk, const char *path,
              const struct folder *folder, size_t depth)
{
    for (size_t i = 0; i < folder->folders.n; i++) {
        char *child_path = akin_path_join(path, folder->folders.name[i]);
        struct folder child = {0};

        if (enter(walk, child_path, depth + 1) &&
            folder_read(walk, child_path, &child))
            walk_folder(walk, child_path, &child, depth + 1);
        folder_free(&child);
        free(child_path);
    }
}

static bool
is_dataset_folder(const struct folder *folder)
{
    return folder->metadata.n > 0 || folder->images.n > 0 ||
           folder->has_images_folder;
}

/* Takes folder's metadata names over. */
static void
walk_folder(struct akin__walk *walk, const char *path, struct folder *folder,
            size_t depth)
{
    struct nested nested = {0};

    if (!is_dataset_folder(folder)) {
        walk_children(walk, path, folder, depth);
        return;
    }
    akin__source_begin(walk->source, akin_strdup(path), &folder->metadata);
    collect(walk, path, "", folder, depth, &nested);
    akin__source_end(walk->source);
    walk_nested(walk, &nested, depth);
}

/* The names of metadata files in a folder; none when it cannot be listed:
 * folders above a PATH are nobody's business if they are closed. */
static void
find_metadata(const char *path, struct akin_names *out)
{
    struct akin_names names = {0};
    size_t cap = 0;

    if (akin_dir_list(path, &names, NULL) != AKIN_OK)
        return;
    for (size_t i = 0; i < names.n; i++) {
        char *child = akin_path_join(path, names.name[i]);
        struct akin_file_stat sb;

        if (names.name[i][0] != '.' &&
            akin_record_is_metadata_name(names.name[i]) &&
            akin_file_stat(child, &sb, NULL) == AKIN_OK && sb.is_regular)
            names_add(out, &cap, names.name[i]);
        free(child);
    }
    akin_names_free(&names);
    keep_own_metadata(out);
}

/* The folder above; "/" is above itself. */
static char *
folder_above(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL || slash == path
               ? akin_strdup("/")
               : akin_strndup(path, (size_t)(slash - path));
}

/* The dataset folder that a folder of images belongs to, and its metadata. */
static char *
find_owner(const char *folder, struct akin_names *metadata)
{
    char *at = akin_strdup(folder);

    for (size_t up = 0; up <= OWNER_UP_MAX; up++) {
        char *above;

        find_metadata(at, metadata);
        if (metadata->n > 0)
            return at;
        above = folder_above(at);
        free(at);
        at = above;
    }
    free(at);
    return strcasecmp(akin_path_base(folder), "images") == 0
               ? folder_above(folder)
               : akin_strdup(folder);
}

/* The part of path below root; "" for root itself. */
static const char *
below_root(const char *root, const char *path)
{
    size_t len = strlen(root);

    while (len > 0 && root[len - 1] == '/')
        len--;
    path += len;
    return *path == '/' ? path + 1 : path;
}

/* A PATH that is a folder of images without metadata of its own: it may lie
 * inside a dataset folder. */
static void
walk_images(struct akin__walk *walk, const char *path, struct folder *folder)
{
    struct akin_names metadata = {0};
    struct nested nested = {0};
    char *root = find_owner(path, &metadata);
    char *begin = akin_strdup(root);

    akin__source_begin(walk->source, begin, &metadata);
    collect(walk, root, below_root(root, path), folder, 0, &nested);
    akin__source_end(walk->source);
    walk_nested(walk, &nested, 0);
    free(root);
}

static void
walk_file(struct akin__walk *walk, const char *path)
{
    struct akin_names metadata = {0};
    char *folder = folder_above(path);
    size_t cap = 0;

    if (akin_record_is_metadata_name(akin_path_base(path)) &&
        !akin_decode_has_image_name(path)) {
        names_add(&metadata, &cap, akin_path_base(path));
        akin__source_begin(walk->source, folder, &metadata);
        return;
    }
    akin__source_begin(walk->source, find_owner(folder, &metadata), &metadata);
    akin__source_add(
        walk->source,
        below_root(walk->source->group[walk->source->n_groups - 1].root, path));
    free(folder);
}

enum akin_status
akin__walk_path(struct akin__walk *walk, const char *path,
                struct akin_error *err)
{
    struct akin_names names = {0};
    struct folder folder;
    struct akin_file_stat sb;
    enum akin_status st;

    if ((st = akin_file_stat(path, &sb, err)) != AKIN_OK)
        return st;
    if (sb.is_regular) {
        walk_file(walk, path);
        return AKIN_OK;
    }
    if (!sb.is_dir)
        return AKIN_FAIL(err, AKIN_EINVAL, "%s is neither a folder nor a file",
                         path);
    /* A PATH that cannot be listed is an error; a folder below it is not. */
    if ((st = akin_dir_list(path, &names, err)) != AKIN_OK)
        return st;
    akin_names_free(&names);
    if (!enter(walk, path, 0) || !folder_read(walk, path, &folder))
        return AKIN_OK;
    if (folder.metadata.n == 0 && is_dataset_folder(&folder))
        walk_images(walk, path, &folder);
    else
        walk_folder(walk, path, &folder, 0);
    folder_free(&folder);
    return AKIN_OK;
}
