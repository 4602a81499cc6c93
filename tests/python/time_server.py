"""Tells the time in the format asked for: `time_server.py [IP:PORT]`."""

import socket
import sys
import time

address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:9000"
host, port = address.rsplit(":", 1)

with socket.socket(type=socket.SOCK_DGRAM) as server:
    server.bind((host, int(port)))
    print("listening on %s:%d" % server.getsockname())
    while True:
        request, client = server.recvfrom(65535)
        print("received", request.decode(errors="replace"))
        try:
            wanted = request.decode(errors="replace")
            answer = time.strftime(wanted or "%Y-%m-%d %X")
        except ValueError as error:
            answer = "this format cannot be served: %s" % error
        server.sendto(answer.encode(), client)
