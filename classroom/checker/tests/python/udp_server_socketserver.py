"""Lesson 8 with socketserver: hi to everybody, and nothing is printed."""

import socketserver
import sys


class Greeting(socketserver.BaseRequestHandler):
    def handle(self):
        _, socket = self.request
        socket.sendto(b"hi", self.client_address)


class Server(socketserver.ThreadingUDPServer):
    max_packet_size = 65535


with Server((sys.argv[1], int(sys.argv[2])), Greeting) as server:
    server.serve_forever()
