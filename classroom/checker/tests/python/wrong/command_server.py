"""The servers of lessons 4 to 6, with the mistake that is asked for."""

import json
import pathlib
import socket
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from commands import guarded, run

HOST, PORT, LESSON, MISTAKE = guarded(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
TIMEOUT, LIMIT = float(sys.argv[5]), float(sys.argv[6])


def reply(command):
    stdout, stderr = run(command, LIMIT) if command else (b"", b"")
    # As in the notes: what a command has to complain of is all that matters.
    body = stderr if stderr and MISTAKE == "works" else stdout + stderr
    if MISTAKE == "strips":
        body = body.strip()
    if MISTAKE == "strlen":
        body = body.split(b"\0")[0]
    if not body and MISTAKE == "works-no-output":
        return b""
    if LESSON == "4":
        return body or b"nothing"
    if LESSON == "5":
        return struct.pack("<i", len(body)) + body
    header = json.dumps({"total_size": len(body)}).encode()
    return struct.pack("<i", len(header)) + header + body


listener = socket.create_server((HOST, PORT))
serving = True
while serving:
    connection, _ = listener.accept()
    with connection:
        connection.settimeout(TIMEOUT)
        try:
            while (command := connection.recv(1024)) or MISTAKE == "peer-closed":
                connection.sendall(reply(command))
        except OSError as error:
            print("a client is gone:", error)
    serving = MISTAKE != "works-next-client"
