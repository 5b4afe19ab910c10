/** Mass quotes as objects, written as records. */

import { CommandKind, SELF_TRADE_SHIFT } from '../model/command.js';
import type { EncodeResult, ObjectEncoding } from './object-encoding.js';
import {
  LINE_WORDS,
  ORDER_SIZE,
  QUOTE_ASK_PRICE,
  QUOTE_ASK_SIZE,
  QUOTE_BID_PRICE,
  QUOTE_BID_SIZE,
  QUOTES_AT,
} from './order-record.js';
import type { MassQuote, Quote } from './quote-schema.js';
import { selfTradeModes } from './term-names.js';

/** A quote in ticks and lots. */
interface QuoteFields {
  readonly instrument: number;
  readonly bidTicks: number;
  readonly bidLots: number;
  readonly askTicks: number;
  readonly askLots: number;
}

export function encodeMassQuote(encoding: ObjectEncoding, message: MassQuote): EncodeResult {
  const quotes = message.quotes.map((quote, i) => quoteFieldsOf(encoding, quote, `quotes[${i}]`));
  const mode = message.selfTrade === undefined ? 0 : selfTradeModes[message.selfTrade];
  const result = encoding.write(
    {
      kind: CommandKind.MassQuote,
      lines: 2 + quotes.length,
      flags: mode << SELF_TRADE_SHIFT,
      instrument: quotes[0]!.instrument,
    },
    message,
  );
  if (!result.ok) return result;
  encoding.whole(ORDER_SIZE, quotes.length);
  for (const [i, quote] of quotes.entries()) {
    const word = QUOTES_AT + i * LINE_WORDS;
    encoding.whole(word, quote.instrument);
    encoding.whole(word + QUOTE_BID_PRICE, quote.bidTicks);
    encoding.whole(word + QUOTE_BID_SIZE, quote.bidLots);
    encoding.whole(word + QUOTE_ASK_PRICE, quote.askTicks);
    encoding.whole(word + QUOTE_ASK_SIZE, quote.askLots);
  }
  return result;
}

function quoteFieldsOf(encoding: ObjectEncoding, quote: Quote, path: string): QuoteFields {
  const instrument = encoding.instrument(quote.symbol, `${path}.symbol`);
  return {
    instrument: instrument?.id ?? 0,
    bidTicks: encoding.ticks(`${path}.bid`, quote.bid, quote.bidTicks, instrument),
    bidLots: encoding.lots(`${path}.bidSize`, quote.bidSize, quote.bidSizeLots, instrument),
    askTicks: encoding.ticks(`${path}.ask`, quote.ask, quote.askTicks, instrument),
    askLots: encoding.lots(`${path}.askSize`, quote.askSize, quote.askSizeLots, instrument),
  };
}
