"""Lesson 7, in the plainest style: uploads the file that is named in the environment."""

import json
import os
import socket
import struct
import sys

path = os.environ["UPLOAD"]
size = os.path.getsize(path)


def read_exactly(connection, length):
    data = b""
    while len(data) < length:
        piece = connection.recv(length - len(data))
        if not piece:
            sys.exit("the server has closed within its answer")
        data += piece
    return data


with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as connection:
    header = {"action": "put", "filename": os.path.basename(path), "filesize": size}
    text = json.dumps(header, ensure_ascii=False).encode()
    connection.sendall(struct.pack("<i", len(text)))
    connection.sendall(text)
    with open(path, "rb") as file:
        connection.sendfile(file)
    (length,) = struct.unpack("<i", read_exactly(connection, 4))
    if not 0 <= length <= 65536:
        sys.exit("no answer is so long")
    try:
        status = json.loads(read_exactly(connection, length))["status"]
    except (ValueError, KeyError) as error:
        sys.exit(f"the answer makes no sense: {error!r}")
    if status != "ok":
        sys.exit("the server has refused the file")
