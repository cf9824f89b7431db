#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An external descriptor for akin: descriptor-example.py ENDPOINT

describe() is the place for a model. It counts grey levels so that this file runs
without one; with PyTorch it would be

    x = torch.frombuffer(bytearray(px), dtype=torch.uint8).view(n, edge, edge, channels)
    x = x.permute(0, 3, 1, 2).expand(-1, 3, -1, -1).float().div(255).to(device)
    with torch.inference_mode():
        return model(x).float().cpu().numpy().astype("<f4").tobytes()

The messages: query/INTERFACE.md, "External descriptor". Needs libnanomsg5.
"""
import collections, ctypes, struct, sys

NAME, DIM = b"example-py", 64  # other weights or preprocessing: another name


def describe(px, n, edge, channels):
    size, numbers = edge * edge * channels, []
    for tile in range(n):
        seen = collections.Counter(px[tile * size:(tile + 1) * size])
        numbers += [(sum(seen[4 * k + i] for i in range(4)) / size) ** 0.5 for k in range(DIM)]
    return struct.pack(f"<{n * DIM}f", *numbers)


nn = ctypes.CDLL("libnanomsg.so.5")
sock = nn.nn_socket(1, 49)  # AF_SP, NN_REP
any_size = ctypes.c_int(-1)
nn.nn_setsockopt(sock, 0, 16, ctypes.byref(any_size), 4)  # NN_RCVMAXSIZE
if nn.nn_bind(sock, sys.argv[1].encode()) < 0:
    sys.exit(f"cannot listen at {sys.argv[1]}")
while True:
    message = ctypes.c_void_p()
    length = nn.nn_recv(sock, ctypes.byref(message), ctypes.c_size_t(-1), 0)
    if length < 24:
        continue
    request = ctypes.string_at(message, length)
    nn.nn_freemsg(message)
    _, version, kind, number, n, edge, channels = struct.unpack("<4sHHIIII", request[:24])
    numbers = describe(request[24:], n, edge, channels) if kind == 2 else b""
    head = struct.pack("<4sHHIIII", b"AKDP", version, kind, number, n, DIM, len(NAME))
    reply = head + NAME + numbers
    nn.nn_send(sock, reply, ctypes.c_size_t(len(reply)), 0)
