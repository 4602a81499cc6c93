"""Sends words in quick writes.

Usage: sticky_packets_burst_client.py HOST PORT WORD...
"""

import socket
import sys

address = (sys.argv[1], int(sys.argv[2]))
with socket.create_connection(address, timeout=20) as connection:
    for word in sys.argv[3:]:
        connection.sendall(word.encode())
