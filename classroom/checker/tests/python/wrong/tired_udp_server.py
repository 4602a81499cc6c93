"""Wrong: three datagrams are enough for it."""

import socket
import sys

server = socket.socket(type=socket.SOCK_DGRAM)
server.bind((sys.argv[1], int(sys.argv[2])))
for _ in range(3):
    message, client = server.recvfrom(65535)
    print(message)
    server.sendto(b"hi", client)
