"""What Python makes of each format typed, in the time zone given: `strftime.py ZONE`."""

import os
import sys
import time

os.environ["TZ"] = sys.argv[1]
time.tzset()

for line in sys.stdin:
    # Without a time, strftime would take one that lags some milliseconds behind the clock.
    now = time.localtime(time.time())
    # ascii() keeps a newline in the answer from ending the line.
    print(ascii(time.strftime(line.removesuffix("\n") or "%Y-%m-%d %X", now)))
