"""Wrong, in the way that the first word says: the rest is as it should be."""

import json
import os
import signal
import socket
import struct
import sys

fault = sys.argv[1]
if fault == "interrupted":
    signal.signal(signal.SIGWINCH, lambda *_: sys.exit("interrupted system call"))
path = sys.argv[4]
with open(path, "rb") as file:
    body = file.read()
if fault == "text-mode":
    body = body.replace(b"\r\n", b"\n")

header = {"action": "put", "filename": os.path.basename(path), "filesize": len(body)}
text = json.dumps(header, ensure_ascii=False)
length = len(text) if fault == "counts-characters" else len(text.encode())
with socket.create_connection((sys.argv[2], int(sys.argv[3]))) as connection:
    connection.sendall(struct.pack("<i", length) + text.encode() + body)
    answer = connection.makefile("rb")
    size = answer.read(4)
    if len(size) < 4 or not 0 <= struct.unpack("<i", size)[0] <= 65536:
        sys.exit("that is no answer")
    if fault == "any-answer":
        answer.read()
        print("sent")
        sys.exit(0)
    try:
        status = json.loads(answer.read(struct.unpack("<i", size)[0]))["status"]
    except (ValueError, KeyError):
        sys.exit("the answer makes no sense")
    if status != "ok" and fault != "ignores-refusal":
        sys.exit("refused")
    print("sent")
