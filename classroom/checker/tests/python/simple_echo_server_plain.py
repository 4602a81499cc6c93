"""Lesson 1, in the plainest style: one message, one answer. Prints nothing."""

import socket
import sys

listener = socket.socket()
listener.bind((sys.argv[1], int(sys.argv[2])))
listener.listen()
connection, _ = listener.accept()
connection.send(connection.recv(1024).upper())
connection.close()
