"""Answers each datagram `NUMBER TEXT` with its text in capital letters. A second argument names
what it gets wrong."""

import socket
import sys

host, port = sys.argv[1].rsplit(":", 1)
fault = sys.argv[2] if len(sys.argv) > 2 else ""
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind((host, int(port)))
if fault == "port-unreachable":
    IP_RECVERR = 11  # ip(7): errors of earlier datagrams are told
    sock.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
if fault == "busy-wait":
    sock.setblocking(False)
while True:
    try:
        request, sender = sock.recvfrom(65535)
    except BlockingIOError:
        continue
    if not request and fault == "empty-datagram":
        break
    if fault == "truncated-datagram":
        assert not request or request.endswith(b".")
    try:
        sock.sendto(request.upper(), sender)
    except OSError as error:
        print(f"cannot answer: {error}", file=sys.stderr)
