import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { transportsHere } from '../support/transports.js';
import { freshAccount, order, sendBytewise, transcriptOf, well } from './conversation.js';
import { exchangeOn } from './exchange-under-test.js';
import { binaryFrame, readOfBookFrame } from './frames.js';
import { handshake, RawClient, type ResponseHead } from './raw-client.js';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** RFC 6455, section 4.2: what the server reads in a handshake, and what it answers. */
describe.each(await transportsHere())('handshakes, on %s', (transport) => {
  const exchange = exchangeOn(transport);
  const isUws = transport === 'uws';

  const ask = async (headers: Headers, requestLine?: string): Promise<ResponseHead> => {
    const client = await RawClient.connect(exchange.port);
    client.write(handshake('/ws', headers, requestLine));
    const head = await client.head();
    client.destroy();
    if (head === undefined) throw new Error('the connection ended without an answer');
    return head;
  };
  const statusOf = async (headers: Headers, requestLine?: string) => (await ask(headers, requestLine)).status;

  it('have the accept key of the RFC’s own example', async () => {
    const { status, headers } = await ask({});
    expect(status).toBe(101);
    expect(headers['upgrade']?.toLowerCase()).toBe('websocket');
    expect(headers['connection']?.toLowerCase()).toBe('upgrade');
    expect(headers['sec-websocket-accept']).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
    expect(headers['sec-websocket-protocol']).toBe('tickloom.binary.v1');
  });

  it('have the accept key of any key', async () => {
    for (let i = 0; i < 50; i++) {
      const key = randomBytes(16).toString('base64');
      const expected = createHash('sha1')
        .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
        .digest('base64');
      expect((await ask({ 'sec-websocket-key': key })).headers['sec-websocket-accept']).toBe(expected);
    }
  });

  it.each([undefined, '8', '7', '0', '14', '13, 8', 'x', ''])(
    'of version %j are told which there is',
    async (version) => {
      const { status, headers } = await ask({ 'sec-websocket-version': version });
      expect(status).toBe(426);
      expect(headers['sec-websocket-version']).toBe('13');
    },
  );

  it.each([undefined, '', 'AAAA', '!!!!!!!!!!!!!!!!!!!!!!!!', 'A'.repeat(24), 'A'.repeat(1000)])(
    'with key %j are refused',
    async (key) => {
      // Without 24 characters there, uWebSockets.js does not take the request for a handshake.
      const isPassedOver = isUws && key?.length !== 24;
      expect(await statusOf({ 'sec-websocket-key': key })).toBe(isPassedOver ? 426 : 400);
    },
  );

  it.each(['POST', 'PUT', 'HEAD', 'DELETE'])('by %s are refused', async (method) => {
    expect(await statusOf({}, `${method} /ws HTTP/1.1`)).toBe(isUws ? 426 : 405);
  });

  it('read the words of Upgrade and Connection in any case and among others', async () => {
    expect(await statusOf({ upgrade: 'WebSocket' })).toBe(101);
    expect(await statusOf({ connection: 'keep-alive, Upgrade' })).toBe(101);
    expect(await statusOf({ connection: 'upgrade' })).toBe(101);
  });

  it('without Upgrade or Connection are requests', async () => {
    expect(await statusOf({ upgrade: undefined })).toBe(426);
    expect(await statusOf({ connection: undefined })).toBe(426);
    expect(await statusOf({ connection: 'close' })).toBe(426);
    expect(await statusOf({ upgrade: undefined }, 'GET /health HTTP/1.1')).toBe(200);
  });

  it('to another protocol are refused', async () => {
    expect(await statusOf({ upgrade: 'h2c' })).toBe(400);
  });

  it('choose the first subprotocol of the client’s that there is', async () => {
    const chosen = async (offered: string | readonly string[]) => {
      const { status, headers } = await ask({ 'sec-websocket-protocol': offered });
      return status === 101 ? headers['sec-websocket-protocol'] : status;
    };
    expect(await chosen('tickloom.msgpack.v1')).toBe('tickloom.msgpack.v1');
    expect(await chosen('chat, tickloom.msgpack.v1 ,tickloom.binary.v1')).toBe('tickloom.msgpack.v1');
    expect(await chosen('tickloom.binary.v1, tickloom.msgpack.v1')).toBe('tickloom.binary.v1');
    expect(await chosen('chat')).toBe(400);
    expect(await chosen('TICKLOOM.BINARY.V1')).toBe(400);
    // Where the two differ: a second header line, a name twice, and a comma too many.
    expect(await chosen(['chat', 'tickloom.msgpack.v1'])).toBe(isUws ? 400 : 'tickloom.msgpack.v1');
    expect(await chosen('tickloom.binary.v1, tickloom.binary.v1')).toBe(isUws ? 'tickloom.binary.v1' : 400);
    expect(await chosen('tickloom.binary.v1,,')).toBe(isUws ? 'tickloom.binary.v1' : 400);
  });

  it('without a subprotocol are refused', async () => {
    expect(await statusOf({ 'sec-websocket-protocol': undefined })).toBe(400);
    expect(await statusOf({ 'sec-websocket-protocol': '' })).toBe(400);
  });

  it('agree on no extension', async () => {
    const offered = 'permessage-deflate; client_max_window_bits, x-webkit-deflate-frame';
    const { status, headers } = await ask({ 'sec-websocket-extensions': offered });
    expect(status).toBe(101);
    expect(headers).not.toHaveProperty('sec-websocket-extensions');
  });

  it('of HTTP/1.0, or without Host: only plain Node.js takes them', async () => {
    expect(await statusOf({}, 'GET /ws HTTP/1.0')).toBe(isUws ? 505 : 101);
    expect(await statusOf({ host: undefined })).toBe(isUws ? 400 : 101);
  });

  it('may come a byte at a time, from the second line on', async () => {
    const client = await RawClient.connect(exchange.port);
    const text = handshake('/ws');
    const line = text.indexOf('\r\n') + 2;
    client.write(text.slice(0, line));
    await sendBytewise(client, Buffer.from(text.slice(line)));
    expect((await client.head())?.status).toBe(101);
    client.destroy();
  });

  it('may have their first line cut; this release of uWebSockets.js does not take that', async () => {
    const statuses = new Set<number | undefined>();
    const text = handshake('/ws');
    for (let cut = 8; cut <= text.indexOf('\r\n'); cut++) {
      const client = await RawClient.connect(exchange.port);
      client.write(text.slice(0, cut));
      // The two parts must not come together: there is nothing to wait for, so a moment must do.
      await new Promise((resolve) => setTimeout(resolve, 20));
      client.write(text.slice(cut));
      statuses.add((await client.head())?.status);
      client.destroy();
    }
    // Where both parts came together after all, also uWebSockets.js has taken them.
    if (isUws) expect([...statuses].filter((status) => status !== 101)).toEqual([505]);
    else expect([...statuses]).toEqual([101]);
  });

  it('may have frames behind them in the same segment, which uWebSockets.js throws away', async () => {
    const account = freshAccount();
    const client = await RawClient.connect(exchange.port);
    const early = binaryFrame(order(account, 1));
    client.write(Buffer.concat([Buffer.from(handshake(`/ws?account=${account}`)), early]));
    expect((await client.head())?.status).toBe(101);
    // A client must wait for the answer to its handshake, as this one does only now.
    client.write(Buffer.concat([binaryFrame(order(account, 2)), readOfBookFrame]));
    expect(await transcriptOf(client)).toEqual(isUws ? well('accepted') : well('accepted', 'accepted'));
    client.destroy();
  });
});
