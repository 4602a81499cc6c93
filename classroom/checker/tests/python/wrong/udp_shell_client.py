"""Wrong: what a command writes to stderr is received, and never printed."""

import socket
import sys

for line in sys.stdin:
    with socket.socket(type=socket.SOCK_DGRAM) as client:
        client.settimeout(float(sys.argv[3]))
        client.connect((sys.argv[1], int(sys.argv[2])))
        client.send(line.strip().encode())
        try:
            _, stdout = client.recv(65535), client.recv(65535)
            print(stdout.decode(errors="replace"))
        except OSError:
            print("no answer came")
