"""Wrong, in the way that the first word says: the rest is as it should be."""

import queue
import socket
import sys
import threading

fault = sys.argv[1]
server = socket.socket(type=socket.SOCK_DGRAM)
server.bind((sys.argv[2], int(sys.argv[3])))
messages = queue.Queue()
last = None


def listen():
    global last
    while True:
        message, last = server.recvfrom(65535)
        messages.put((message, last))


threading.Thread(target=listen, daemon=True).start()
answered = 0
while fault != "tired" or answered < 3:
    message, client = messages.get()
    answer = input(f"{message} -> ").encode()
    server.sendto(answer, last if fault == "answers-the-last" else client)
    answered += 1
