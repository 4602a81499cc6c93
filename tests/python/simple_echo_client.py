"""Sends the first line of its input and prints the answer.

Usage: simple_echo_client.py HOST PORT
"""

import socket
import sys

address = (sys.argv[1], int(sys.argv[2]))
with socket.create_connection(address, timeout=20) as connection:
    connection.sendall(input().encode())
    print(connection.recv(1024).decode(errors="replace"))
