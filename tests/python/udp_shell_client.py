"""Sends each typed command and prints its two answers: `udp_shell_client.py [IP:PORT]`."""

import socket
import sys

host, port = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:9000").rsplit(":", 1)

with socket.socket(type=socket.SOCK_DGRAM) as client:
    client.settimeout(20)
    for line in sys.stdin:
        command = line.strip()
        if not command:
            continue
        client.sendto(command.encode(), (host, int(port)))
        stderr, _ = client.recvfrom(65535)
        stdout, _ = client.recvfrom(65535)
        if stderr:
            print("error:", stderr.decode(errors="replace"), end="")
        print(stdout.decode(errors="replace"), end="")
