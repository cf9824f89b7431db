/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/decode.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "akin/file.h"
#include "decode_internal.h"

#define MAGIC 0x6b644543u
#define FIRST_BYTES 64

static const struct akin__format *const formats[] = {
    &akin__decode_jpeg, &akin__decode_png, &akin__decode_tiff,
    &akin__decode_bmp};

size_t
akin__source_read(struct akin__source *source, uint64_t offset, void *out,
                  size_t len)
{
    size_t got = 0;

    if (offset >= source->size)
        return 0;
    if (len > source->size - offset)
        len = (size_t)(source->size - offset);
    if (source->in_memory) {
        memcpy(out, source->bytes.data + offset, len);
        return len;
    }
    while (got < len) {
        ssize_t n = pread(source->fd, (char *)out + got, len - got,
                          (off_t)(offset + got));

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            source->error = errno;
        if (n <= 0)
            break;
        got += (size_t)n;
    }
    return got;
}

void
akin__decode_note(struct akin_decoder *d, const char *fmt, ...)
{
    char text[sizeof(d->info.note)];
    size_t used = strlen(d->info.note);
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    if (strstr(d->info.note, text) != NULL ||
        used + strlen(text) + 3 > sizeof(d->info.note))
        return;
    (void)snprintf(d->info.note + used, sizeof(d->info.note) - used, "%s%s",
                   used > 0 ? "; " : "", text);
}

enum akin_status
akin__decode_check_size(const struct akin_decoder *d, uint32_t width,
                        uint32_t height, uint32_t bytes_per_px, uint64_t stored,
                        struct akin_error *err)
{
    uint64_t n_px = (uint64_t)width * height;

    if (width == 0 || height == 0)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "an image of %" PRIu32 " x %" PRIu32 " px cannot be",
                         width, height);
    if (n_px > d->limits.max_px)
        return AKIN_FAIL(err, AKIN_ELIMIT,
                         "%" PRIu32 " x %" PRIu32
                         " px is over image.max_plane_px (%" PRIu64 ")",
                         width, height, d->limits.max_px);
    /* n_px is below 2^33 (the setting's maximum), so the product fits. */
    if (n_px * bytes_per_px / d->limits.max_expansion > stored)
        return AKIN_FAIL(err, AKIN_ELIMIT,
                         "%" PRIu64 " stored bytes would become %" PRIu64
                         ", over image.max_expansion (%" PRIu64 ")",
                         stored, n_px * bytes_per_px, d->limits.max_expansion);
    return AKIN_OK;
}

enum akin_status
akin__decode_check_good(struct akin_decoder *d, uint64_t good, uint64_t all,
                        const char *why, struct akin_error *err)
{
    unsigned percent;

    if (good >= all)
        return AKIN_OK;
    percent = (unsigned)(100.0 * (double)good / (double)all);
    if (good < all - good)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "only %u%% of the plane can be read: %s", percent,
                         why);
    akin__decode_note(d, "truncated or damaged, %u%% could be read: %.60s",
                      percent, why);
    return AKIN_OK;
}

bool
akin__decode_map_is_grey(const uint8_t (*map)[3], size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (map[i][0] != map[i][1] || map[i][0] != map[i][2])
            return false;
    return true;
}

double
akin__decode_um_of_resolution(double px_per_metre)
{
    /* What software writes when it knows nothing: dots per inch of screens,
     * printers and scanners. */
    static const double usual_dpi[] = {72,  75,  90,  96,  100, 120,  144, 150,
                                       180, 200, 204, 240, 250, 254,  300, 350,
                                       360, 400, 600, 720, 800, 1200, 2400};
    double um = 1e6 / px_per_metre;
    double dpi = px_per_metre * 0.0254;

    if (!(um >= 0.001 && um <= 1000.0)) /* also NaN */
        return 0;
    for (size_t i = 0; i < AKIN_COUNT(usual_dpi); i++)
        if (fabs(dpi / usual_dpi[i] - 1.0) < 0.005)
            return 0;
    return um;
}

/* Kinds of files that people give us and that are not read here: the sentence
 * names them. */
static const struct {
    const char *bytes;
    size_t offset, len;
    const char *name;
} known_others[] = {
    {"GIF8", 0, 4, "GIF"},
    {"\x89HDF", 0, 4, "HDF5"},
    {"PK\x03\x04", 0, 4, "a zip archive"},
    {"\x1f\x8b", 0, 2, "gzip-compressed"},
    {"ZISRAWFILE", 0, 10, "Zeiss CZI"},
    {"\xda\xce\xbe\x0a", 0, 4, "Nikon ND2"},
    {"DICM", 128, 4, "DICOM"},
    {"\0\0\0\x0cjP  ", 0, 8, "JPEG 2000"},
    {"\xff\x4f\xff\x51", 0, 4, "JPEG 2000"},
    {"RIFF", 0, 4, "RIFF (WebP or AVI)"},
    {"%PDF", 0, 4, "PDF"},
    {"%!PS", 0, 4, "PostScript"},
    {"<?xml", 0, 5, "XML"},
    {"<!DOCTYPE html", 0, 14, "a web page"},
    {"<html", 0, 5, "a web page"},
    {"version https://git-lfs", 0, 23,
     "a Git LFS pointer (the image was not fetched)"},
};

