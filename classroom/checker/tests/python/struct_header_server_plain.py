"""Lesson 5, in the plainest style: one client after another. Prints nothing."""

import socket
import struct
import sys

from commands import guarded, run

listener = socket.create_server((guarded(sys.argv[1]), int(sys.argv[2])))
while True:
    connection, _ = listener.accept()
    with connection:
        try:
            connection.settimeout(float(sys.argv[3]))
            while command := connection.recv(1024):
                printed = b"".join(run(command, float(sys.argv[4])))
                connection.sendall(struct.pack("i", len(printed)) + printed)
        except OSError:
            pass
