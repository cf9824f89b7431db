/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decode_ome.c - OME-XML of a TIFF, by libxml2's pull parser; the only file
 * that sees libxml2.
 *
 * Source: OME-TIFF specification ("The TiffData element") and the OME schema
 * 2016-06. Documents with a document type are refused, so that no entity is
 * ever expanded; nothing is fetched.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/xmlreader.h>

#include "decode_tiff_internal.h"

#define MAX_BYTES (32u << 20)
#define MAX_DEPTH 32

struct ome_walk {
    xmlTextReaderPtr reader;
    struct akin__ome *ome;
    uint64_t max_blocks;
    size_t cap;
    bool in_tiff_data; /* the last block may still turn out to be elsewhere */
    bool in_uuid;
    bool has_pixels;
    char own_uuid[64]; /* "" when the file does not say */
};

static void
init_once(void)
{
    xmlInitParser();
}

/* Silence: what is wrong, we say ourselves. */
static void
on_error(void *ctx, xmlErrorPtr error)
{
    (void)ctx;
    (void)error;
}

/* An attribute as text in out ("" when it is missing or too long). */
static bool
get_text(struct ome_walk *w, const char *name, char *out, size_t cap)
{
    xmlChar *value =
        xmlTextReaderGetAttribute(w->reader, (const xmlChar *)name);
    size_t len = value != NULL ? strlen((const char *)value) : 0;

    out[0] = '\0';
    if (value != NULL && len < cap)
        memcpy(out, value, len + 1);
    xmlFree(value);
    return out[0] != '\0';
}

static bool
get_count(struct ome_walk *w, const char *name, uint32_t *out)
{
    char text[24];
    char *end;
    unsigned long v;

    if (!get_text(w, name, text, sizeof(text)) || text[0] < '0' ||
        text[0] > '9')
        return false;
    v = strtoul(text, &end, 10);
    if (*end != '\0' || v > INT32_MAX)
        return false;
    *out = (uint32_t)v;
    return true;
}

static double
get_um(struct ome_walk *w, const char *size_name, const char *unit_name)
{
    char text[40];
    char unit[24];

    if (!get_text(w, size_name, text, sizeof(text)))
        return 0;
    if (!get_text(w, unit_name, unit, sizeof(unit)))
        (void)strcpy(unit, "um"); // NOLINT: the schema's default; it fits
    return akin__plausible_um(strtod(text, NULL) * akin__unit_um(unit));
}

static enum akin_status
take_pixels(struct ome_walk *w, struct akin_error *err)
{
    struct akin__ome *ome = w->ome;
    char order[8];

    if (!get_count(w, "SizeX", &ome->dim_x) ||
        !get_count(w, "SizeY", &ome->dim_y) ||
        !get_count(w, "SizeZ", &ome->dim_z) ||
        !get_count(w, "SizeC", &ome->dim_c) ||
        !get_count(w, "SizeT", &ome->dim_t))
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "OME-XML: Pixels lacks SizeX, Y, Z, C or T");
    if (!get_text(w, "DimensionOrder", order, sizeof(order)) ||
        strlen(order) != 5 || strncmp(order, "XY", 2) != 0 ||
        strspn(order + 2, "ZCT") != 3 || order[2] == order[3] ||
        order[2] == order[4] || order[3] == order[4])
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "OME-XML: DimensionOrder is missing or wrong");
    memcpy(ome->order, order + 2, 4);
    ome->um_x = get_um(w, "PhysicalSizeX", "PhysicalSizeXUnit");
    ome->um_y = get_um(w, "PhysicalSizeY", "PhysicalSizeYUnit");
    ome->um_z = get_um(w, "PhysicalSizeZ", "PhysicalSizeZUnit");
    w->has_pixels = true;
    return AKIN_OK;
}

/* Without attributes, a TiffData stands for all planes from page 0; with IFD
 * alone it stands for one. */
static enum akin_status
take_tiff_data(struct ome_walk *w, struct akin_error *err)
{
    struct akin__ome_block b = {0};
    struct akin__ome *ome = w->ome;
    bool has_ifd = get_count(w, "IFD", &b.ifd);

    (void)get_count(w, "FirstZ", &b.z); /* 0 when missing */
    (void)get_count(w, "FirstC", &b.c);
    (void)get_count(w, "FirstT", &b.t);
    if (!get_count(w, "PlaneCount", &b.count))
        b.count = has_ifd ? 1 : UINT32_MAX;
    if (ome->n_blocks >= w->max_blocks)
        return AKIN_FAIL(err, AKIN_ELIMIT,
                         "OME-XML: more TiffData than image.max_planes");
    if (ome->n_blocks == w->cap) {
        size_t more = w->cap == 0 ? 16 : w->cap * 2;
        void *grown = realloc(ome->block, more * sizeof(*ome->block));

        if (grown == NULL)
            return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for OME-XML");
        ome->block = grown;
        w->cap = more;
    }
    ome->block[ome->n_blocks++] = b;
    ome->has_blocks = true;
    w->in_tiff_data = xmlTextReaderIsEmptyElement(w->reader) == 0;
    return AKIN_OK;
}

