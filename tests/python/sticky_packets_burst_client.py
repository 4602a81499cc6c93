"""Sends words in quick writes: `sticky_packets_burst_client.py HOST PORT WORD...`."""

import socket
import sys

with socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=20) as connection:
    for word in sys.argv[3:]:
        connection.sendall(word.encode())
