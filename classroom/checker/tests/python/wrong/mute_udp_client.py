"""Wrong: the answer is received, and never printed."""

import socket
import sys

with socket.socket(type=socket.SOCK_DGRAM) as client:
    client.settimeout(float(sys.argv[3]))
    client.connect((sys.argv[1], int(sys.argv[2])))
    client.send(b"hello")
    try:
        client.recv(65535)
    except OSError:
        sys.exit("no answer came")