static enum akin_status
take_element(struct ome_walk *w, const char *name, struct akin_error *err)
{
    if (strcmp(name, "OME") == 0)
        (void)get_text(w, "UUID", w->own_uuid, sizeof(w->own_uuid));
    else if (strcmp(name, "Image") == 0)
        w->ome->n_images++;
    if (w->ome->n_images != 1)
        return AKIN_OK; /* of several images, the first */
    if (strcmp(name, "Pixels") == 0 && !w->has_pixels)
        return take_pixels(w, err);
    if (strcmp(name, "Channel") == 0)
        w->ome->n_channels++;
    else if (strcmp(name, "TiffData") == 0)
        return take_tiff_data(w, err);
    else if (strcmp(name, "UUID") == 0)
        w->in_uuid =
            w->in_tiff_data && xmlTextReaderIsEmptyElement(w->reader) == 0;
    return AKIN_OK;
}

/* The UUID of a TiffData names the file that holds the planes. */
static void
take_uuid(struct ome_walk *w)
{
    const char *text = (const char *)xmlTextReaderConstValue(w->reader);

    if (text == NULL || w->own_uuid[0] == '\0' || !w->in_tiff_data)
        return;
    text += strspn(text, " \t\r\n");
    if (strncmp(text, w->own_uuid, strlen(w->own_uuid)) != 0) {
        w->ome->n_blocks--;
        w->in_tiff_data = false;
    }
}

static enum akin_status
take_node(struct ome_walk *w, struct akin_error *err)
{
    const char *name = (const char *)xmlTextReaderConstLocalName(w->reader);

    switch (xmlTextReaderNodeType(w->reader)) {
    case XML_READER_TYPE_DOCUMENT_TYPE:
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "OME-XML: a document type is not allowed");
    case XML_READER_TYPE_ELEMENT:
        if (xmlTextReaderDepth(w->reader) > MAX_DEPTH)
            return AKIN_FAIL(err, AKIN_EFORMAT, "OME-XML: nested too deeply");
        return take_element(w, name != NULL ? name : "", err);
    case XML_READER_TYPE_TEXT:
        if (w->in_uuid)
            take_uuid(w);
        return AKIN_OK;
    case XML_READER_TYPE_END_ELEMENT:
        if (name != NULL && strcmp(name, "UUID") == 0)
            w->in_uuid = false;
        else if (name != NULL && strcmp(name, "TiffData") == 0)
            w->in_tiff_data = false;
        return AKIN_OK;
    default:
        return AKIN_OK;
    }
}

static enum akin_status
walk(struct ome_walk *w, struct akin_error *err)
{
    enum akin_status st = AKIN_OK;
    int rc = 1;

    while (st == AKIN_OK && (rc = xmlTextReaderRead(w->reader)) == 1)
        st = take_node(w, err);
    if (st == AKIN_OK && rc != 0)
        st = AKIN_FAIL(err, AKIN_EFORMAT, "OME-XML: not well-formed");
    if (st == AKIN_OK && !w->has_pixels)
        st = AKIN_FAIL(err, AKIN_EFORMAT, "OME-XML: there is no Pixels");
    return st;
}

/* No TiffData at all: the pages are the planes in order. */
static enum akin_status
add_default_block(struct akin__ome *ome, struct akin_error *err)
{
    if (ome->has_blocks)
        return AKIN_OK;
    ome->block = calloc(1, sizeof(*ome->block));
    if (ome->block == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for OME-XML");
    ome->block[0].count = UINT32_MAX;
    ome->n_blocks = 1;
    return AKIN_OK;
}

enum akin_status
akin__ome_parse(const char *text, size_t len, uint64_t max_planes,
                struct akin__ome *out, struct akin_error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct akin__ome ome = {0};
    struct ome_walk w = {.ome = &ome, .max_blocks = max_planes};
    enum akin_status st;

    if (len > MAX_BYTES)
        return AKIN_FAIL(err, AKIN_ELIMIT, "OME-XML of %zu bytes is too long",
                         len);
    (void)pthread_once(&once, init_once);
    w.reader = xmlReaderForMemory(text, (int)len, NULL, NULL,
                                  XML_PARSE_NONET | XML_PARSE_NOERROR |
                                      XML_PARSE_NOWARNING);
    if (w.reader == NULL)
        return AKIN_FAIL(err, AKIN_ENOMEM, "no memory for OME-XML");
    xmlTextReaderSetStructuredErrorHandler(w.reader, on_error, NULL);
    st = walk(&w, err);
    xmlFreeTextReader(w.reader);
    if (st == AKIN_OK)
        st = add_default_block(&ome, err);
    if (st == AKIN_OK)
        *out = ome;
    else
        akin__ome_free(&ome);
    return st;
}

void
akin__ome_free(struct akin__ome *ome)
{
    free(ome->block);
    *ome = (struct akin__ome){0};
}
