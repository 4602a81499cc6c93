"""Lesson 5 with reads that can be interrupted; an error ends the client."""

import socket
import struct
import sys

from interruptible import read, set_timeout


def receive(connection, count):
    whole = b""
    while len(whole) < count:
        piece = read(connection, min(count - len(whole), 65536))
        if not piece:
            sys.exit(f"only {len(whole)} of {count} bytes")
        whole += piece
    return whole


try:
    with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as connection:
        set_timeout(connection, 60)
        for line in sys.stdin:
            if not (line := line.strip()):
                continue
            connection.sendall(line.encode())
            (length,) = struct.unpack("<i", receive(connection, 4))
            if not 0 <= length <= 1 << 30:
                sys.exit(f"{length} is no length")
            print(receive(connection, length).decode(errors="replace"))
except OSError as error:
    sys.exit(f"no more: {error}")
