"""A server and its client that do all as they should, and yet not as the usual pair does.

The arguments are the role, the address and the habit.
"""

import os
import random
import socket
import sys
import threading
import time
import uuid

role, address, habit = sys.argv[1:4]
ADDRESS, PORT = address.split(":")[0], int(address.split(":")[1])
PATIENCE = 8
SIZE = 60_000


def send(sock, text):
    sock.sendall(text.encode() + b"\n")


def lines_of(sock):
    """Its lines, as they come. An end within a line is an error."""
    rest = b""
    while piece := sock.recv(4096):
        *whole, rest = (rest + piece).split(b"\n")
        yield from (line.decode(errors="replace") for line in whole)
    if rest:
        raise ConnectionError("it ended within a line")


# ---- the server's sides


def serve_lines(sock, answer, greeting=None):
    if greeting:
        send(sock, greeting)
    for line in lines_of(sock):
        send(sock, "\n".join(answer(line)))


def with_clock(line):
    now = time.strftime("%H:%M:%S")
    return [f"{now} process {os.getpid()}: {line.upper()} (request {uuid.uuid4()})"]


def in_any_order(line):
    parts = [f"{line} to {name}" for name in ("north", "east", "south", "west")]
    return random.sample(parts, len(parts)) + ["that was all"]


def slowly(line):
    time.sleep(1.2)
    return [line.upper()]


def serve_password(sock):
    lines = lines_of(sock)
    for prompt in ("who are you?", "password?"):
        send(sock, prompt)
        if next(lines, None) is None:
            return
    send(sock, "welcome")
    for line in lines:
        send(sock, line[::-1])


def serve_both_ways(sock):
    """Counts by itself, and answers between the numbers."""
    lock = threading.Lock()

    def locked(text):
        with lock:
            send(sock, text)

    def count():
        try:
            for number in range(5):
                locked(f"count {number}")
                time.sleep(0.1)
        except OSError:
            pass

    counting = threading.Thread(target=count)
    counting.start()
    try:
        for line in lines_of(sock):
            locked(f"you said {line}")
    finally:
        counting.join()
    locked("bye")


tickets = {}


def serve_two_connections(sock):
    lines = lines_of(sock)
    for line in lines:
        word, _, rest = line.partition(" ")
        if word == "ask":
            ticket = uuid.uuid4().hex
            tickets[ticket] = rest
            send(sock, ticket)
        elif word == "fetch":
            send(sock, tickets.pop(rest, "unknown").upper())


def serve_bytes(sock):
    for _ in lines_of(sock):
        sock.sendall(f"{SIZE}\n".encode() + bytes(SIZE))


def serve_from_keyboard(sock):
    for line in lines_of(sock):
        send(sock, input(f"{line}, and now you> "))


SERVERS = {
    "clock": lambda sock: serve_lines(sock, with_clock),
    "any-order": lambda sock: serve_lines(sock, in_any_order),
    "slow-answer": lambda sock: serve_lines(sock, slowly),
    "slow-start": lambda sock: serve_lines(sock, lambda line: [line.upper()]),
    "greets": lambda sock: serve_lines(sock, lambda line: [line.upper()], "hello, who calls?"),
    "never-ends": lambda sock: serve_lines(sock, lambda line: [line.upper()]),
    "password": serve_password,
    "both-ways": serve_both_ways,
    "two-connections": serve_two_connections,
    "progress": serve_bytes,
    "keyboard": serve_from_keyboard,
    "ipv6": lambda sock: serve_lines(sock, lambda line: [line.upper()]),
}


def serve(sock):
    with sock:
        sock.settimeout(30)
        try:
            SERVERS[habit](sock)
        except OSError as error:
            print(f"a client is lost: {error}", flush=True)


def server():
    if habit == "slow-start":
        time.sleep(1.2)
    family, host = (socket.AF_INET6, "::1") if habit == "ipv6" else (socket.AF_INET, ADDRESS)
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, PORT))
    listener.listen(64)
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=serve, args=[sock], daemon=True).start()


# ---- the client's sides


def connect():
    return socket.create_connection((ADDRESS, PORT), timeout=PATIENCE)


def due(lines):
    line = next(lines, None)
    if line is None:
        raise ConnectionError("the server ended before it had answered")
    return line


def ask_lines(sock, replies=1, greeted=0):
    lines = lines_of(sock)
    for _ in range(greeted):
        print(due(lines))
    for line in sys.stdin:
        send(sock, line.rstrip("\n"))
        for _ in range(replies):
            print(due(lines), flush=True)


def ask_and_stay(sock):
    ask_lines(sock)
    print("waiting for more", flush=True)
    sock.settimeout(None)
    if not sock.recv(1):
        raise ConnectionError("the server is gone")


def ask_password(sock):
    lines = lines_of(sock)
    for _ in range(2):
        print(due(lines), flush=True)
        send(sock, sys.stdin.readline().rstrip("\n"))
    print(due(lines), flush=True)
    for line in sys.stdin:
        send(sock, line.rstrip("\n"))
        print(due(lines), flush=True)


def talk_both_ways(sock):
    failed = []

    def listen():
        last = None
        try:
            for last in lines_of(sock):
                print(last, flush=True)
        except OSError as error:
            failed.append(error)
        if last != "bye":
            failed.append(ConnectionError("the server ended before it had said bye"))

    listening = threading.Thread(target=listen)
    listening.start()
    try:
        for line in sys.stdin:
            send(sock, line.rstrip("\n"))
        sock.shutdown(socket.SHUT_WR)
    finally:
        listening.join()
    if failed:
        raise failed[0]


def ask_on_two_connections(sock):
    tickets = lines_of(sock)
    with connect() as second:
        goods = lines_of(second)
        for line in sys.stdin:
            send(sock, "ask " + line.rstrip("\n"))
            send(second, "fetch " + due(tickets))
            print(due(goods), flush=True)


def receive_with_progress(sock):
    for line in sys.stdin:
        send(sock, line.rstrip("\n"))
        size = b""
        while not size.endswith(b"\n"):
            if not (byte := sock.recv(1)):
                raise ConnectionError("no size came")
            size += byte
        left = total = int(size)
        while left:
            if not (piece := sock.recv(min(left, 4096))):
                raise ConnectionError(f"{left} bytes are missing")
            left -= len(piece)
            print(f"\r{100 * (total - left) // total} %", end="", flush=True)
        print("\ndone", flush=True)


CLIENTS = {
    "any-order": lambda sock: ask_lines(sock, replies=5),
    "greets": lambda sock: ask_lines(sock, greeted=1),
    "never-ends": ask_and_stay,
    "password": ask_password,
    "both-ways": talk_both_ways,
    "two-connections": ask_on_two_connections,
    "progress": receive_with_progress,
}


def client():
    try:
        with connect() as sock:
            CLIENTS.get(habit, ask_lines)(sock)
    except OSError as error:
        sys.exit(f"the server is lost: {error}")


server() if role == "server" else client()
