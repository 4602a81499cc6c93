"""Lesson 5 with threads: one waits for lines, the other prints answers as they come."""

import os
import socket
import struct
import sys
import threading

connection = socket.create_connection((sys.argv[1], int(sys.argv[2])))


def receive(count):
    whole = bytearray()
    while len(whole) < count:
        piece = connection.recv(count - len(whole))
        if not piece:
            raise EOFError(f"only {len(whole)} of {count} bytes")
        whole += piece
    return bytes(whole)


def listen():
    try:
        while True:
            (length,) = struct.unpack("i", receive(4))
            if length < 0 or length > 1_000_000_000:
                raise ValueError(f"{length} is no length")
            print(receive(length))
    except (OSError, EOFError, ValueError) as error:
        if not done:
            print("no more:", error)
        os._exit(0)


done = False
listener = threading.Thread(target=listen)
listener.start()
for line in sys.stdin:
    if line := line.strip():
        connection.sendall(line.encode())
done = True
connection.shutdown(socket.SHUT_WR)
listener.join()
