"""Lessons 2 and 3 with threads: one waits for lines, the other for answers."""

import os
import socket
import sys
import threading

connection = socket.create_connection((sys.argv[1], int(sys.argv[2])))


def listen():
    try:
        while answer := connection.recv(1024):
            print("server:", answer.decode(errors="replace"))
        print("the server has left")
        os._exit(0)
    except OSError as error:
        print("the connection is lost:", error, file=sys.stderr)
        os._exit(1)


listener = threading.Thread(target=listen)
listener.start()
for line in sys.stdin:
    if line := line.strip():
        connection.sendall(line.encode())
# The rest of the answers, until the server has no more.
connection.shutdown(socket.SHUT_WR)
listener.join()
