# SPDX-License-Identifier: LGPL-2.1-or-later
"""A table and a host that the tests share: one endpoint behind a root port, and a unity map for it."""

import struct

import ivrs

ENDPOINT = "0000:01:00.0"


def ivhd(entries=bytes.fromhex("03000000" "04ff0100" "4800000000a00001")):
    return struct.pack("<BBHHHQHHI", 0x10, 0, 24 + len(entries), 0x10, 0x40, 0xFED80000, 0, 0, 0) + entries


def ivmd(devid=0x100, start=0x3C000000, length=0x2000, flags=7, block_type=0x21, aux=0):
    return struct.pack("<BBHHHQQQ", block_type, flags, 32, devid, aux, 0, start, length)


def table_bytes(*blocks):
    blocks = blocks or (ivhd(), ivmd())
    size = 48 + sum(map(len, blocks))
    head = struct.pack("<4sIBB6s8sI4sI", b"IVRS", size, 2, 0, b"TEST  ", b"LIBIVRS ", 3, b"TEST", 1) + bytes(12)
    data = bytearray(head + b"".join(blocks))
    data[9] = -sum(data) & 0xFF
    return bytes(data)


def table(*blocks):
    return ivrs.Table(table_bytes(*blocks))


def host():
    topology = ivrs.Topology()
    topology.add("00:02.0", class_code=0x080600)
    topology.add("00:04.0", class_code=0x020000, ids=(0x8086, 0x10D3), group=0, driver="e1000e")
    topology.add("00:05.0", class_code=0x060400, bridge=(1, 1), pcie=0x0142, group=1, driver="pcieport")
    topology.add(ENDPOINT, class_code=0x030000, pcie=2, group=2)
    return topology
