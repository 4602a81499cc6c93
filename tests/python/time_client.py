"""Asks for the time in each format typed: `time_client.py [IP:PORT]`."""

import socket
import sys

address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:9000"
host, port = address.rsplit(":", 1)

with socket.socket(type=socket.SOCK_DGRAM) as client:
    client.settimeout(20)
    for line in sys.stdin:
        # An empty line is sent too: it asks for the usual format.
        client.sendto(line.strip().encode(), (host, int(port)))
        answer, _ = client.recvfrom(65535)
        print(answer.decode())
