"""Answers hi to each datagram: `udp_server.py [IP:PORT]`."""

import socket
import sys

address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:9000"
host, port = address.rsplit(":", 1)

with socket.socket(type=socket.SOCK_DGRAM) as server:
    server.bind((host, int(port)))
    print("listening on %s:%d" % server.getsockname())
    while True:
        message, sender = server.recvfrom(65535)
        print("received", message.decode(errors="replace"))
        server.sendto(b"hi", sender)
