"""Lesson 8's chat, in the plainest style: the operator types each answer."""

import socket
import sys

server = socket.socket(type=socket.SOCK_DGRAM)
server.bind((sys.argv[1], int(sys.argv[2])))
while True:
    message, client = server.recvfrom(65535)
    # Nothing follows a prompt until somebody types.
    answer = input(f"{client} says {message.decode(errors='replace')} -> ")
    server.sendto(answer.encode(), client)
