import { describe, expect, it } from 'vitest';
import { transportsHere } from '../support/transports.js';
import {
  broken,
  converse,
  freshAccount,
  json,
  order,
  sendBytewise,
  transcriptOf,
  well,
} from './conversation.js';
import { exchangeOn } from './exchange-under-test.js';
import { binaryFrame, fragments, frame, Opcode, pingFrame, textFrame } from './frames.js';
import { RawClient } from './raw-client.js';

/** An order as its text; a fresh account takes client order id 1. */
const orderText = (more: object = {}) =>
  JSON.stringify({
    type: 'new',
    symbol: 'ACME',
    side: 'buy',
    price: '1.00',
    size: 1,
    clientOrderId: 1,
    ...more,
  });

/** The text in which the bytes stand for the one `?` of it. */
function withBytes(text: string, bytes: readonly number[]): Buffer {
  const [before = '', after = ''] = text.split('?');
  return Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]);
}

/** RFC 6455, sections 5.6 and 8.1, and RFC 3629: what comes as text is UTF-8, over all of its parts. */
describe.each(await transportsHere())('JSON in text messages, on %s', (transport) => {
  const exchange = exchangeOn(transport);

  const talk = (...frames: readonly Uint8Array[]) => converse(exchange.port, frames, freshAccount(), json);
  const bytewise = (text: Uint8Array | string) =>
    fragments(
      Opcode.Text,
      [...Buffer.from(text)].map((byte) => Buffer.from([byte])),
    );

  it('answer an order', async () => {
    expect(await talk(textFrame(orderText()))).toEqual(well('accepted'));
    expect(await talk(textFrame(`[${orderText()},${orderText({ clientOrderId: 'two' })}]`))).toEqual(
      well('accepted', 'accepted'),
    );
    expect(await talk(textFrame(` \t\r\n${orderText()}\n`))).toEqual(well('accepted'));
  });

  it('answer an order in a frame for each byte, and in empty ones', async () => {
    expect(await talk(...bytewise(orderText()))).toEqual(well('accepted'));
    const text = orderText();
    expect(await talk(...fragments(Opcode.Text, ['', text.slice(0, 9), '', text.slice(9), '']))).toEqual(
      well('accepted'),
    );
  });

  it('answer an order that has control frames between its parts, the pings first', async () => {
    const [first, second, third] = fragments(Opcode.Text, [
      orderText().slice(0, 5),
      orderText().slice(5, 20),
      orderText().slice(20),
    ]);
    expect(
      await talk(
        first!,
        pingFrame('one'),
        second!,
        frame({ opcode: Opcode.Pong, payload: 'unasked' }),
        pingFrame('ü'),
        third!,
      ),
    ).toEqual(well('pong one', `pong ${Buffer.from('ü').toString('latin1')}`, 'accepted'));
  });

  it('come whole out of one TCP segment for each byte', async () => {
    const client = await RawClient.open(exchange.port, `/ws?account=${freshAccount()}`, {
      'sec-websocket-protocol': json.protocol,
    });
    await sendBytewise(client, Buffer.concat([...bytewise(orderText()), json.readOfBook]));
    expect(await transcriptOf(client)).toEqual(well('accepted'));
    client.destroy();
  });

  it.each([
    ['two bytes', 'ü'],
    ['three bytes', '€'],
    ['four bytes', '😀'],
    ['the last of all', '\u{10ffff}'],
    ['the last before the surrogates, and the first behind them', '\ud7ff\ue000'],
    ['a byte order mark', '\ufeff'],
    ['what is no character', '\uffff\ufdd0'],
  ])(
    'with characters of %s are read, also cut inside of one, and refused for where they stand',
    async (_, text) => {
      const texts = [
        [orderText({ symbol: text }), 'rejected 200'],
        [orderText({ clientOrderId: text }), 'rejected 109'],
      ] as const;
      for (const [message, reject] of texts) {
        expect(await talk(textFrame(message))).toEqual(well(reject));
        expect(await talk(...bytewise(message))).toEqual(well(reject));
      }
    },
  );

  it('may have U+0000 as an escape, which no text of an order may have; as a byte it is no JSON', async () => {
    expect(await talk(textFrame(orderText({ symbol: 'AC\u0000ME' })))).toEqual(well('rejected 200'));
    expect(await talk(textFrame(orderText({ clientOrderId: '\u0000' })))).toEqual(well('rejected 109'));
    expect(await talk(textFrame(withBytes(orderText({ symbol: 'AC?ME' }), [0])))).toEqual(
      well('rejected 100'),
    );
    expect(await talk(textFrame('\u0000'))).toEqual(well('rejected 100'));
    expect(await talk(textFrame(`${orderText()}\u0000`))).toEqual(well('rejected 100'));
  });

  it('may have half a surrogate pair as an escape, and are refused for it in UTF-8', async () => {
    expect(await talk(textFrame(orderText({ symbol: '\ud800' })))).toEqual(well('rejected 200'));
    expect(await talk(textFrame(orderText({ clientOrderId: '\udfff' })))).toEqual(well('rejected 109'));
  });

  it.each([
    ['', 'nothing'],
    ['{', 'half an object'],
    ["{'type':'new'}", 'other quotes'],
    ['{"type":"new",}', 'a comma too many'],
    ['{} {}', 'two objects'],
    ['NaN', 'what is no number'],
    ['\ufeff{}', 'a byte order mark before it'],
    ['"\n"', 'a line end in a string'],
  ])('that are no JSON have one reject, and the session stays: %j (%s)', async (text) => {
    expect(await talk(textFrame(text), textFrame(orderText()))).toEqual(well('rejected 100', 'accepted'));
  });

  it.each([
    ['a byte that never stands in UTF-8', [0xff]],
    ['a continuation without a start', [0x80]],
    ['a start without its continuation', [0xc3]],
    ['two bytes of three', [0xe2, 0x82]],
    ['three bytes of four', [0xf0, 0x9f, 0x98]],
    ['an overlong slash of two bytes', [0xc0, 0xaf]],
    ['an overlong slash of three bytes', [0xe0, 0x80, 0xaf]],
    ['an overlong slash of four bytes', [0xf0, 0x80, 0x80, 0xaf]],
    ['an overlong U+0000', [0xc0, 0x80]],
    ['the largest overlong of three bytes', [0xe0, 0x9f, 0xbf]],
    ['the largest overlong of four bytes', [0xf0, 0x8f, 0xbf, 0xbf]],
    ['the first high surrogate', [0xed, 0xa0, 0x80]],
    ['the last low surrogate', [0xed, 0xbf, 0xbf]],
    ['a pair of surrogates', [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]],
    ['what lies behind U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['five bytes', [0xf8, 0x88, 0x80, 0x80, 0x80]],
  ])('end the session where they hold %s', async (_, bytes) => {
    const account = freshAccount();
    const message = withBytes(orderText({ clientOrderId: 'a?b' }), bytes);
    const end = broken(transport, 1007);
    expect(await converse(exchange.port, [textFrame(message)], account, json)).toEqual(end);
    expect(await converse(exchange.port, bytewise(message), account, json)).toEqual(end);
    // At the end of the message, behind an order that alone would be right.
    const behind = Buffer.concat([Buffer.from(orderText()), Buffer.from(bytes)]);
    expect(await converse(exchange.port, [textFrame(behind)], account, json)).toEqual(end);
    // Nothing of it was taken: the client order id is free.
    expect(await converse(exchange.port, [textFrame(orderText())], account, json)).toEqual(well('accepted'));
  });

  it('end the session where it is binary', async () => {
    const account = freshAccount();
    expect(await talk(binaryFrame(order(account, 1)))).toEqual(['close 1003']);
    expect(await talk(binaryFrame(Buffer.from(orderText())))).toEqual(['close 1003']);
    expect(await talk(binaryFrame(Buffer.alloc(0)))).toEqual(['close 1003']);
  });
});
