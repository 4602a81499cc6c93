"""Lesson 3 with socketserver: a thread for each client."""

import socketserver
import sys

TIMEOUT = float(sys.argv[3]) if len(sys.argv) > 3 else None


class Conversation(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.settimeout(TIMEOUT)
        try:
            while message := self.request.recv(1024):
                self.request.sendall(message.upper())
        except OSError as error:
            print(f"{self.client_address} is gone: {error}")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


with Server((sys.argv[1], int(sys.argv[2])), Conversation) as server:
    server.serve_forever()
