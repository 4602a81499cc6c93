"""Answers one client, message after message.

Usage: communication_loop_server.py HOST PORT
"""

import socket
import sys

with socket.create_server((sys.argv[1], int(sys.argv[2]))) as listener:
    print("listening on %s:%d" % listener.getsockname())
    connection, _ = listener.accept()
    with connection:
        while message := connection.recv(1024):
            connection.sendall(message.upper())
