/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stored values: the input is what is inside a frame, so that the check sum,
 * which no fuzzer would guess, is right and the fields are looked at.
 */
#include <stdlib.h>

#include "store_values.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct akin_dataset dataset = {0};
    struct akin_image_record image = {0};
    struct akin_source_state state;
    static struct akin_tile tiles[4];
    static float features[4 * AKIN_N_FEATURES];
    struct akin_buf frame = {0};
    struct akin_span value;
    uint32_t *tile = NULL;
    float *copies = NULL;
    size_t n;

    if (size == 0)
        return 0;
    akin__frame_begin(&frame, (enum akin__frame_kind)data[0],
                      data[0] == AKIN__FRAME_SOURCE ? 0 : 1);
    akin_buf_put(&frame, data + 1, size - 1);
    akin__frame_end(&frame);
    value = akin_buf_span(&frame);
    (void)!akin__dataset_decode(value, 1, &dataset, NULL);
    (void)!akin__image_decode(value, 1, &image, NULL);
    (void)!akin__source_decode(value, &state, NULL);
    (void)!akin__tiles_decode(value, 1, tiles, 4, NULL);
    (void)!akin__features_decode(value, 1, features, 4, AKIN_N_FEATURES, NULL);
    (void)!akin__disturbed_decode(value, 1, 4, AKIN_N_FEATURES, &tile, &copies,
                                  &n, NULL);
    akin_dataset_free(&dataset);
    akin_image_record_free(&image);
    free(tile);
    free(copies);
    akin_buf_free(&frame);
    return 0;
}
