/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "collect.h"
#include "collect_internal.h"

#define SHARD_BYTES ((uint64_t)1000000000)

void
akin__collect_pair_add(struct akin_collect_pairs *pairs, const char *name,
                       double value)
{
    struct akin_collect_pair *grown = akin_new(pairs->n + 1, sizeof(*grown));

    if (pairs->n > 0)
        memcpy(grown, pairs->pair, pairs->n * sizeof(*grown));
    free(pairs->pair);
    pairs->pair = grown;
    pairs->pair[pairs->n++] =
        (struct akin_collect_pair){akin_strdup(name), value};
}

void
akin__collect_text_add(struct akin_collect_texts *texts, const char *text)
{
    char **grown = akin_new(texts->n + 1, sizeof(*grown));

    if (texts->n > 0)
        memcpy(grown, texts->text, texts->n * sizeof(*grown));
    free(texts->text);
    texts->text = grown;
    texts->text[texts->n++] = akin_strdup(text);
}

void
akin__collect_pairs_free(struct akin_collect_pairs *pairs)
{
    for (size_t i = 0; i < pairs->n; i++)
        free(pairs->pair[i].name);
    free(pairs->pair);
    *pairs = (struct akin_collect_pairs){0};
}

static void
texts_free(struct akin_collect_texts *texts)
{
    for (size_t i = 0; i < texts->n; i++)
        free(texts->text[i]);
    free(texts->text);
    *texts = (struct akin_collect_texts){0};
}

void
akin_collect_options_init(struct akin_collect_options *options)
{
    *options = (struct akin_collect_options){
        .threshold = 0.5,
        .licence_policy = AKIN_COLLECT_LICENCES_OPEN,
        .use_pixels = true,
        .min_detail = AKIN_COLLECT_MIN_DETAIL,
        .hash_distance = AKIN_COLLECT_HASH_DISTANCE,
        .same_similarity = AKIN_COLLECT_SAME_SIMILARITY,
        .near_similarity = AKIN_COLLECT_NEAR_SIMILARITY,
        .seed = 1,
        .output = {.formats = AKIN_COLLECT_SHARDS | AKIN_COLLECT_FOLDER,
                   .bits = 8,
                   .shard_bytes = SHARD_BYTES},
    };
    akin__collect_pair_add(&options->split, "train", 1);
}

void
akin_collect_options_free(struct akin_collect_options *options)
{
    free(options->text);
    free(options->where);
    texts_free(&options->like);
    texts_free(&options->unlike);
    texts_free(&options->licences);
    texts_free(&options->exclude);
    texts_free(&options->exclude_near);
    akin__collect_pairs_free(&options->quotas);
    akin__collect_pairs_free(&options->caps);
    akin__collect_pairs_free(&options->split);
    *options = (struct akin_collect_options){0};
}
