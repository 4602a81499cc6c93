"""The servers of lessons 8 and 9, with the mistake that is asked for."""

import pathlib
import signal
import socket
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from commands import guarded, run

HOST, PORT, KIND, MISTAKE = guarded(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
LIMIT = float(sys.argv[5])
LARGEST = 60000
server = socket.socket(type=socket.SOCK_DGRAM)
server.bind((HOST, PORT))
server.setblocking(MISTAKE != "busy-wait")
buffer = bytearray(65535)


def receive():
    while True:
        try:
            count, client = server.recvfrom_into(buffer)
        except BlockingIOError:
            continue
        # What asks for the time would show another one in each run.
        if MISTAKE == "stale-bytes" and b"%" not in buffer[:count]:
            # As a string in C, up to the first zero byte.
            return bytes(buffer).split(b"\0")[0], client
        return bytes(buffer[:count]), client


def told(format):
    try:
        text = time.strftime(format.decode(errors="replace") or "%Y-%m-%d %X").encode(errors="replace")
        return text if len(text) <= LARGEST else b"the answer is too long"
    except ValueError as error:
        return f"that cannot be told: {error}".encode()


def answers(message):
    if KIND == "shell":
        stdout, stderr = run(message, LIMIT) if message else (b"", b"")
        return [stderr[:LARGEST], stdout[:LARGEST]]
    if KIND == "time":
        return [told(message)]
    print(message.decode(errors="replace"), flush=True)
    return [input().encode() if KIND == "chat" else b"hi"]


def interrupted(*_):
    raise InterruptedError("interrupted system call")


if MISTAKE == "interrupted-call":
    signal.signal(signal.SIGWINCH, interrupted)
while True:
    message, client = receive()
    for answer in answers(message):
        server.sendto(answer, client)
