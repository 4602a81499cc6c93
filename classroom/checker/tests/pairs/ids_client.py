"""Asks each line, as `NUMBER LINE.`, and prints the answer. A second argument names what it gets
wrong."""

import socket
import sys

host, port = sys.argv[1].rsplit(":", 1)
fault = sys.argv[2] if len(sys.argv) > 2 else ""
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server = (host, int(port))
connected = fault != "stray-datagram"
if connected:
    sock.connect(server)
sock.settimeout(None if fault == "lost-datagram" else 0.6)
if fault == "busy-wait":
    sock.setblocking(False)



def send(request):
    sock.send(request) if connected else sock.sendto(request, server)


def receive():
    while True:
        try:
            return sock.recvfrom(64 if fault == "truncated-datagram" else 65535)
        except BlockingIOError:
            continue


def ask(number, text):
    for _ in range(4):
        try:
            send(f"{number} {text}.".encode())
            answer, sender = receive()
            while answer and not answer.startswith(f"{number} ".encode()):
                if fault == "late" or sender != server:
                    break
                answer, sender = receive()
            if answer:
                return answer.decode(errors="replace").removeprefix(f"{number} ")
        except TimeoutError:
            continue
        except ConnectionRefusedError:
            if fault != "port-unreachable":
                sys.exit("nobody is there")
            return ask(number, text)
        if fault == "empty-datagram":
            sock.settimeout(None)
            sock.recv(1)
    sys.exit("no answer")


sys.setrecursionlimit(10**6)
for number, line in enumerate(sys.stdin):
    print(ask(number, line.strip()))
