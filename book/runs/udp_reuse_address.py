"""Two UDP servers at one port: both ask for SO_REUSEADDR."""

import socket


def server(port):
    sock = socket.socket(type=socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", port))
    sock.settimeout(1)
    return sock


def received(sock):
    try:
        return sock.recv(1024)
    except TimeoutError:
        return "nothing"


first = server(0)
second = server(first.getsockname()[1])
print("both are bound to the same port")

client = socket.socket(type=socket.SOCK_DGRAM)
client.sendto(b"hello", first.getsockname())
print("the first received:", received(first))
print("the second received:", received(second))
