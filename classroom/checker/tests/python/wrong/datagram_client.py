"""The clients of lessons 8 and 9, with the mistake that is asked for."""

import signal
import socket
import sys
import time

HOST, PORT, KIND, MISTAKE, TIMEOUT = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4], float(sys.argv[5])
buffer = bytearray(65535)
longest = 0


def interrupted(*_):
    raise InterruptedError("interrupted system call")


if MISTAKE == "interrupted-call":
    signal.signal(signal.SIGWINCH, interrupted)


def receive(client):
    global longest
    # One that is awake has a long breath, so that a busy machine sees it.
    deadline = time.monotonic() + (6 * TIMEOUT if MISTAKE == "busy-wait" else TIMEOUT)
    client.settimeout(0 if MISTAKE == "busy-wait" else TIMEOUT)
    while True:
        try:
            count = client.recv_into(buffer)
            break
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise TimeoutError
    longest = max(longest, count)
    if MISTAKE == "stale-bytes":
        # One that asks once shows what else the buffer holds.
        count = longest if KIND != "udp" else count + 8
    return bytes(buffer[:count]).decode(errors="replace")


def ask(line):
    with socket.socket(type=socket.SOCK_DGRAM) as client:
        client.connect((HOST, PORT))
        for _ in range(3 if KIND in ("udp", "time") and MISTAKE != "busy-wait" else 1):
            client.send(line.encode())
            try:
                if KIND == "shell":
                    print(receive(client), file=sys.stderr, flush=True)
                print(receive(client), flush=True)
                return
            except TimeoutError:
                continue
            except OSError as error:
                print("no answer:", error)
                return
        print("no answer came")
        if KIND == "udp":
            sys.exit(1)


if KIND == "udp":
    ask("hello")
elif KIND == "chat":
    friend = False
    for line in sys.stdin:
        line = line.strip()
        if friend and line != "q":
            ask(line)
        else:
            friend = not friend and line == "Ada"
            print("now to whom?" if not friend else "and now?")
else:
    for line in sys.stdin:
        ask(line.strip())
