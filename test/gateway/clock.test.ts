import { expect, it } from 'vitest';
import { startExchange, temporaryDirectory } from '../support/exchange-process.js';
import { transportsHere } from '../support/transports.js';

it.each(await transportsHere())(
  'a test clock on %s that is sent past its end says so, and the exchange serves on',
  async (transport) => {
    const env = { TICKLOOM_CLOCK: 'test' };
    const exchange = await startExchange(['--transport', transport], temporaryDirectory(), env);
    const advance = async (advanceNs: string) => {
      const init = { method: 'POST', body: JSON.stringify({ advanceNs }) };
      const response = await fetch(`${exchange.url}/clock`, init);
      return { status: response.status, json: (await response.json()) as Record<string, unknown> };
    };
    // What has passed since the start is part of it where the exchange has moved the time itself.
    expect([200, 400]).toContain((await advance('9007199254740991')).status);
    const after = await advance('1');
    expect(after).toMatchObject({ status: 400, json: { event: 'rejected', reason: 'malformed' } });
    expect(after.json['text']).toContain('2^53');
    expect((await fetch(`${exchange.url}/health`)).status).toBe(200);
    expect((await exchange.process.stop()).code).toBe(0);
  },
);
