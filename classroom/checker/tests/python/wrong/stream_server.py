"""The servers of lessons 2 to 6, with the mistake that is asked for."""

import json
import pathlib
import signal
import socket
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from commands import guarded, run

HOST, PORT, LESSON, MISTAKE = guarded(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
TIMEOUT, LIMIT = float(sys.argv[5]), float(sys.argv[6])


def reply(message):
    if LESSON in "23":
        return message.upper()
    stdout, stderr = run(message, LIMIT) if message else (b"", b"")
    body = stdout + stderr
    if LESSON == "4":
        return body or b"nothing"
    if LESSON == "5":
        return struct.pack("<i", len(body)) + body
    header = json.dumps({"total_size": len(body)}).encode()
    return struct.pack("<i", len(header)) + header + body


def interrupted(*_):
    raise InterruptedError("interrupted system call")


buffer = bytearray(1024)


def receive(connection):
    if MISTAKE == "wrong-socket":
        return listener.recv(1024)
    if MISTAKE == "missing-delimiter":
        return connection.makefile("rb", buffering=0).readline().rstrip(b"\n")
    if MISTAKE == "read-to-end":
        return b"".join(iter(lambda: connection.recv(1024), b""))
    if MISTAKE == "stale-bytes":
        # As a string in C, up to the first zero byte.
        return connection.recv_into(buffer) and bytes(buffer).split(b"\0")[0]
    while True:
        try:
            return connection.recv(1024)
        except BlockingIOError:
            if MISTAKE != "busy-wait":
                raise


if MISTAKE == "interrupted-call":
    signal.signal(signal.SIGWINCH, interrupted)
listener = socket.create_server((HOST, PORT))
kept = []
while True:
    connection, _ = listener.accept()
    if MISTAKE == "leaked-descriptor":
        kept.append(connection.dup())
    with connection:
        connection.settimeout(0 if MISTAKE == "busy-wait" else TIMEOUT)
        writer = connection.makefile("wb")
        try:
            while message := receive(connection):
                if MISTAKE == "busy-wait":
                    connection.settimeout(TIMEOUT)
                if MISTAKE == "unflushed-write":
                    writer.write(reply(message))
                else:
                    connection.sendall(reply(message))
                if MISTAKE == "busy-wait":
                    connection.settimeout(0)
        except (ConnectionError, TimeoutError) as error:
            print("a client is gone:", error)
        try:
            writer.close()
        except OSError as error:
            print("a client is gone:", error)
    if LESSON == "2":
        break
