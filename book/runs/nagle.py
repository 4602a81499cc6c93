"""Segments, and delayed answers, of requests and replies in one write or in two."""

import socket
import statistics
import struct
import threading
import time

REQUEST = struct.pack("<I", 7), b"echo hi"
REPLY = struct.pack("<I", 3), b"hi\n"

# How many connections of each kind are made, and how many requests each of them carries. The
# first is told apart: Linux acknowledges at once while a connection is new. After the first
# ones, each is like the others.
CONNECTIONS = 5
EXCHANGES = 10
LATER = 5

# Linux holds an acknowledgement back for 40 ms, or a little more.
DELAY = 0.040

# How long the server works for a reply. A reply that is ready at once is sent before the
# acknowledgement of its request.
WORK = 0.001


def send(connection, parts, writes):
    if writes == 2:
        connection.sendall(parts[0])
        connection.sendall(parts[1])
    else:
        connection.sendall(parts[0] + parts[1])


def receive(connection, parts):
    """Reads the length, then the rest, as the programs of lesson 5 do."""
    return all(connection.recv(len(part), socket.MSG_WAITALL) for part in parts)


def serve(listener, writes, nodelay):
    connection, _ = listener.accept()
    with connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, nodelay)
        while receive(connection, REQUEST):
            time.sleep(WORK)
            send(connection, REPLY, writes)


def segments(connection):
    """What was sent and received so far: segments with data, and those without (tcp_info)."""
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 160)
    all_out, all_in = struct.unpack_from("=II", info, 136)
    data_in, data_out = struct.unpack_from("=II", info, 152)
    return data_out, all_out - data_out, data_in, all_in - data_in


def exchanges(request, reply, nodelay):
    """One connection: for each request the segments of both sides, and the seconds it took."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=serve, args=(listener, reply, nodelay))
        server.start()
        with socket.create_connection(listener.getsockname()) as client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, nodelay)
            for _ in range(EXCHANGES):
                before, start = segments(client), time.monotonic()
                send(client, REQUEST, request)
                receive(client, REPLY)
                took = time.monotonic() - start
                yield *(new - old for old, new in zip(before, segments(client))), took
        server.join()


def row(*cells):
    print("{:9}{:10}{:7}{:10}{:10}{:10}{}".format(*cells))


def tell(request, reply, nodelay, name, some):
    """What is usual among some exchanges, as a row of the table."""
    sent, acks, received, their_acks, took = map(statistics.median, zip(*some))
    delays = int(took // DELAY)
    row(
        f"in {request}",
        f"in {reply}",
        "off" if nodelay else "on",
        name,
        f"{sent} + {acks}",
        f"{received} + {their_acks}",
        f"{delays} of 40 ms" if delays else "none",
    )


row("request", "reply", "Nagle", "exchange", "client", "server", "delays")
for request in 1, 2:
    for reply in 1, 2:
        for nodelay in False, True:
            runs = [list(exchanges(request, reply, nodelay)) for _ in range(CONNECTIONS)]
            tell(request, reply, nodelay, "first", [run[0] for run in runs])
            tell(request, reply, nodelay, "later", [one for run in runs for one in run[-LATER:]])
