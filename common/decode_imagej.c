/* SPDX-License-Identifier: Apache-2.0 */
/* Source: ImageJ's own writer, ij/io/FileSaver.java: lines of key=value. */
#include "decode_tiff_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LINES 4096
#define VALUE_MAX 64

double
akin__unit_um(const char *unit)
{
    static const struct {
        const char *name;
        double um;
    } units[] = {
        {"\xc2\xb5m", 1},      {"\xce\xbcm", 1},    {"\xb5m", 1},
        {"\\u00B5m", 1},       {"um", 1},           {"micron", 1},
        {"microns", 1},        {"micrometer", 1},   {"micrometre", 1},
        {"micrometers", 1},    {"nm", 1e-3},        {"nanometer", 1e-3},
        {"mm", 1e3},           {"millimeter", 1e3}, {"cm", 1e4},
        {"centimeter", 1e4},   {"m", 1e6},          {"meter", 1e6},
        {"in", 25400},         {"inch", 25400},     {"inches", 25400},
        {"pm", 1e-6},          {"\xc3\x85", 1e-4},  {"A", 1e-4},
        {"\xe2\x84\xab", 1e-4}};

    for (size_t i = 0; i < AKIN_COUNT(units); i++)
        if (strcmp(unit, units[i].name) == 0)
            return units[i].um;
    return 0;
}

double
akin__plausible_um(double value)
{
    return value >= 1e-5 && value <= 1e5 ? value : 0; /* NaN gives 0 */
}

static uint32_t
parse_count(const char *value)
{
    char *end;
    unsigned long v = strtoul(value, &end, 10);

    return value[0] < '0' || value[0] > '9' || *end != '\0' || v > UINT32_MAX
               ? 0
               : (uint32_t)v;
}

static void
take_line(const char *key, const char *value, struct akin__imagej *out)
{
    if (strcmp(key, "images") == 0)
        out->images = parse_count(value);
    else if (strcmp(key, "channels") == 0)
        out->channels = parse_count(value);
    else if (strcmp(key, "slices") == 0)
        out->slices = parse_count(value);
    else if (strcmp(key, "frames") == 0)
        out->frames = parse_count(value);
    else if (strcmp(key, "spacing") == 0)
        out->spacing = fabs(strtod(value, NULL));
    else if (strcmp(key, "yunit") == 0)
        out->unit_um_y = akin__unit_um(value);
    else if (strcmp(key, "zunit") == 0)
        out->unit_um_z = akin__unit_um(value);
    else if (strcmp(key, "unit") == 0) {
        out->has_unit = true;
        out->unit_um = akin__unit_um(value);
    }
}

/* Copies up to `stop` or the end of the line; gives what follows. */
static const char *
copy_part(const char *text, char stop, char *out)
{
    size_t n = 0;

    while (*text != '\0' && *text != '\n' && *text != '\r' && *text != stop) {
        if (n + 1 < VALUE_MAX)
            out[n++] = *text;
        text++;
    }
    while (n > 0 && out[n - 1] == ' ')
        n--;
    out[n] = '\0';
    return text;
}

bool
akin__imagej_parse(const char *text, struct akin__imagej *out)
{
    char key[VALUE_MAX];
    char value[VALUE_MAX];

    if (strncmp(text, "ImageJ=", 7) != 0)
        return false;
    *out = (struct akin__imagej){0};
    for (int i = 0; i < MAX_LINES && *text != '\0'; i++) {
        text = copy_part(text, '=', key);
        if (*text == '=') {
            text = copy_part(text + 1, '\n', value);
            take_line(key, value, out);
        }
        while (*text == '\n' || *text == '\r')
            text++;
    }
    if (out->unit_um_y == 0)
        out->unit_um_y = out->unit_um;
    if (out->unit_um_z == 0)
        out->unit_um_z = out->unit_um;
    return true;
}
