"""Wrong: the answer is what was said, not in capital letters."""

import socket
import sys

listener = socket.create_server((sys.argv[1], int(sys.argv[2])))
while True:
    connection, _ = listener.accept()
    with connection:
        while message := connection.recv(1024):
            connection.sendall(message)
