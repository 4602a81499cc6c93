"""Sends commands and takes one read for each answer.

Usage: sticky_packets_client.py HOST PORT
"""

import socket
import sys

address = (sys.argv[1], int(sys.argv[2]))
with socket.create_connection(address, timeout=20) as connection:
    for line in sys.stdin:
        command = line.strip()
        if command:
            connection.sendall(command.encode())
            # At most 1024 bytes: a longer answer surfaces with the next
            # command.
            print(connection.recv(1024).decode(errors="replace").rstrip("\n"))
