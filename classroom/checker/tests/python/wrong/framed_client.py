"""The clients of lessons 5 and 6, with the mistake that is asked for."""

import hashlib
import json
import socket
import struct
import sys

HOST, PORT, LESSON, MISTAKE = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]

connection = socket.create_connection((HOST, PORT))


def receive(count):
    if not 0 <= count <= 1 << 30:
        sys.exit(f"{count} bytes cannot be meant")
    whole = b""
    while len(whole) < count:
        piece = connection.recv(count - len(whole))
        if not piece:
            sys.exit("the server has left")
        whole += piece
    return whole


def answer():
    (length,) = struct.unpack("<i", receive(4))
    if LESSON == "5":
        return receive(length)
    header = json.loads(receive(length))
    size = header["total_size"] if "total_size" in header else header["data_size"]
    if type(size) is not int:
        sys.exit(f"{size!r} is no size")
    body = receive(size)
    digest = hashlib.md5(body).hexdigest()
    if header.get("md5", digest).lower() != digest:
        sys.exit("the md5 is another")
    return body


while (line := sys.stdin.readline()) or MISTAKE == "works":
    # At the end of the input the line is empty as well, and for ever.
    if not line.strip():
        continue
    connection.sendall(line.strip().encode())
    body = answer()
    if not body and MISTAKE == "works-no-output":
        sys.exit("no answer: the server has left")
    print(body.decode(errors="replace"))
