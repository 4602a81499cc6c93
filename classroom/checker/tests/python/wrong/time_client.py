"""Wrong, in the way that the first word says: the rest is as it should be."""

import socket
import sys

fault = sys.argv[1]
for number, line in enumerate(sys.stdin):
    format = line.strip()
    if fault == "skips-empty" and not format:
        continue
    # A socket for each question: no late answer is in the way of the next.
    with socket.socket(type=socket.SOCK_DGRAM) as client:
        client.settimeout(2)
        client.connect((sys.argv[2], int(sys.argv[3])))
        client.send(format.encode())
        try:
            answer = client.recv(65535).decode(errors="replace")
        except OSError as error:
            print("no answer:", error)
            continue
        if fault != "forgetful" or number < 2:
            print(answer)
