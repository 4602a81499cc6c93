"""Lesson 1, in the plainest style: asks what to say, prints the answer as Python shows it."""

import socket
import sys

connection = socket.socket()
connection.connect((sys.argv[1], int(sys.argv[2])))
connection.send(input("What shall I say? ").encode())
answer = connection.recv(1024)
if not answer:
    sys.exit("no answer: the server has closed the connection")
print("The answer is", answer)
