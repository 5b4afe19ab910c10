import { decodeEvents, encodeOrder, type OrderFields } from '../support/binary-client.js';
import { closeFrame, type Frame, frame, Opcode, readOfBookFrame, textFrame } from './frames.js';
import { RawClient } from './raw-client.js';

/** Instrument 3 of the default configuration: a stock of whole shares, tick 0.01. */
export const ACME = 3;

let lastAccount = 1000;

/** An account that nobody else has in this run. */
export function freshAccount(): number {
  return ++lastAccount;
}

export function order(account: number, clientId: number): Buffer {
  const fields: OrderFields = { account, clientId, instrument: ACME, price: 1, size: 1 };
  return encodeOrder(fields);
}

/** What a conversation was, in words: `accepted`, `pong ab`, `close 1002`, and `cut` where it ended without a close. */
export type Transcript = string[];

function words({ opcode, payload }: Frame): string[] {
  if (opcode === Opcode.Binary) return decodeEvents(payload).map((event) => event.kind);
  if (opcode === Opcode.Text) return jsonWords(payload);
  if (opcode === Opcode.Close) return [payload.length < 2 ? 'close' : `close ${payload.readUInt16BE(0)}`];
  const name = opcode === Opcode.Pong ? 'pong' : opcode === Opcode.Ping ? 'ping' : `opcode ${opcode}`;
  return [`${name} ${payload.toString('latin1')}`.trimEnd()];
}

/** What an exchange says in text is UTF-8 and a list of objects; a reject is told with its code. */
function jsonWords(payload: Uint8Array): string[] {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(payload);
  const events = JSON.parse(text) as { event: string; code?: number }[];
  return events.map(({ event, code }) => (code === undefined ? event : `${event} ${code}`));
}

/** How a conversation is held: the subprotocol, and its read of a book. */
export interface Speech {
  readonly protocol: string;
  readonly readOfBook: Uint8Array;
}

const binary: Speech = { protocol: 'tickloom.binary.v1', readOfBook: readOfBookFrame };
export const json: Speech = {
  protocol: 'tickloom.json.v1',
  readOfBook: textFrame('{"type":"book","symbol":"ACME","depth":1,"clientId":1}'),
};

/** The frames of a server are whole, unmasked and without reserved bits, whatever the client sends. */
function checkServerFrame(one: Frame): void {
  if (one.isMasked || one.reserved !== 0 || !one.isLast)
    throw new Error(`the server sent a frame that is masked, reserved or not whole: ${JSON.stringify(one)}`);
}

/**
 * Opens a session, sends what it is given, and then a read of a book, whose answer shows that the session goes on. Returns
 * what came until that answer and the goodbyes after it, or until the session ended by itself.
 */
export async function converse(
  port: number,
  chunks: readonly (Uint8Array | string)[],
  account = freshAccount(),
  { protocol, readOfBook }: Speech = binary,
): Promise<Transcript> {
  const headers = { 'sec-websocket-protocol': protocol };
  const client = await RawClient.open(port, `/ws?account=${account}`, headers);
  for (const chunk of chunks) client.write(chunk);
  client.write(readOfBook);
  try {
    return await transcriptOf(client);
  } finally {
    client.destroy();
  }
}

/** Reads to the end; says goodbye behind the answer to the read of a book. */
export async function transcriptOf(client: RawClient): Promise<Transcript> {
  const transcript: Transcript = [];
  for (;;) {
    const one = await client.frame();
    if (one === undefined) break;
    checkServerFrame(one);
    const said = words(one);
    transcript.push(...said);
    if (said.includes('book')) client.write(closeFrame(1000));
    if (one.opcode === Opcode.Close) {
      // Where the server began to close, it waits for the echo.
      client.write(frame({ opcode: Opcode.Close, payload: one.payload }));
      await client.over();
      return transcript;
    }
  }
  return [...transcript, 'cut'];
}

/** What every session says that nothing was wrong with. */
export const well = (...before: string[]): Transcript => [...before, 'book', 'close 1000'];

/**
 * What every session says that breaks the protocol. uWebSockets.js ends the TCP connection without a close frame; `ws` sends one.
 */
export const broken = (transport: 'uws' | 'node', code: number): Transcript =>
  transport === 'uws' ? ['cut'] : [`close ${code}`];

/** Each byte in a segment of its own. */
export async function sendBytewise(client: RawClient, bytes: Uint8Array): Promise<void> {
  for (const byte of bytes) {
    client.write(Buffer.from([byte]));
    await new Promise((resolve) => setImmediate(resolve));
  }
}
