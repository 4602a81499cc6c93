"""Lesson 8 with selectors: three tries, and strangers are not listened to."""

import selectors
import socket
import sys

server = (sys.argv[1], int(sys.argv[2]))
wait = float(sys.argv[3])
selector = selectors.DefaultSelector()
with socket.socket(type=socket.SOCK_DGRAM) as client:
    client.setblocking(False)
    selector.register(client, selectors.EVENT_READ)
    for _ in range(3):
        client.sendto(b"hello", server)
        while selector.select(wait):
            answer, sender = client.recvfrom(65535)
            if sender == server:
                print(answer.decode(errors="replace"))
                sys.exit()
sys.exit("no answer came")
