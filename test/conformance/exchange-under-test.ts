import { afterAll, beforeAll, expect } from 'vitest';
import { type RunningExchange, startExchange } from '../support/exchange-process.js';
import { converse, freshAccount, type Transcript } from './conversation.js';

/** The exchange that the tests of one `describe` talk to. Whatever they send, it ends well and without a word. */
export interface ExchangeUnderTest {
  readonly port: number;
  /** Sends what `make` returns as an account that nobody has had, and returns what was said. */
  readonly talkAs: (make: (account: number) => readonly Uint8Array[]) => Promise<Transcript>;
}

/** Starts an exchange before the tests of the `describe` that calls it, and stops it behind them. */
export function exchangeOn(transport: 'uws' | 'node'): ExchangeUnderTest {
  let exchange: RunningExchange;
  beforeAll(async () => {
    exchange = await startExchange(['--transport', transport]);
  });
  afterAll(async () => {
    const { code, stderr } = await exchange.process.stop();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
  return {
    get port() {
      return exchange.port;
    },
    talkAs: async (make) => {
      const account = freshAccount();
      return await converse(exchange.port, make(account), account);
    },
  };
}
