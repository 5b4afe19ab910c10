import { decode, encode } from '@msgpack/msgpack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { asyncApiDocument } from '../../../src/gateway/documents/asyncapi.js';
import { DocumentSchemas } from '../../support/document-schemas.js';
import { type RunningExchange, startExchange } from '../../support/exchange-process.js';

type Json = Record<string, unknown>;

const document = asyncApiDocument() as unknown as {
  readonly channels: Readonly<Record<string, { readonly messages: Readonly<Record<string, unknown>> }>>;
  readonly operations: Readonly<Record<string, { readonly action: string }>>;
  readonly components: { readonly messages: Readonly<Record<string, { readonly contentType: string }>> };
};
const schemas = new DocumentSchemas(document, '7');
const payload = (message: string) => `#/components/messages/${message}/payload`;

let exchange: RunningExchange;
beforeAll(async () => {
  exchange = await startExchange();
});
afterAll(async () => {
  expect((await exchange.process.stop()).code).toBe(0);
});

/** Messages of a client, each with the name of its kind in the document, and how many events it is answered with. */
const sent: readonly (readonly [name: string, message: Json, events: number])[] = [
  [
    'NewOrder',
    { type: 'new', clientOrderId: 1, symbol: 'ACME', side: 'buy', priceTicks: 1000, sizeLots: 5 },
    1,
  ],
  [
    'NewOrder',
    {
      type: 'new',
      clientOrderId: 2,
      symbol: 'ACME',
      side: 'sell',
      price: '10.00',
      size: 2,
      selfTrade: 'cancelBoth',
    },
    3,
  ],
  ['NewOrder', { type: 'new', clientOrderId: 2, symbol: 'ACME', side: 'sell', price: '11.00', size: 2 }, 1],
  ['Amend', { type: 'amend', clientId: 3, symbol: 'ACME', clientOrderId: 1, sizeLots: 3 }, 1],
  ['Cancel', { type: 'cancel', clientId: 'c', symbol: 'ACME', clientOrderId: 1 }, 1],
  ['CancelAll', { type: 'cancelAll', clientId: 4, symbol: 'ACME' }, 1],
  ['MassQuote', { type: 'massQuote', clientId: 5, quotes: [{ symbol: 'ACME', bid: '9.00', bidSize: 1 }] }, 2],
  ['StateOfAnInstrument', { type: 'state', clientId: 6, symbol: 'ETH-USD', state: 'halted' }, 1],
  [
    'PricesOfAnInstrument',
    { type: 'prices', clientId: 7, symbol: 'ACME', reference: '10.00', mark: null },
    1,
  ],
  ['SettingsOfAnAccount', { type: 'account', clientId: 8, subject: 9, maxOpenOrders: 4 }, 1],
  ['ReadOfABook', { type: 'book', symbol: 'ACME', depth: 3 }, 1],
  ['Subscribe', { type: 'subscribe', channel: 'depth', symbol: 'BTC-USD', intervalMs: 10, levels: 5 }, 2],
  ['Subscribe', { type: 'subscribe', channel: 'top', symbol: 'BTC-USD' }, 2],
  ['Unsubscribe', { type: 'unsubscribe', channel: 'top', symbol: 'BTC-USD' }, 1],
  ['AskTheTime', { type: 'time', clientTimeNs: '17' }, 1],
];

describe('the AsyncAPI document', () => {
  it('describes what a session says and hears', async () => {
    const socket = new WebSocket(`${exchange.ws}?account=1&account=0`, 'tickloom.msgpack.v1');
    const events: Json[] = [];
    let heard = () => {};
    socket.on('message', (message: Buffer) => {
      const told = decode(message) as Json[];
      expect(schemas.fault(payload('msgpackEvents'), told)).toBeUndefined();
      events.push(...told);
      heard();
    });
    await new Promise((resolve) => socket.once('open', resolve));
    for (const [name, message, count] of sent) {
      expect(schemas.fault(payload(`msgpack${name}`), message), name).toBeUndefined();
      expect(schemas.fault(payload('msgpackCommands'), [message]), name).toBeUndefined();
      socket.send(encode(message));
      while (events.length < count)
        await new Promise<void>((resolve) => {
          heard = resolve;
        });
      expect(events.splice(0, count)).toHaveLength(count);
    }
    socket.close();
  });

  it('refuses what the exchange refuses', () => {
    const order = { type: 'new', clientOrderId: 1, symbol: 'ACME', side: 'buy', price: '1', size: '1' };
    expect(schemas.fault(payload('jsonNewOrder'), order)).toBeUndefined();
    for (const wrong of [
      { ...order, sizeLots: 1 },
      { ...order, side: 'up' },
      { ...order, price: undefined },
      { ...order, more: 1 },
      { ...order, orderType: 'stop' },
    ])
      expect(schemas.fault(payload('jsonNewOrder'), JSON.parse(JSON.stringify(wrong)))).toBeDefined();
  });

  it('has the three subprotocols, each with what it is written in', () => {
    expect(Object.keys(document.channels).toSorted()).toEqual(['binary', 'json', 'msgpack']);
    const typeOf = (channel: string) => {
      const types = Object.keys(document.channels[channel]!.messages).map(
        (name) => document.components.messages[name]!.contentType,
      );
      return [...new Set(types)];
    };
    expect(typeOf('binary')).toEqual(['application/octet-stream']);
    expect(typeOf('msgpack')).toEqual(['application/msgpack']);
    expect(typeOf('json')).toEqual(['application/json']);
    expect(Object.keys(document.operations)).toHaveLength(6);
  });
});
