"""Sends commands, receives each answer whole.

Usage: struct_header_client.py HOST PORT
"""

import socket
import struct
import sys


def receive(connection, size):
    """Receives exactly so many bytes.

    What came is counted, not what was asked for.
    """
    pieces = []
    while size:
        piece = connection.recv(min(size, 65536))
        if not piece:
            sys.exit(f"unexpected end: {size} bytes are missing")
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


address = (sys.argv[1], int(sys.argv[2]))
with socket.create_connection(address, timeout=20) as connection:
    for line in sys.stdin:
        command = line.strip()
        if command:
            connection.sendall(command.encode())
            (size,) = struct.unpack("<i", receive(connection, 4))
            answer = receive(connection, size)
            print(answer.decode(errors="replace").rstrip("\n"))
