"""Answers each line in capital letters. A second argument names what it gets wrong."""

import os
import select
import socket
import sys
import threading
import time

host, port = sys.argv[1].rsplit(":", 1)
fault = sys.argv[2] if len(sys.argv) > 2 else ""
kept = []


def read_line(conn):
    """A line with its newline; what has come of it at the end."""
    line = b""
    text = ""
    while not line.endswith(b"\n"):
        try:
            piece = conn.recv(1024 if fault in ("short-read", "split-character", "coalesced-messages") else 1)
        except TimeoutError:
            if fault != "timeout-mid-message":
                raise
            line = b""
            continue
        except BlockingIOError:
            continue
        if not piece and fault == "closed-mid-message" and line:
            continue
        if not piece:
            return line
        line += piece
        text += piece.decode(errors="replace")
        if fault == "short-read":
            return line.rstrip() + b"\n"
    if fault == "split-character":
        return text.encode()
    return line.split(b"\n")[0] + b"\n"


def serve(conn):
    conn.settimeout(1 if fault == "timeout-mid-message" else 30)
    if fault == "busy-wait":
        conn.setblocking(False)
    longest = b""
    while line := read_line(conn):
        if not line.endswith(b"\n"):
            return
        if fault == "half-close" and select.select([conn], [], [], 0.1)[0]:
            if not conn.recv(1, socket.MSG_PEEK):
                return
        answer = line.upper()
        if fault == "stale-bytes":
            answer = answer[:-1] + longest[len(answer) - 1 :] + b"\n"
            longest = max(longest, line.upper()[:-1], key=len)
        send(conn, answer)
        if fault == "unread-data-reset":
            return


def send(conn, answer):
    try:
        if fault == "stalled-write":
            conn.sendall(b"answer: ")
            conn.sendall(answer)
        elif fault == "two-messages":
            conn.sendall(b"wait\n")
            time.sleep(0.1)
            conn.sendall(answer)
        else:
            conn.sendall(answer)
    except OSError:
        if fault == "write-after-close":
            os._exit(1)
        raise


def serve_and_close(conn):
    try:
        if fault == "peer-closed" and not conn.recv(1, socket.MSG_PEEK):
            os._exit(1)
        serve(conn)
    except OSError as error:
        if fault == "peer-reset" and not isinstance(error, TimeoutError):
            os._exit(1)
    while fault == "spins-at-end":
        pass
    if fault == "leaked-descriptor":
        kept.append(conn)
    else:
        conn.close()


listener = socket.socket()
if fault != "address-in-use":
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind((host, int(port)))
listener.listen(64)
while True:
    conn, _ = listener.accept()
    if fault in ("one-client-blocks-all", "ends-with-client"):
        serve_and_close(conn)
    else:
        threading.Thread(target=serve_and_close, args=[conn], daemon=True).start()
    if fault == "ends-with-client":
        break
    if fault == "works-next-client":
        listener.close()
        threading.Event().wait()
