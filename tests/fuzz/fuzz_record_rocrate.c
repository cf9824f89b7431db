/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a crate: what is read passes the check of records. */
#include "fuzz_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_record("ro-crate-metadata.json", data, size);
}
