"""Runs commands and answers with their bare output.

Usage: sticky_packets_server.py HOST PORT
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
                # No input, and both pipes read at once: a command can neither
                # wait nor block.
                done = subprocess.run(
                    command,
                    shell=True,
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                )
                connection.sendall(done.stdout + done.stderr or b"(no output)")
