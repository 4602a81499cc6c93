"""Wrong, in the way that the first word says: the rest is as it should be."""

import socket
import sys

fault = sys.argv[1]
friends = {"Ada": (sys.argv[2], int(sys.argv[3]))}
sent = 0


def talk(name):
    global sent
    with socket.socket(type=socket.SOCK_DGRAM) as client:
        client.settimeout(float(sys.argv[4]))
        client.connect(friends[name])
        while (line := input()) != "q" or fault == "sends-q":
            client.send(line.encode())
            try:
                answer = client.recv(65535).decode(errors="replace")
            except OSError:
                print("no answer came")
                return
            sent += 1
            if fault != "forgetful" or sent < 3:
                print(answer)


try:
    while True:
        name = input()
        if name in friends:
            talk(name)
        else:
            print("who is that?")
except EOFError:
    pass
