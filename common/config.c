/* SPDX-License-Identifier: Apache-2.0 */
#include "akin/config.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "akin/file.h"
#include "akin/nearest.h"

enum kind { KIND_u64, KIND_real, KIND_bool, KIND_text };

/* A row of config.def, with the place of its field. def_text: of a text. */
struct row {
    const char *name, *unit, *help;
    enum kind kind;
    double min, max, def;
    size_t offset;
    const char *def_text;
};

/* NOLINTBEGIN(bugprone-macro-parentheses): parts of initialisers, not values */
static const struct row rows[] = {
#define AKIN_SETTING(field, name, type, def, min, max, unit, help)             \
    {                                                                          \
        name,        unit,                                                     \
        help,        KIND_##type,                                              \
        (double)min, (double)max,                                              \
        (double)def, offsetof(struct akin_config, field),                      \
        ""},
#define AKIN_SETTING_TEXT(field, name, def, help)                              \
    {name, "", help, KIND_text, 0, 0, 0, offsetof(struct akin_config, field),  \
     def},
#include "akin/config.def"
#undef AKIN_SETTING
};

void
akin_config_init(struct akin_config *config)
{
    *config = (struct akin_config){
#define AKIN_SETTING(field, name, type, def, min, max, unit, help) .field = def,
#define AKIN_SETTING_TEXT(field, name, def, help) .field = def,
#include "akin/config.def"
#undef AKIN_SETTING
    };
}
/* NOLINTEND(bugprone-macro-parentheses) */

/* A decimal number with an optional k, M or G; false when there is anything
 * else. strtod alone would also take hexadecimal, "inf" and leading blanks. */
static bool
parse_number(const char *text, double *out)
{
    const char *digits_end = text + strspn(text, "0123456789+-.eE");
    char *end = NULL;
    double value;

    errno = 0;
    value = strtod(text, &end);
    if (end == text || end != digits_end || errno != 0 || !isfinite(value))
        return false;
    if (*end == 'k' || *end == 'K')
        value *= 1024.0, end++;
    else if (*end == 'M')
        value *= 1024.0 * 1024.0, end++;
    else if (*end == 'G')
        value *= 1024.0 * 1024.0 * 1024.0, end++;
    *out = value;
    return *end == '\0';
}

static bool
parse_value(const struct row *row, const char *text, double *out)
{
    if (row->kind == KIND_bool) {
        if (strcmp(text, "true") == 0 || strcmp(text, "yes") == 0)
            text = "1";
        if (strcmp(text, "false") == 0 || strcmp(text, "no") == 0)
            text = "0";
    }
    if (!parse_number(text, out))
        return false;
    return row->kind == KIND_real || *out == floor(*out);
}

static void
store_value(struct akin_config *config, const struct row *row, double value)
{
    char *field = (char *)config + row->offset;
    akin_setting_u64 whole = (akin_setting_u64)value;
    akin_setting_bool truth = value != 0;

    if (row->kind == KIND_u64)
        memcpy(field, &whole, sizeof(whole));
    else if (row->kind == KIND_real)
        memcpy(field, &value, sizeof(value));
    else
        memcpy(field, &truth, sizeof(truth));
}

static enum akin_status
set_text(struct akin_config *config, const struct row *row, const char *value,
         struct akin_error *err)
{
    size_t len = strlen(value);

    if (len > AKIN_SETTING_TEXT_MAX)
        return AKIN_FAIL(err, AKIN_EINVAL,
                         "setting %s: %zu characters; at most %d", row->name,
                         len, AKIN_SETTING_TEXT_MAX);
    memcpy((char *)config + row->offset, value, len + 1);
    return AKIN_OK;
}

static enum akin_status
unknown_setting(const char *name, struct akin_error *err)
{
    struct akin_nearest near;

    akin_nearest_init(&near, name);
    for (size_t i = 0; i < AKIN_COUNT(rows); i++)
        akin_nearest_offer(&near, rows[i].name);
    return AKIN_FAIL(err, AKIN_EINVAL, "there is no setting \"%s\"%s%s%s", name,
                     near.best != NULL ? "; did you mean \"" : "",
                     near.best != NULL ? near.best : "",
                     near.best != NULL ? "\"?" : "");
}

