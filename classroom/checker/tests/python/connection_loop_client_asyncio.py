"""Lessons 2 and 3 with asyncio: a line, an answer, until one side has enough."""

import asyncio
import sys


async def main():
    reader, writer = await asyncio.open_connection(sys.argv[1], int(sys.argv[2]))
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        if not line.strip():
            continue
        writer.write(line.strip().encode())
        await writer.drain()
        answer = await reader.read(1024)
        if not answer:
            sys.exit("the server has closed the connection")
        print(repr(answer))
    writer.close()


asyncio.run(main())
