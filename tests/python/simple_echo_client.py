"""Sends the first line of its input and prints the answer: `simple_echo_client.py HOST PORT`."""

import socket
import sys

with socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=20) as connection:
    connection.sendall(input().encode())
    print(connection.recv(1024).decode(errors="replace"))
