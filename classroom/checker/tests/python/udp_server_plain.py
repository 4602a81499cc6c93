"""Lesson 8, in the plainest style: what comes is printed as it is."""

import socket
import sys

server = socket.socket(type=socket.SOCK_DGRAM)
server.bind((sys.argv[1], int(sys.argv[2])))
while True:
    message, client = server.recvfrom(65535)
    print("from", client, message)
    server.sendto(b"hi", client)
