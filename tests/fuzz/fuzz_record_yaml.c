/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as YAML: what is read passes the check of records. */
#include "fuzz_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_record("dataset.yaml", data, size);
}
