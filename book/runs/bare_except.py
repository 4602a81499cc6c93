"""A loop that catches everything."""

import signal

for _ in range(3):
    try:
        signal.raise_signal(signal.SIGINT)  # what Ctrl-C does
    except:
        print("an error: the client is gone, take the next one")

try:
    conection = "a slip of the pen"
    print(connection)
except:
    print("an error: the client is gone, take the next one")
