/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of settings: whatever they hold, accepted values lie within bounds. */
#include <stdint.h>
#include <stdlib.h>

#include "akin/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct akin_config config;
    struct akin_error err = {0};
    struct akin_buf text = {0};

    akin_config_init(&config);
    akin_buf_put(&text, data, size);
    if (akin_config_parse(&config, "corpus", akin_buf_span(&text), &err) !=
            AKIN_OK &&
        err.text[0] == '\0')
        abort(); /* refused, and no word why */
#define AKIN_SETTING(field, name, type, def, min, max, unit, help)             \
    if ((double)config.field < (double)(min) ||                                \
        (double)config.field > (double)(max))                                  \
        abort();
#include "akin/config.def"
#undef AKIN_SETTING
    akin_buf_free(&text);
    return 0;
}
