"""Lesson 8's chat with a client that stays with its friend when no answer comes."""

import socket
import sys

address = sys.argv[1], int(sys.argv[2])


def forget_late_answers(client):
    client.settimeout(0)
    try:
        while True:
            client.recv(65535)
    except OSError:
        client.settimeout(float(sys.argv[3]))


def talk(name):
    with socket.socket(type=socket.SOCK_DGRAM) as client:
        client.connect(address)
        while (line := input(f"to {name}: ")) != "q":
            forget_late_answers(client)
            client.send(line.encode())
            try:
                print(name, "says", client.recv(65535).decode(errors="replace"))
            except OSError:
                print("no answer from", name)


try:
    while True:
        if (name := input("friend: ")) == "Ada":
            talk(name)
        else:
            print("I know Ada")
except EOFError:
    pass
