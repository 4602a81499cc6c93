"""Sends each line of its input and prints the answer.

Usage: communication_loop_client.py HOST PORT
"""

import socket
import sys

address = (sys.argv[1], int(sys.argv[2]))
with socket.create_connection(address, timeout=20) as connection:
    for line in sys.stdin:
        message = line.strip()
        if message:
            connection.sendall(message.encode())
            print(connection.recv(1024).decode(errors="replace"))
