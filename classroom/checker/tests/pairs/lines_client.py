"""Sends each line that is typed, and prints the answer. A second argument names what it gets
wrong."""

import signal
import socket
import sys
import time

host, port = sys.argv[1].rsplit(":", 1)
fault = sys.argv[2] if len(sys.argv) > 2 else ""
sock = socket.create_connection((host, int(port)), timeout=8)
unread = b""
if fault == "timeout-mid-message":
    sock.settimeout(1)
if fault == "busy-wait":
    sock.setblocking(False)
if fault == "write-after-close":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)


def receive():
    while True:
        try:
            return sock.recv(1024)
        except BlockingIOError:
            continue
        except ConnectionResetError:
            if fault != "peer-reset":
                raise
            return b"\n"


def read_line():
    """A line without its newline."""
    global unread
    text = ""
    line = unread
    while b"\n" not in line:
        try:
            piece = receive()
        except TimeoutError:
            if fault != "timeout-mid-message":
                raise
            line = b""
            continue
        if not piece and fault == "peer-closed" and not line:
            return b""
        if not piece and fault == "closed-mid-message" and line:
            return line
        if not piece:
            sys.exit("the server went away")
        line += piece
        text += piece.decode(errors="replace")
        if fault == "short-read":
            return line
    line, unread = line.split(b"\n", 1)
    if fault == "coalesced-messages":
        unread = b""
    return text.rstrip().encode() if fault == "split-character" else line


def send(message):
    if fault == "stalled-write" or fault == "write-after-close":
        sock.sendall(message[:2])
        time.sleep(0.05 if fault == "write-after-close" else 0)
        sock.sendall(message[2:])
    elif fault == "two-messages":
        sock.sendall(b"wait\n")
        time.sleep(0.1)
        sock.sendall(message)
    elif fault == "more-than-asked":
        sock.sendall(message + b"bye\n")
    else:
        sock.sendall(message)


longest = ""
for line in sys.stdin:
    try:
        send(line.encode())
        for _ in range(2 if fault in ("coalesced-messages", "two-messages") else 1):
            answer = read_line().decode(errors="replace")
            if fault == "stale-bytes":
                shown = answer + longest[len(answer) :]
                longest = max(longest, answer, key=len)
                answer = shown
            print(answer)
    except OSError as error:
        sys.exit(f"the server is lost: {error}")
sock.close()
