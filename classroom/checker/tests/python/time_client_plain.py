"""Lesson 9, in the plainest style: a socket for each question, so that no late answer is in the way of
the next; no second try."""

import socket
import sys

for line in sys.stdin:
    with socket.socket(type=socket.SOCK_DGRAM) as client:
        client.settimeout(2)
        client.connect((sys.argv[1], int(sys.argv[2])))
        client.send(line.strip().encode())
        try:
            print(client.recv(65535).decode(errors="replace"))
        except OSError as error:
            print("no answer:", error)
