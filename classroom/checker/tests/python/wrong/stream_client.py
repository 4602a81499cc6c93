"""The clients of lessons 2 to 6, with the mistake that is asked for."""

import atexit
import json
import signal
import socket
import struct
import sys

HOST, PORT, LESSON, MISTAKE = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]


def interrupted(*_):
    raise InterruptedError("interrupted system call")


if MISTAKE == "interrupted-call":
    signal.signal(signal.SIGWINCH, interrupted)
connection = socket.create_connection((HOST, PORT))
reader = connection.makefile("rb")
writer = connection.makefile("wb")


def some(count):
    while True:
        try:
            return connection.recv(count)
        except BlockingIOError:
            # Only with busy-wait: else the socket blocks.
            continue


def exactly(count):
    while True:
        data = b""
        try:
            while len(data) < count:
                piece = some(count - len(data))
                if not piece:
                    sys.exit("the server has closed the connection within an answer")
                data += piece
            return data
        except TimeoutError:
            # What has come is forgotten.
            continue


def answer():
    if LESSON in "234":
        data = some(1024)
        if not data:
            sys.exit("the server has closed the connection")
        return data
    try:
        first = b""
        while not first:
            try:
                first = some(1)
                if not first:
                    sys.exit("the server has closed the connection")
            except TimeoutError:
                continue
        rest = exactly(3)
        (length,) = struct.unpack("<i", first + rest)
        if not 0 <= length <= 1 << 30:
            sys.exit(f"a length of {length} bytes")
        if LESSON == "6":
            if length > 65536:
                sys.exit(f"a header of {length} bytes")
            length = check(exactly(length))
        if MISTAKE == "body-once" and length < 4096:
            return connection.recv(length) if length else b""
        return exactly(length) if not digest else compared(exactly(length))
    except OSError as error:
        sys.exit(f"the connection is lost: {error}")


digest = None


def check(header):
    global digest
    try:
        header = json.loads(header)
        size = header.get("total_size", None if MISTAKE == "one-size" else header.get("data_size"))
        digest = header["md5"] if MISTAKE == "needs-md5" else header.get("md5", "")
        if MISTAKE == "any-size":
            size = int(size)
        if MISTAKE == "believes-gigabytes" and 1 << 30 < size < 1 << 40:
            return size
        if MISTAKE == "believes-terabytes" and size > 1 << 40:
            return len(b"x" * size)
        if type(size) is not int or not 0 <= size <= 1 << 30:
            raise ValueError(f"a size of {size}")
        return size
    except (ValueError, AttributeError, KeyError) as error:
        sys.exit(f"malformed header: {error}")


def compared(body):
    import hashlib

    known = digest if MISTAKE == "small-digits" else digest.lower()
    if len(digest) == 32 and hashlib.md5(body).hexdigest() != known:
        if MISTAKE == "warns":
            print("warning: the digest is another", file=sys.stderr)
            return body
        sys.exit("digest mismatch")
    return body


buffer = bytearray()
if MISTAKE == "busy-wait":
    connection.setblocking(False)
if MISTAKE == "timeout-mid-message":
    connection.settimeout(0.2)
for line in sys.stdin:
    line = line.strip()
    if not line:
        continue
    try:
        if MISTAKE == "unflushed-write":
            writer.write(line.encode())
            atexit.register(writer.close)
        else:
            connection.sendall(line.encode())
        if MISTAKE == "missing-delimiter":
            answered = reader.readline()
        else:
            answered = answer()
    except OSError as error:
        sys.exit(f"the connection is lost: {error}")
    if not answered and LESSON in "234":
        sys.exit("the server has closed the connection")
    if MISTAKE == "stale-bytes":
        buffer[: len(answered)] = answered
        answered = bytes(buffer)
    print(answered.decode(errors="replace"), flush=True)
