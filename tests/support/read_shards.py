#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads WebDataset shards with nothing but Python's standard library.

    read_shards.py SHARD.tar...     prints: samples, datasets, pictures by size

Every sample must be a KEY.json and a KEY.png next to each other, the JSON must
say what the PNG is, and credit and licence must be there.
"""
import collections, json, struct, sys, tarfile


def samples(path):
    with tarfile.open(path) as tar:
        parts, key = {}, None
        for member in tar:
            name, ending = member.name.split('.')
            if name != key and parts:
                yield key, parts
                parts = {}
            key = name
            parts[ending] = tar.extractfile(member).read()
        if parts:
            yield key, parts


seen, datasets, sizes = set(), set(), collections.Counter()
for path in sys.argv[1:]:
    for key, parts in samples(path):
        assert sorted(parts) == ['json', 'png'], (key, sorted(parts))
        about, png = json.loads(parts['json']), parts['png']
        assert png[:8] == b'\x89PNG\r\n\x1a\n' and key not in seen
        size = struct.unpack('>II', png[16:24])
        assert size == (about['width'], about['height']) and about['key'] == key
        assert 'license' in about and about['credit'] and about['split'] in path
        seen.add(key), datasets.add(about['dataset'])
        sizes[size] += 1
print(len(seen), 'samples', len(datasets), 'datasets', dict(sizes))
