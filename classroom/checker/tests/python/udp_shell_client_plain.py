"""Lesson 8's shell, in the plainest style: a socket for each command."""

import socket
import sys

for line in sys.stdin:
    with socket.socket(type=socket.SOCK_DGRAM) as client:
        client.settimeout(float(sys.argv[3]))
        client.connect((sys.argv[1], int(sys.argv[2])))
        client.send(line.strip().encode())
        try:
            stderr, stdout = client.recv(65535), client.recv(65535)
        except OSError:
            print("no answer came")
            continue
        print(stderr.decode(errors="replace"), stdout.decode(errors="replace"), sep="")
