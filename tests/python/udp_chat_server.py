"""Shows each message and sends one typed answer: `udp_chat_server.py [IP:PORT]`."""

import socket
import sys

host, port = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8081").rsplit(":", 1)

with socket.socket(type=socket.SOCK_DGRAM) as server:
    server.bind((host, int(port)))
    print("listening on %s:%d" % server.getsockname())
    while True:
        message, sender = server.recvfrom(65535)
        print("message from %s:%d:" % sender, message.decode(errors="replace"))
        answer = sys.stdin.readline()
        if not answer:
            break
        server.sendto(answer.strip().encode(), sender)
