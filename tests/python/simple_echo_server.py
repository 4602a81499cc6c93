"""Answers one message in capital letters and ends.

Usage: simple_echo_server.py HOST PORT
"""

import socket
import sys

with socket.create_server((sys.argv[1], int(sys.argv[2]))) as listener:
    print("listening on %s:%d" % listener.getsockname())
    connection, _ = listener.accept()
    with connection:
        connection.sendall(connection.recv(1024).upper())
