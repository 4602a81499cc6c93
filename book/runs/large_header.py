"""Announces a file of a terabyte to the server of lesson 7: `large_header.py HOST PORT`."""

import json
import socket
import struct
import sys

header = {"action": "put", "filename": "/a/b/c/d/e/a.txt", "filesize": 1073741824000}
text = json.dumps(header).encode()
length = struct.pack("<i", len(text))
print("header:", text.decode())
print("its length:", len(text), "packed:", length.hex(" "), "which is", len(length), "bytes")

with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as server:
    server.sendall(length + text)
    server.shutdown(socket.SHUT_WR)
    with server.makefile("rb") as answer:
        (size,) = struct.unpack("<i", answer.read(4))
        print("answer:", answer.read(size).decode())
