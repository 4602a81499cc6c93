"""Sends each line that is typed with its length in front, and prints the answers. A second
argument names what it gets wrong. It sends all that it has before it reads an answer."""

import queue
import socket
import struct
import sys
import threading

host, port = sys.argv[1].rsplit(":", 1)
fault = sys.argv[2] if len(sys.argv) > 2 else ""
sock = socket.create_connection((host, int(port)))
sent = queue.Queue()


def read_exactly(count):
    body = b""
    while len(body) < count:
        piece = sock.recv(count - len(body))
        if not piece:
            raise EOFError("the server went away")
        body += piece
        if fault == "short-read":
            break
    return body


def read_answers():
    try:
        while sent.get():
            (length,) = struct.unpack(">I", read_exactly(4))
            print(read_exactly(length).decode(errors="replace"))
    except (OSError, EOFError, struct.error) as error:
        print(f"the answer is lost: {error}")
        sock.close()


reader = threading.Thread(target=read_answers)
reader.start()
for line in sys.stdin:
    body = line.rstrip("\n").encode()
    try:
        sock.sendall(struct.pack(">I", len(body)) + body)
    except OSError as error:
        print(f"the server is lost: {error}")
        break
    sent.put(True)
sent.put(False)
reader.join()
