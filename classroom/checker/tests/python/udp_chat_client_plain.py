"""Lesson 8's chat, in the plainest style: its friends live in a table, all at one address."""

import socket
import sys

friends = dict.fromkeys(["Ada", "Grace"], (sys.argv[1], int(sys.argv[2])))


def talk(name):
    with socket.socket(type=socket.SOCK_DGRAM) as client:
        client.settimeout(float(sys.argv[3]))
        client.connect(friends[name])
        while (line := input(f"to {name}: ")) != "q":
            client.send(f"me: {line}".encode())
            try:
                print(name, "says", client.recv(65535).decode(errors="replace"))
            except OSError:
                print("no answer came")
                return


try:
    while True:
        name = input("friend: ")
        if name in friends:
            talk(name)
        else:
            print("I know", *friends)
except EOFError:
    pass