enum akin_status
akin_config_set(struct akin_config *config, const char *name, const char *value,
                struct akin_error *err)
{
    for (size_t i = 0; i < AKIN_COUNT(rows); i++) {
        double number;

        if (strcmp(rows[i].name, name) != 0)
            continue;
        if (rows[i].kind == KIND_text)
            return set_text(config, &rows[i], value, err);
        if (!parse_value(&rows[i], value, &number) || number < rows[i].min ||
            number > rows[i].max)
            return AKIN_FAIL(err, AKIN_EINVAL,
                             "setting %s: \"%s\" is not a number from %.15g "
                             "to %.15g%s%s",
                             name, value, rows[i].min, rows[i].max,
                             rows[i].unit[0] != '\0' ? " " : "", rows[i].unit);
        store_value(config, &rows[i], number);
        return AKIN_OK;
    }
    return unknown_setting(name, err);
}

static char *
trimmed(char *text)
{
    char *end;

    while (isspace((unsigned char)*text))
        text++;
    end = text + strlen(text);
    while (end > text && isspace((unsigned char)end[-1]))
        end--;
    *end = '\0';
    return text;
}

enum akin_status
akin_config_assign(struct akin_config *config, const char *assignment,
                   struct akin_error *err)
{
    char *copy = akin_strdup(assignment);
    char *sign = strchr(copy, '=');
    enum akin_status st;

    if (sign == NULL) {
        st =
            AKIN_FAIL(err, AKIN_EINVAL, "\"%s\" is not name=value", assignment);
    } else {
        *sign = '\0';
        st = akin_config_set(config, trimmed(copy), trimmed(sign + 1), err);
    }
    free(copy);
    return st;
}

/* text is taken apart on the way. */
static enum akin_status
parse_lines(struct akin_config *config, const char *name, char *text,
            struct akin_error *err)
{
    char *rest = NULL;
    size_t number = 0;

    /* strtok_r would skip empty lines and lose count of them. */
    for (char *line = text; line != NULL; line = rest) {
        char *hash;

        number++;
        rest = strchr(line, '\n');
        if (rest != NULL)
            *rest++ = '\0';
        hash = strchr(line, '#');
        if (hash != NULL)
            *hash = '\0';
        line = trimmed(line);
        if (*line == '\0')
            continue;
        if (akin_config_assign(config, line, err) != AKIN_OK) {
            akin_error_prefix(err, "%s line %zu", name, number);
            return AKIN_EINVAL;
        }
    }
    return AKIN_OK;
}

enum akin_status
akin_config_parse(struct akin_config *config, const char *name,
                  struct akin_span text, struct akin_error *err)
{
    struct akin_config changed = *config;
    enum akin_status st;
    char *copy;

    /* Lines are C strings from here on: nothing may hide behind a 0. */
    if (text.len > 0 && memchr(text.data, 0, text.len) != NULL)
        return AKIN_FAIL(err, AKIN_EFORMAT,
                         "%s is not a text file: it holds a zero byte", name);
    copy = akin_strndup(text.len == 0 ? "" : (const char *)text.data, text.len);
    st = parse_lines(&changed, name, copy, err);
    if (st == AKIN_OK)
        *config = changed;
    free(copy);
    return st;
}

enum akin_status
akin_config_load(struct akin_config *config, const char *path,
                 struct akin_error *err)
{
    struct akin_buf text = {0};
    enum akin_status st = akin_file_read(path, 1 << 20, &text, err);

    if (st == AKIN_OK)
        st = akin_config_parse(config, path, akin_buf_span(&text), err);
    akin_buf_free(&text);
    return st;
}

void
akin_config_help(FILE *out)
{
    for (size_t i = 0; i < AKIN_COUNT(rows); i++)
        if (rows[i].kind == KIND_text)
            (void)fprintf(
                out, "  %-24s %s\n  %-24s default %s%s%s\n", rows[i].name,
                rows[i].help, "", rows[i].def_text[0] != '\0' ? "\"" : "none",
                rows[i].def_text, rows[i].def_text[0] != '\0' ? "\"" : "");
        else
            (void)fprintf(
                out, "  %-24s %s\n  %-24s default %.15g, %.15g to %.15g%s%s\n",
                rows[i].name, rows[i].help, "", rows[i].def, rows[i].min,
                rows[i].max, rows[i].unit[0] != '\0' ? " " : "", rows[i].unit);
}

size_t
akin_config_threads(uint64_t value)
{
    long n;

    if (value > 0)
        return (size_t)value;
    n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : (size_t)n;
}
