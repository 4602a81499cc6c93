"""Sends lines until q and prints the answers: `connection_loop_client.py HOST PORT`."""

import socket
import sys

with socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=20) as connection:
    for line in sys.stdin:
        message = line.strip()
        if message == "q":
            break
        if message:
            connection.sendall(message.encode())
            print(connection.recv(1024).decode(errors="replace"))
