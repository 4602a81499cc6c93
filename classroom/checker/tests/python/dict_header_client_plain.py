"""Lesson 6, in the plainest style, with a file made of the socket. Goes on after a wrong md5."""

import hashlib
import json
import socket
import struct
import sys

MOST = 1 << 30


def receive(count):
    if not 0 <= count <= MOST:
        sys.exit(f"the server says that {count} bytes follow")
    whole = incoming.read(count)
    if len(whole) < count:
        sys.exit("the server has left in the middle")
    return whole


connection = socket.create_connection((sys.argv[1], int(sys.argv[2])))
incoming = connection.makefile("rb")
while True:
    try:
        line = input("$ ")
    except EOFError:
        break
    if not line:
        continue
    connection.sendall(line.encode())
    (length,) = struct.unpack("i", receive(4))
    header = json.loads(receive(length))
    print(header)
    size = header["total_size"] if "total_size" in header else header["data_size"]
    if type(size) is not int:
        sys.exit(f"{size!r} is no size")
    body = receive(size)
    if hashlib.md5(body).hexdigest() != header.get("md5", "").lower() and "md5" in header:
        print("something was damaged on its way, and is not shown")
        continue
    print(body.decode(errors="replace"))
