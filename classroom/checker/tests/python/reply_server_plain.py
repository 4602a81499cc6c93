"""Lessons 2 and 3, in the plainest style: the operator types each answer; an empty one hangs up."""

import socket
import sys

listener = socket.create_server((sys.argv[1], int(sys.argv[2])))
while True:
    connection, client = listener.accept()
    print("here is", client)
    while message := connection.recv(1024):
        answer = input(f"{message} -> ").encode()
        if not answer:
            connection.shutdown(socket.SHUT_WR)
            connection.settimeout(0.5)
            break
        connection.sendall(answer)
    try:
        while connection.recv(1024):
            pass
    except OSError:
        pass
    connection.close()