static enum akin_status
fail_unknown(struct akin_span first, struct akin_error *err)
{
    if (first.len == 0)
        return AKIN_FAIL(err, AKIN_EFORMAT, "the file is empty");
    for (size_t i = 0; i < AKIN_COUNT(known_others); i++)
        if (first.len >= known_others[i].offset + known_others[i].len &&
            memcmp(first.data + known_others[i].offset, known_others[i].bytes,
                   known_others[i].len) == 0)
            return AKIN_FAIL(err, AKIN_EFORMAT,
                             "this is %s, not JPEG, TIFF, PNG or BMP",
                             known_others[i].name);
    return AKIN_FAIL(err, AKIN_EFORMAT,
                     "the first bytes are not those of JPEG, TIFF, PNG or BMP");
}

/* Formats of one plane are decoded from memory. */
static enum akin_status
load_whole(struct akin_decoder *d, struct akin_error *err)
{
    uint64_t size = d->source.size;
    enum akin_status st;

    if (size / 16 > d->limits.max_px + 65536)
        return AKIN_FAIL(err, AKIN_ELIMIT,
                         "%" PRIu64 " bytes for one plane of at most %" PRIu64
                         " px (image.max_plane_px)",
                         size, d->limits.max_px);
    if ((st = akin_buf_reserve(&d->whole, (size_t)size, err)) != AKIN_OK)
        return st;
    d->whole.len =
        akin__source_read(&d->source, 0, d->whole.data, (size_t)size);
    if (d->source.error != 0)
        return AKIN_FAIL(err, AKIN_EIO, "read: %s", strerror(d->source.error));
    d->source.bytes = akin_buf_span(&d->whole);
    d->source.size = d->whole.len;
    d->source.in_memory = true;
    (void)close(d->source.fd);
    d->source.fd = -1;
    return AKIN_OK;
}

static enum akin_status
find_format(struct akin_decoder *d, struct akin_error *err)
{
    uint8_t first[132 + FIRST_BYTES];
    struct akin_span head = {first, 0};

    head.len = akin__source_read(&d->source, 0, first, sizeof(first));
    if (d->source.error != 0)
        return AKIN_FAIL(err, AKIN_EIO, "read: %s", strerror(d->source.error));
    for (size_t i = 0; i < AKIN_COUNT(formats); i++)
        if (formats[i]->matches(head)) {
            d->format = formats[i];
            return AKIN_OK;
        }
    return fail_unknown(head, err);
}

static enum akin_status
open_source(struct akin_decoder *d, struct akin_error *err)
{
    enum akin_status st;

    if ((st = find_format(d, err)) != AKIN_OK)
        return st;
    if (!d->format->in_parts && !d->source.in_memory &&
        (st = load_whole(d, err)) != AKIN_OK)
        return st;
    d->info.format = d->format->name;
    d->info.dim_z = d->info.dim_c = d->info.dim_t = 1;
    st = d->format->open(d, err);
    if (st == AKIN_EFORMAT && d->source.error != 0)
        return AKIN_FAIL(err, AKIN_EIO, "read: %s", strerror(d->source.error));
    assert(st != AKIN_OK || (d->info.dim_x > 0 && d->info.dim_y > 0));
    return st;
}

static struct akin_decoder *
new_decoder(const struct akin_config *config)
{
    struct akin_decoder *d = akin_new(1, sizeof(*d));

    d->magic = MAGIC;
    d->source.fd = -1;
    d->limits.max_px = config->image_max_plane_px;
    d->limits.max_planes = config->image_max_planes;
    d->limits.max_expansion = config->image_max_expansion;
    return d;
}

static enum akin_status
open_file(struct akin_decoder *d, const char *path, uint64_t max_bytes,
          struct akin_error *err)
{
    struct stat sb;

    /* O_NONBLOCK: a named pipe must not hold us up before it is refused. */
    d->source.fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (d->source.fd < 0)
        return AKIN_FAIL(err,
                         errno == ENOENT || errno == ENOTDIR ? AKIN_ENOTFOUND
                                                             : AKIN_EIO,
                         "cannot open: %s", strerror(errno));
    if (fstat(d->source.fd, &sb) != 0)
        return AKIN_FAIL(err, AKIN_EIO, "cannot look at: %s", strerror(errno));
    if (!S_ISREG(sb.st_mode))
        return AKIN_FAIL(err, AKIN_EFORMAT, "not a regular file");
    d->source.size = (uint64_t)sb.st_size;
    if (d->source.size > max_bytes)
        return AKIN_FAIL(err, AKIN_ELIMIT,
                         "%" PRIu64
                         " bytes is over image.max_file_bytes (%" PRIu64 ")",
                         d->source.size, max_bytes);
    return AKIN_OK;
}

enum akin_status
akin_decode_open(const char *path, const struct akin_config *limits,
                 struct akin_decoder **out, struct akin_error *err)
{
    struct akin_decoder *d = new_decoder(limits);
    enum akin_status st;

