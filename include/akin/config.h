/* SPDX-License-Identifier: Apache-2.0 */
/*
 * akin/config.h - settings with names, units, bounds and defaults.
 *
 * The rows are in akin/config.def. A setting is given on the command line as
 * --set name=value or in a file of such lines ('#' starts a comment). Values
 * may carry a factor: 64k, 16M, 2G (powers of 1024); some are texts.
 *
 * Threads: plain data; copied freely, changed before threads start.
 */
#ifndef AKIN_CONFIG_H
#define AKIN_CONFIG_H

#include <stdio.h>

#include "akin/bytes.h"

typedef uint64_t akin_setting_u64;
typedef double akin_setting_real;
typedef bool akin_setting_bool;

#define AKIN_SETTING_TEXT_MAX 255

struct akin_config {
#define AKIN_SETTING_TEXT(field, name, def, help)                              \
    char field[AKIN_SETTING_TEXT_MAX + 1];
#define AKIN_SETTING(field, name, type, def, min, max, unit, help)             \
    akin_setting_##type field;
#include "akin/config.def"
#undef AKIN_SETTING
};

void akin_config_init(struct akin_config *config); /* the defaults */

/* Sets one value. EINVAL names the setting, the value and the allowed range;
 * an unknown name is answered with the nearest known one. */
enum akin_status akin_config_set(struct akin_config *config, const char *name,
                                 const char *value,
                                 struct akin_error *err) AKIN_MUST_USE;

/* The same for "name=value". */
enum akin_status akin_config_assign(struct akin_config *config,
                                    const char *assignment,
                                    struct akin_error *err) AKIN_MUST_USE;

/* Sets many, from lines; the first fault is answered with name (of the file)
 * and line, and leaves all settings as they were. EFORMAT: not a text. */
enum akin_status akin_config_parse(struct akin_config *config, const char *name,
                                   struct akin_span text,
                                   struct akin_error *err) AKIN_MUST_USE;

/* The same for a settings file of up to 1 MiB. */
enum akin_status akin_config_load(struct akin_config *config, const char *path,
                                  struct akin_error *err) AKIN_MUST_USE;

/* Prints every setting with its default, range, unit and help. */
void akin_config_help(FILE *out);

/* value, or the number of processors of this machine when it is 0. */
size_t akin_config_threads(uint64_t value);

#endif
