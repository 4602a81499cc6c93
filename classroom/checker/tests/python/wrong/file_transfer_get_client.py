"""Wrong, in the way that the first word says: the rest is as it should be."""

import hashlib
import json
import os
import signal
import socket
import struct
import sys

fault = sys.argv[1]
if fault == "interrupted":
    signal.signal(signal.SIGWINCH, lambda *_: sys.exit("interrupted system call"))
name = sys.argv[4]
with socket.create_connection((sys.argv[2], int(sys.argv[3]))) as connection:
    text = json.dumps({"action": "get", "filename": name}).encode()
    connection.sendall(struct.pack("<i", len(text)) + text)
    answer = connection.makefile("rb")
    size = answer.read(4)
    if len(size) < 4 or not 0 <= struct.unpack("<i", size)[0] <= 65536:
        sys.exit("that is no answer")
    try:
        header = json.loads(answer.read(struct.unpack("<i", size)[0]))
        if header["status"] != "ok":
            if fault == "ignores-refusal":
                print("done")
                sys.exit(0)
            sys.exit("refused")
        size = header["filesize"]
        if size < 0:
            sys.exit("no file is so short")
    except (ValueError, KeyError, TypeError):
        sys.exit("the answer makes no sense")
    body = answer.read(size)
md5 = header["md5"] if fault == "small-digits" else header["md5"].lower()
if len(body) < size or hashlib.md5(body).hexdigest() != md5:
    sys.exit("this is not the file")
if fault == "text-mode":
    body = body.replace(b"\r\n", b"\n")
with open(name, "wb") as file:
    file.write(body)
