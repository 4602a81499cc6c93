"""Runs commands, four bytes of length before each answer.

Usage: struct_header_server.py HOST PORT
"""

import socket
import struct
import subprocess
import sys

with socket.create_server((sys.argv[1], int(sys.argv[2]))) as listener:
    print("listening on %s:%d" % listener.getsockname())
    while True:
        connection, _ = listener.accept()
        with connection:
            while command := connection.recv(1024):
                done = subprocess.run(
                    command,
                    shell=True,
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                )
                answer = done.stdout + done.stderr
                # In one piece: a small second write would wait for an
                # acknowledgement.
                connection.sendall(struct.pack("<i", len(answer)) + answer)
