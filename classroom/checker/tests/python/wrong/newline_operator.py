"""Wrong: the operator's answers are sent with their newlines."""

import socket
import sys

listener = socket.create_server((sys.argv[1], int(sys.argv[2])))
while True:
    connection, _ = listener.accept()
    with connection:
        while connection.recv(1024) and (line := sys.stdin.readline()).strip():
            connection.sendall(line.encode())
        connection.shutdown(socket.SHUT_WR)
