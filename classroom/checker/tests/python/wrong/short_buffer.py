"""Wrong: reads no more than 100 bytes of a message."""

import socket
import sys

with socket.create_server((sys.argv[1], int(sys.argv[2]))) as listener:
    connection, _ = listener.accept()
    with connection:
        connection.sendall(connection.recv(100).upper())
