"""Lesson 6 with selectors: sockets that never block, and what they did not take yet."""

import json
import selectors
import socket
import struct
import sys
import time

from commands import guarded, run

TIMEOUT, LIMIT = float(sys.argv[3]), float(sys.argv[4])

selector = selectors.DefaultSelector()


class Client:
    def __init__(self, connection):
        connection.setblocking(False)
        self.connection = connection
        self.unsent = memoryview(b"")
        self.heard = time.monotonic()
        selector.register(connection, selectors.EVENT_READ, self)

    def turn(self):
        try:
            if self.unsent:
                self.unsent = self.unsent[self.connection.send(self.unsent) :]
            else:
                command = self.connection.recv(1024)
                if not command:
                    return self.leave()
                self.answer(b"".join(run(command, LIMIT)))
        except BlockingIOError:
            return
        except OSError as error:
            print("lost:", error)
            return self.leave()
        self.heard = time.monotonic()
        events = selectors.EVENT_WRITE if self.unsent else selectors.EVENT_READ
        selector.modify(self.connection, events, self)

    def answer(self, printed):
        header = json.dumps({"data_size": len(printed), "for": "you"}).encode()
        self.unsent = memoryview(struct.pack("<i", len(header)) + header + printed)

    def leave(self):
        selector.unregister(self.connection)
        self.connection.close()


listener = socket.create_server((guarded(sys.argv[1]), int(sys.argv[2])))
selector.register(listener, selectors.EVENT_READ)
while True:
    for key, _ in selector.select(min(0.2, TIMEOUT)):
        if key.fileobj is listener:
            Client(listener.accept()[0])
        else:
            key.data.turn()
    for key in list(selector.get_map().values()):
        if key.data and time.monotonic() - key.data.heard > TIMEOUT:
            key.data.leave()
