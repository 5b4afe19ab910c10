import { Encoder } from '@msgpack/msgpack';
import { MAX_ORDER_LINES } from '../../src/model/limits.js';
import type { InstrumentTable } from '../../src/wire/instrument-table.js';
import { encodeOrderObject } from '../../src/wire/order-object.js';
import { LINE_WORDS } from '../../src/wire/order-record.js';
import { closeFrame, fragments, frame, Opcode, pingFrame, textFrame } from '../conformance/frames.js';
import { handshake } from '../conformance/raw-client.js';
import { messages } from '../wire/messages.js';

/*
 * Right inputs, of which the fuzzer makes wrong ones. None names BTC-USD where an exchange runs: there a session trades
 * meanwhile, and what others may do to its instrument (halt it, cancel all) is no fault.
 */

/** What an account may send. The operator's messages stand in the requests. */
export const commandObjects: readonly Readonly<Record<string, unknown>>[] = messages.map(
  (message) =>
    JSON.parse(JSON.stringify(message).replaceAll('BTC-USD', 'ETH-USD')) as Record<string, unknown>,
);

export const encoder = new Encoder();

export const msgpackSeeds: readonly Uint8Array[] = [
  ...commandObjects.map((one) => encoder.encode(one)),
  encoder.encode([]),
  encoder.encode(commandObjects.slice(0, 5)),
  encoder.encode(Array.from({ length: 40 }, () => commandObjects[0])),
];

export const jsonSeeds: readonly Uint8Array[] = [
  ...commandObjects.map((one) => Buffer.from(JSON.stringify(one))),
  Buffer.from('[]'),
  Buffer.from(JSON.stringify(commandObjects.slice(0, 5), null, 1)),
  Buffer.from(JSON.stringify(Array.from({ length: 40 }, () => commandObjects[0]))),
];

/** The records of messages, by the numbers of the instruments given. */
export function recordSeeds(objects: readonly unknown[], instruments: InstrumentTable): Uint8Array[] {
  const words = new Int32Array(MAX_ORDER_LINES * LINE_WORDS);
  const records = objects.map((object) => {
    const result = encodeOrderObject(object, instruments, 1, words, 0);
    if (!result.ok) throw new Error(result.sentence);
    return new Uint8Array(words.buffer.slice(0, result.lines * LINE_WORDS * 4));
  });
  return [...records, Buffer.concat(records.slice(0, 8)), Buffer.concat(records.slice(8, 12))];
}

export interface RequestSeed {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
}

const bodyOf = (type: string) =>
  commandObjects
    .filter((one) => one['type'] === type)
    .map(({ type: _, orderId: __, subject: ___, ...rest }) => JSON.stringify(rest));

export const requestSeeds: readonly RequestSeed[] = [
  ...bodyOf('new').map((body) => ({ method: 'POST', path: '/orders', body })),
  ...bodyOf('massQuote').map((body) => ({ method: 'POST', path: '/quotes', body })),
  ...bodyOf('amend').map((body) => ({ method: 'PATCH', path: '/orders/17', body })),
  ...bodyOf('account').map((body) => ({ method: 'PATCH', path: '/accounts/9', body })),
  ...bodyOf('state').map((body) => ({ method: 'POST', path: '/instruments/ACME/state', body })),
  ...bodyOf('prices').map((body) => ({ method: 'POST', path: '/instruments/ETH-USD/prices', body })),
  { method: 'POST', path: '/instruments/ACME/state', body: '{"state":"continuous"}' },
  { method: 'DELETE', path: '/orders/17?account=7&clientId=9' },
  { method: 'DELETE', path: '/orders?account=7&symbol=ACME&side=buy' },
  { method: 'GET', path: '/orders/17' },
  { method: 'GET', path: '/orders?account=7&status=open&clientOrderId=x&after=5&limit=10' },
  {
    method: 'GET',
    path: '/trades?symbol=ACME&from=2026-01-31T12:00:00.123456789Z&to=1790000000000000000&limit=5',
  },
  { method: 'GET', path: '/trades?symbol=ACME&after=1767225600000000000.281474976710660.1' },
  { method: 'GET', path: '/books/ACME?depth=20' },
  { method: 'GET', path: '/books/%41CME' },
  { method: 'GET', path: '/instruments' },
  { method: 'GET', path: '/health' },
  { method: 'HEAD', path: '/metrics' },
  { method: 'OPTIONS', path: '/orders' },
  { method: 'PUT', path: '/' },
];

/** Whole requests as they stand on the wire: with a length, in chunks, and with headers that matter. */
export const rawRequestSeeds: readonly Uint8Array[] = requestSeeds.flatMap(({ method, path, body }) => {
  const head = `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n`;
  const texts = [
    `${head}Origin: http://127.0.0.1\r\nContent-Length: ${body?.length ?? 0}\r\n\r\n${body ?? ''}`,
  ];
  if (body !== undefined) {
    const [first, second] = [body.slice(0, 7), body.slice(7)];
    const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
    texts.push(`${head}Transfer-Encoding: chunked\r\n\r\n${chunk(first)}${chunk(second)}0\r\n\r\n`);
    texts.push(`${head}Expect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  }
  return texts.map((text) => Buffer.from(text));
});

export const handshakeSeeds: readonly Uint8Array[] = [
  handshake('/ws'),
  handshake('/ws?account=7&account=8&after=0:1.0'),
  handshake('/ws?account=9&after=0:0.0&heartbeat=5000&session=desk&cancelOnDisconnect=1000', {
    origin: 'http://127.0.0.1',
  }),
  handshake('/ws', { 'sec-websocket-protocol': 'chat, tickloom.msgpack.v1, tickloom.binary.v1' }),
  handshake('/ws', { 'sec-websocket-extensions': 'permessage-deflate; client_max_window_bits' }),
].map((text) => Buffer.from(text));

/** What one client may write onto its socket, frames and all. */
export function frameSeeds(records: readonly Uint8Array[]): Uint8Array[] {
  const [first, second, third] = records as [Uint8Array, Uint8Array, Uint8Array];
  const binary = (payload: Uint8Array) => frame({ opcode: Opcode.Binary, payload });
  return [
    binary(first),
    Buffer.concat([binary(first), binary(second), pingFrame('x'), binary(third)]),
    Buffer.concat(fragments(Opcode.Binary, [first.subarray(0, 9), first.subarray(9)])),
    Buffer.concat([
      pingFrame('ping'),
      frame({ opcode: Opcode.Pong, payload: 'pong' }),
      closeFrame(1000, 'bye'),
    ]),
    Buffer.concat([textFrame('{"type":"book"}'), closeFrame(4000)]),
    frame({ opcode: Opcode.Binary, lengthBits: 64, payload: second }),
    frame({ opcode: Opcode.Binary, lengthBits: 16, payload: third }),
  ];
}
