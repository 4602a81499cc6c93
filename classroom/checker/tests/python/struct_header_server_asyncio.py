"""Lesson 5 with asyncio: header and body are two writes, which do not wait for each other here."""

import asyncio
import struct
import sys

from commands import guarded, run

HOST, PORT = guarded(sys.argv[1]), int(sys.argv[2])
TIMEOUT, LIMIT = float(sys.argv[3]), float(sys.argv[4])


async def serve(reader, writer):
    try:
        while command := await asyncio.wait_for(reader.read(1024), TIMEOUT):
            printed = b"".join(await asyncio.to_thread(run, command, LIMIT))
            writer.write(struct.pack("<i", len(printed)))
            writer.write(printed)
            await writer.drain()
    except asyncio.TimeoutError:
        print("a client kept silent")
    except ConnectionError as error:
        print("a client is lost:", error)
    finally:
        writer.close()


async def main():
    server = await asyncio.start_server(serve, HOST, PORT)
    async with server:
        await server.serve_forever()


asyncio.run(main())
