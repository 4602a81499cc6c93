"""Lesson 9, in the plainest style: one socket, connected to the server; no second try."""

import socket
import sys

with socket.socket(type=socket.SOCK_DGRAM) as client:
    client.settimeout(2)
    client.connect((sys.argv[1], int(sys.argv[2])))
    for line in sys.stdin:
        client.send(line.strip().encode())
        try:
            print(client.recv(65535).decode(errors="replace"))
        except OSError as error:
            print("no answer:", error)
