"""Lesson 7 in one go: downloads a file under the name that it was asked for, whatever the server
calls it, and never in the place of another file."""

import hashlib
import json
import os
import socket
import struct
import sys
import tempfile

MAX_HEADER = 64 * 1024
MAX_FILE = 1 << 30


def read(stream, size):
    data = stream.read(size)
    if len(data) < size:
        sys.exit(f"the server broke off: {len(data)} of {size} bytes came")
    return data


def read_header(stream):
    (length,) = struct.unpack("<i", read(stream, 4))
    if not 0 <= length <= MAX_HEADER:
        sys.exit(f"no header has {length} bytes")
    try:
        header = json.loads(read(stream, length))
    except ValueError as error:
        sys.exit(f"the answer makes no sense: {error}")
    if not isinstance(header, dict):
        sys.exit("the answer makes no sense: no object")
    if header.get("status") != "ok":
        sys.exit(f"refused: {header.get('message')}")
    return header


def keep(name, body):
    with tempfile.NamedTemporaryFile(dir=".") as file:
        file.write(body)
        file.flush()
        # This fails if there is a file of this name.
        os.link(file.name, name)


def main(host, port, name):
    if os.path.lexists(name):
        sys.exit(f"there is a file {name} already")
    text = json.dumps({"action": "get", "filename": name}).encode()
    with socket.create_connection((host, port)) as connection:
        connection.sendall(struct.pack("<i", len(text)) + text)
        stream = connection.makefile("rb")
        header = read_header(stream)
        size = header.get("filesize")
        if type(size) is not int or not 0 <= size <= MAX_FILE:
            sys.exit(f"no file has {size} bytes")
        body = read(stream, size)
    if header.get("md5", "").lower() != hashlib.md5(body).hexdigest():
        sys.exit("this is not the file that was meant")
    keep(name, body)


try:
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
except OSError as error:
    sys.exit(f"it did not work: {error}")
