// Answers each message in capital letters. Four bytes in front of each tell its length, the
// highest first. A second argument names what it gets wrong.

import net from 'node:net';

const [address, fault] = process.argv.slice(2);
const [host, port] = address.split(':');

const frame = (body) => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
};

const serve = (socket) => {
  let unread = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('data', (piece) => {
    unread = fault === 'short-read' ? piece : Buffer.concat([unread, piece]);
    while (unread.length >= 4 && unread.length >= 4 + unread.readUInt32BE()) {
      const end = 4 + unread.readUInt32BE();
      socket.write(frame(Buffer.from(unread.subarray(4, end).toString().toUpperCase())));
      unread = fault === 'coalesced-messages' ? Buffer.alloc(0) : unread.subarray(end);
    }
  });
};

net.createServer(serve).listen(Number(port), host);
