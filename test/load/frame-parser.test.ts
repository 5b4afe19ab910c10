import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { FrameParser, ProtocolError } from '../../load/frame-parser.js';
import { Opcode } from '../../load/frames.js';

/** Collects what a parser says: whole payloads, and control frames as `opcode:text`. */
class Collector extends FrameParser {
  readonly messages: Buffer[] = [];
  readonly controls: string[] = [];
  #pieces: Buffer[] = [];

  protected override payload(bytes: Uint8Array, from: number, to: number): void {
    this.#pieces.push(Buffer.from(bytes.subarray(from, to)));
  }

  protected override frameEnd(): void {
    this.messages.push(Buffer.concat(this.#pieces));
    this.#pieces = [];
  }

  protected override control(opcode: number, payload: Uint8Array): void {
    this.controls.push(`${opcode}:${Buffer.from(payload).toString('latin1')}`);
  }
}

/** What the `ws` package puts on the wire for these messages, with a ping after the first and a close at the end. */
async function encodedByWs(messages: readonly Buffer[]): Promise<Buffer> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  server.on('connection', (socket) => {
    for (const [i, message] of messages.entries()) {
      socket.send(message);
      if (i === 0) socket.ping('are you there');
    }
    socket.close(1001, 'going');
  });
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(
    'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n',
  );
  const close = Buffer.from([0x88, 7, 0x03, 0xe9, ...Buffer.from('going')]);
  let all = Buffer.alloc(0);
  for await (const chunk of socket) {
    all = Buffer.concat([all, chunk as Buffer]);
    if (all.includes(close)) break;
  }
  for (const client of server.clients) client.terminate();
  await new Promise((resolve) => server.close(resolve));
  return all.subarray(all.indexOf('\r\n\r\n') + 4);
}

function message(length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 7 + length) & 0xff));
}

describe('the parser of server frames', () => {
  const small = [96, 0, 1, 125, 126, 300].map(message);
  const large = [65_535, 65_536, 70_000, 96, 128].map(message);
  let smallBytes: Buffer;
  let largeBytes: Buffer;

  beforeAll(async () => {
    smallBytes = await encodedByWs(small);
    largeBytes = await encodedByWs(large);
  });

  function expectAll(parser: Collector, messages: readonly Buffer[]): void {
    expect(parser.messages.map((each) => each.length)).toEqual(messages.map((each) => each.length));
    expect(Buffer.concat(parser.messages).equals(Buffer.concat(messages))).toBe(true);
    expect(parser.controls).toEqual([`${Opcode.Ping}:are you there`, `${Opcode.Close}:\x03\xe9going`]);
  }

  it('reads what the ws package encodes, in one piece', () => {
    for (const [bytes, messages] of [
      [smallBytes, small],
      [largeBytes, large],
    ] as const) {
      const parser = new Collector();
      parser.consume(bytes, 0, bytes.length);
      expectAll(parser, messages);
    }
  });

  it('reads it cut in two at every byte', () => {
    for (let cut = 0; cut <= smallBytes.length; cut++) {
      const parser = new Collector();
      parser.consume(smallBytes, 0, cut);
      parser.consume(smallBytes, cut, smallBytes.length);
      expectAll(parser, small);
    }
  });

  it('reads it byte by byte and in every chunk size up to a header and more', () => {
    for (let size = 1; size <= 24; size++)
      for (const [bytes, messages] of [
        [smallBytes, small],
        [largeBytes, large],
      ] as const) {
        const parser = new Collector();
        for (let at = 0; at < bytes.length; at += size)
          parser.consume(bytes, at, Math.min(at + size, bytes.length));
        expectAll(parser, messages);
      }
  });

  it.each([
    ['a masked frame', [0x82, 0x80, 0, 0, 0, 0], /masked/],
    ['a text frame', [0x81, 1, 65], /whole binary frames/],
    ['a frame in parts', [0x02, 1, 65], /whole binary frames/],
    ['a continuation', [0x80, 1, 65], /whole binary frames/],
    ['a reserved bit', [0xc2, 1, 65], /reserved bits/],
    ['a long ping', [0x89, 126, 0, 200], /over 125 bytes/],
    ['a ping in parts', [0x09, 1, 65], /control frame/],
  ])('refuses %s', (_, bytes, fault) => {
    const consume = () => new Collector().consume(Uint8Array.from(bytes), 0, bytes.length);
    expect(consume).toThrow(ProtocolError);
    expect(consume).toThrow(fault);
  });
});