    st = open_file(d, path, limits->image_max_file_bytes, err);
    if (st == AKIN_OK)
        st = open_source(d, err);
    if (st == AKIN_OK)
        *out = d;
    else
        akin_decode_close(d);
    return st;
}

enum akin_status
akin_decode_open_bytes(struct akin_span bytes, const struct akin_config *limits,
                       struct akin_decoder **out, struct akin_error *err)
{
    struct akin_decoder *d = new_decoder(limits);
    enum akin_status st;

    d->source.in_memory = true;
    d->source.bytes = bytes;
    d->source.size = bytes.len;
    if (bytes.len > limits->image_max_file_bytes)
        st = AKIN_FAIL(err, AKIN_ELIMIT,
                       "%zu bytes is over image.max_file_bytes (%" PRIu64 ")",
                       bytes.len, limits->image_max_file_bytes);
    else
        st = open_source(d, err);
    if (st == AKIN_OK)
        *out = d;
    else
        akin_decode_close(d);
    return st;
}

void
akin_decode_close(struct akin_decoder *decoder)
{
    if (decoder == NULL)
        return;
    assert(decoder->magic == MAGIC);
    if (decoder->format != NULL && decoder->format->close != NULL)
        decoder->format->close(decoder);
    if (decoder->source.fd >= 0)
        (void)close(decoder->source.fd);
    akin_buf_free(&decoder->whole);
    decoder->magic = 0;
    free(decoder);
}

const struct akin_image_info *
akin_decode_info(const struct akin_decoder *decoder)
{
    assert(decoder->magic == MAGIC);
    return &decoder->info;
}

/* True when the three channels are equal everywhere. A colour image ends the
 * comparison at its first coloured pixel. */
static bool
is_grey(const struct akin_plane *plane)
{
    size_t n = (size_t)plane->width * plane->height;

    if (plane->sample == AKIN_SAMPLE_U8) {
        const uint8_t *p = plane->px;

        for (size_t i = 0; i < n; i++, p += 3)
            if (p[0] != p[1] || p[0] != p[2])
                return false;
    } else if (plane->sample == AKIN_SAMPLE_U16) {
        const uint16_t *p = plane->px;

        for (size_t i = 0; i < n; i++, p += 3)
            if (p[0] != p[1] || p[0] != p[2])
                return false;
    } else {
        const float *p = plane->px;

        for (size_t i = 0; i < n; i++, p += 3)
            if (p[0] != p[1] || p[0] != p[2]) // NOLINT: exactly equal is meant
                return false;
    }
    return true;
}

/* Keeps the first of three equal channels. */
static void
keep_first_channel(struct akin_plane *plane)
{
    size_t n = (size_t)plane->width * plane->height;
    void *smaller;

    if (plane->sample == AKIN_SAMPLE_U8) {
        uint8_t *p = plane->px;

        for (size_t i = 1; i < n; i++)
            p[i] = p[i * 3];
    } else if (plane->sample == AKIN_SAMPLE_U16) {
        uint16_t *p = plane->px;

        for (size_t i = 1; i < n; i++)
            p[i] = p[i * 3];
    } else {
        float *p = plane->px;

        for (size_t i = 1; i < n; i++)
            p[i] = p[i * 3];
    }
    plane->channels = 1;
    smaller = realloc(plane->px, n * akin_sample_size(plane->sample));
    if (smaller != NULL)
        plane->px = smaller;
}

enum akin_status
akin_decode_plane(struct akin_decoder *decoder, uint32_t z, uint32_t c,
                  uint32_t t, struct akin_plane *out, struct akin_error *err)
{
    const struct akin_image_info *info = &decoder->info;
    enum akin_status st;

    assert(decoder->magic == MAGIC);
    if (z >= info->dim_z || c >= info->dim_c || t >= info->dim_t)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "plane z %" PRIu32 ", c %" PRIu32 ", t %" PRIu32
                         " is outside of %" PRIu32 " x %" PRIu32 " x %" PRIu32,
                         z, c, t, info->dim_z, info->dim_c, info->dim_t);
    st = decoder->format->plane(decoder, z, c, t, out, err);
    if (st == AKIN_EFORMAT && decoder->source.error != 0)
        return AKIN_FAIL(err, AKIN_EIO, "read: %s",
                         strerror(decoder->source.error));
    if (st == AKIN_OK && out->channels == 3 && is_grey(out))
        keep_first_channel(out);
    return st;
}

bool
akin_decode_has_image_name(const char *path)
{
    static const char *const endings[] = {
        ".jpg", ".jpeg", ".jpe", ".jfif", ".tif", ".tiff", ".btf", ".tf8",
        ".tf2", ".lsm",  ".stk", ".png",  ".bmp", ".dib",  ".svs"};
    const char *name = akin_path_base(path);
    size_t len = strlen(name);

    if (name[0] == '.') /* "._x.tif" is what a file system left behind */
        return false;
    for (size_t i = 0; i < AKIN_COUNT(endings); i++) {
        size_t n = strlen(endings[i]);

        if (len > n && strcasecmp(name + len - n, endings[i]) == 0)
            return true;
    }
    return false;
}
