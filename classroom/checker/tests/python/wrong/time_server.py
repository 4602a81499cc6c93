"""Wrong: only formats that it knows are used; what else is asked for comes back as it is."""

import socket
import sys
import time

KNOWN = ["%Y-%m-%d %X", "%Y-%m-%d %H:%M:%S", "%H:%M"]

server = socket.socket(type=socket.SOCK_DGRAM)
server.bind((sys.argv[1], int(sys.argv[2])))
while True:
    request, client = server.recvfrom(65535)
    format = request.decode(errors="replace") or KNOWN[0]
    answer = time.strftime(format) if format in KNOWN else format
    server.sendto(answer.encode(), client)
