"""Wrong: the answer is read, and forgotten."""

import socket
import sys

connection = socket.create_connection((sys.argv[1], int(sys.argv[2])))
connection.sendall(b"hello")
if not connection.recv(1024):
    sys.exit("no answer")
print("done")
