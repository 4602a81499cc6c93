"""Lesson 3 with reads that can be interrupted; an error ends the one connection."""

import socket
import sys

from interruptible import read, set_timeout

with socket.create_server((sys.argv[1], int(sys.argv[2]))) as listener:
    while True:
        connection, address = listener.accept()
        with connection:
            set_timeout(connection, float(sys.argv[3]))
            try:
                while message := read(connection, 1024):
                    connection.sendall(message.upper())
            except OSError as error:
                print(address, "is gone:", error)
