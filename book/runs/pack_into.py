"""Packs two formats into one buffer, and another one over them: `pack_into.py`."""

import struct
from binascii import hexlify

first = struct.Struct("I3sf")
second = struct.Struct("4sI")
buffer = bytearray(first.size + second.size)
print(hexlify(buffer, " ", 4).decode())

first.pack_into(buffer, 0, 7, b"abc", 2.5)
second.pack_into(buffer, first.size, b"data", 9)
print(hexlify(buffer, " ", 4).decode())
print(first.unpack_from(buffer, 0), second.unpack_from(buffer, first.size))

struct.pack_into("ii", buffer, 0, 1, -1)
print(hexlify(buffer, " ", 4).decode())
print(first.unpack_from(buffer, 0))
