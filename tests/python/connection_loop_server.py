"""Answers clients one after another, for ever.

Usage: connection_loop_server.py HOST PORT
"""

import socket
import sys

# create_server sets SO_REUSEADDR where that is right.
address = (sys.argv[1], int(sys.argv[2]))
with socket.create_server(address, backlog=5) as listener:
    print("listening on %s:%d" % listener.getsockname())
    while True:
        connection, _ = listener.accept()
        with connection:
            try:
                while message := connection.recv(1024):
                    connection.sendall(message.upper())
            except ConnectionError as error:
                print("the client vanished:", error)
