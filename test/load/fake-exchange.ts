import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { EventFlag, EventKind } from '../../src/model/event.js';
import { RejectCode } from '../../src/model/reject.js';
import {
  CELL_WORDS,
  EVENT_CELLS,
  EVENT_CLIENT_ID,
  EVENT_CODE,
  EVENT_HEAD,
  eventCode,
  eventHead,
  FILL_CELLS,
} from '../../src/wire/event-record.js';
import { LINE_WORDS, ORDER_CLIENT_ID } from '../../src/wire/order-record.js';

/** What becomes of an order at the fake: how its answer looks, or none. */
export type Fate = 'accepted' | 'filled' | 'rejected' | 'refused' | 'silent';

/** Sentence cells of the fake's rejects. */
const SENTENCE_CELLS = 3;

/** A server on the `ws` package that answers order records with event records, knowing nothing of books. */
export class FakeExchange {
  readonly port: number;
  /** All order records that came, by connection in order of connecting. */
  readonly records: Int32Array[][] = [];
  /** Paths that were asked for. */
  readonly paths: string[] = [];
  /** Bytes of each message, by connection. */
  readonly messageBytes: number[][] = [];
  readonly sockets: WebSocket[] = [];
  /** Most orders that waited for an answer at one time. */
  mostWaiting = 0;
  fate: (order: number) => Fate = () => 'accepted';
  /** Answers wait until this says 0; milliseconds. */
  delayMs: () => number = () => 0;
  readonly #server: WebSocketServer;
  #orders = 0;
  #waiting = 0;

  static async start(): Promise<FakeExchange> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    return new FakeExchange(server);
  }

  private constructor(server: WebSocketServer) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (socket, request) => {
      const records: Int32Array[] = [];
      const sizes: number[] = [];
      this.records.push(records);
      this.messageBytes.push(sizes);
      this.paths.push(request.url ?? '');
      this.sockets.push(socket);
      socket.on('message', (data: Buffer) => {
        sizes.push(data.length);
        const words = new Int32Array(new Uint8Array(data).buffer);
        const events: Int32Array[] = [];
        for (let at = 0; at < words.length; at += LINE_WORDS) {
          const record = words.slice(at, at + LINE_WORDS);
          records.push(record);
          events.push(...eventsFor(record, this.fate(this.#orders++)));
        }
        const orders = words.length / LINE_WORDS;
        this.#waiting += orders;
        this.mostWaiting = Math.max(this.mostWaiting, this.#waiting);
        const answer = () => {
          this.#waiting -= orders;
          if (events.length > 0) socket.send(joined(events));
        };
        const delayMs = this.delayMs();
        if (delayMs > 0) setTimeout(answer, delayMs);
        else setImmediate(answer);
      });
    });
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.terminate();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** An event without anything that the load client does not look at. */
export function makeEvent(
  kind: number,
  cells: number,
  flags: number,
  code: number,
  clientId: number,
): Int32Array {
  const event = new Int32Array(cells * CELL_WORDS).fill(-1);
  event[EVENT_HEAD] = eventHead(kind, cells, 0);
  event[EVENT_CODE] = eventCode(code, flags);
  event[EVENT_CLIENT_ID] = clientId;
  event[EVENT_CLIENT_ID + 1] = 0;
  return event;
}

export function joined(events: readonly Int32Array[]): Buffer {
  return Buffer.concat(events.map((event) => Buffer.from(event.buffer, event.byteOffset, event.byteLength)));
}

function eventsFor(record: Int32Array, fate: Fate): Int32Array[] {
  const clientId = record[ORDER_CLIENT_ID]!;
  const { Answer, Maker, Refused, Sentence } = EventFlag;
  switch (fate) {
    case 'silent':
      return [];
    case 'accepted':
      return [makeEvent(EventKind.Accepted, EVENT_CELLS, Answer, 0, clientId)];
    case 'filled':
      return [
        makeEvent(EventKind.Accepted, EVENT_CELLS, Answer, 0, clientId),
        makeEvent(EventKind.Fill, FILL_CELLS, 0, 0, clientId),
        makeEvent(EventKind.Fill, FILL_CELLS, Maker, 0, clientId),
      ];
    case 'rejected':
      return [makeEvent(EventKind.Rejected, EVENT_CELLS, Answer, RejectCode.UnknownOrder, clientId)];
    case 'refused': {
      const cells = EVENT_CELLS + SENTENCE_CELLS;
      return [makeEvent(EventKind.Rejected, cells, Answer | Refused | Sentence, RejectCode.Busy, clientId)];
    }
  }
}
