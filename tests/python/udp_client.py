"""Sends one datagram and prints the answer.

Usage: udp_client.py [IP:PORT] [MESSAGE]
"""

import socket
import sys

address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:9000"
host, port = address.rsplit(":", 1)
message = sys.argv[2] if len(sys.argv) > 2 else "hello"

with socket.socket(type=socket.SOCK_DGRAM) as client:
    client.settimeout(20)
    client.sendto(message.encode(), (host, int(port)))
    answer, _ = client.recvfrom(65535)
    print(answer.decode())
