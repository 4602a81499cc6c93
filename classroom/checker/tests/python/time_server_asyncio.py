"""Lesson 9 with asyncio: a protocol whose method is called for each datagram."""

import asyncio
import sys
import time


class Clock(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        try:
            answer = time.strftime(data.decode() or "%Y-%m-%d %X").encode()
        except ValueError as error:
            answer = f"bad-format: {error}".encode()
        if len(answer) > 65507:
            answer = b"bad-format: the answer would be too long"
        self.transport.sendto(answer, addr)


async def main():
    loop = asyncio.get_running_loop()
    address = (sys.argv[1], int(sys.argv[2]))
    await loop.create_datagram_endpoint(Clock, local_addr=address)
    await asyncio.Event().wait()


asyncio.run(main())
