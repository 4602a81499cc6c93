"""Wrong: each line is sent with its newline."""

import socket
import sys

connection = socket.create_connection((sys.argv[1], int(sys.argv[2])))
try:
    for line in sys.stdin:
        connection.sendall(line.encode())
        answer = connection.recv(1024)
        if not answer:
            sys.exit("the server has left")
        print(answer.decode(errors="replace"))
except ConnectionError:
    sys.exit("the connection is lost")
