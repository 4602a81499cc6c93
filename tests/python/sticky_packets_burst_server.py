"""Reads once for each Enter: `sticky_packets_burst_server.py HOST PORT`."""

import socket
import sys

with socket.create_server((sys.argv[1], int(sys.argv[2]))) as listener:
    print("listening on %s:%d" % listener.getsockname())
    connection, _ = listener.accept()
    with connection:
        for _ in sys.stdin:
            print(connection.recv(1024).decode(errors="replace"))
