"""Lesson 5 with asyncio: a line, an answer, until one side has enough."""

import asyncio
import struct
import sys

MOST = 1 << 24


async def main():
    reader, writer = await asyncio.open_connection(sys.argv[1], int(sys.argv[2]))
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        if not line.strip():
            continue
        writer.write(line.strip().encode())
        await writer.drain()
        (length,) = struct.unpack("<i", await reader.readexactly(4))
        if not 0 <= length <= MOST:
            sys.exit(f"an answer of {length} bytes?")
        answer = await reader.readexactly(length)
        print(answer.decode(errors="replace"))
    writer.close()


asyncio.run(main())
