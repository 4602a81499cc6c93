"""Talks to a friend by name.

q ends the talk with that friend.
Usage: udp_chat_client.py [IP:PORT]
"""

import socket
import sys

address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8081"
host, port = address.rsplit(":", 1)
names = ("悟空", "木兰", "Ada", "Grace")
friends = {name: (host, int(port)) for name in names}


def talk(client, name):
    for line in sys.stdin:
        message = line.strip()
        if message == "q":
            return
        if message:
            client.sendto(message.encode(), friends[name])
            answer, _ = client.recvfrom(65535)
            print(f"{name}: {answer.decode()}")


with socket.socket(type=socket.SOCK_DGRAM) as client:
    client.settimeout(20)
    for line in sys.stdin:
        name = line.strip()
        if name in friends:
            talk(client, name)
        else:
            print("no such friend:", name)
