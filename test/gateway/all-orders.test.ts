import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BinaryClient } from '../support/binary-client.js';
import { type RunningExchange, startExchange, temporaryDirectory } from '../support/exchange-process.js';
import { transportsHere } from '../support/transports.js';
import { type Command, formNames, openForm, recordLine, Witness } from './command-forms.js';
import { type Step, scenarios, type Who } from './order-scenarios.js';

const names = Object.keys(scenarios);

/** An instrument for each scenario in each form, so that none sees what another has left. */
const instruments = Array.from({ length: names.length * formNames.length }, (_, i) => ({
  symbol: `S-${i}`,
  tickSize: '1',
  lotSize: '1',
  minPrice: '1',
  maxPrice: '10000',
  minSize: '1',
  maxSize: '1000',
  minNotional: '10',
  collar: '1000',
}));

const whos: readonly Who[] = ['operator', 'a', 'b', 'c'];
const firstAccount = 1;
const accounts = Array.from({ length: instruments.length * 3 }, (_, i) => firstAccount + i);

describe.each(await transportsHere())('all orders on %s', (transport) => {
  let exchange: RunningExchange;

  beforeAll(async () => {
    const config = join(temporaryDirectory(), 'config.json');
    writeFileSync(config, JSON.stringify({ instruments }));
    exchange = await startExchange(['--transport', transport, '--config', config]);
  });
  afterAll(async () => {
    const { code, stderr } = await exchange.process.stop();
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  describe.each(formNames)('by %s', (formName) => {
    it.each(names)('%s', async (name) => {
      const number = formNames.indexOf(formName) * names.length + names.indexOf(name);
      const instrument = 1 + number;
      const own = accounts.slice(number * 3, number * 3 + 3);
      const accountOf = (who: Who) => (who === 'operator' ? 0 : own[whos.indexOf(who) - 1]!);
      const form = await openForm(formName, exchange, [0, ...own]);
      const query = [0, ...own].map((account) => `account=${account}`).join('&');
      const client = await BinaryClient.open(`${exchange.ws}?${query}`);
      const witness = new Witness(client);
      const orders = new Map<string, number>();

      const commandOf = ({ who, type, fields }: Step, index: number): Command => {
        const { order, linkedTo, subject, ...rest } = fields;
        const known: Record<string, unknown> = { ...rest };
        if (order !== undefined) known['orderId'] = orders.get(order as string);
        if (linkedTo !== undefined) known['linkedTo'] = orders.get(linkedTo as string);
        if (subject !== undefined) known['subject'] = accountOf(subject as Who);
        // The operator's account is one for all scenarios, so its client ids are told apart.
        const clientId = number * 100 + index + 1;
        return { type, account: accountOf(who), clientId, symbol: `S-${number}`, instrument, fields: known };
      };
      /** `a` for its account, wherever it stands. */
      const named = (line: string) => {
        const parts = line.split(' ');
        const subject = parts[1] === 'accountChanged' ? 2 : 0;
        for (const at of [0, subject]) {
          const who = whos.find((one) => one !== 'operator' && String(accountOf(one)) === parts[at]);
          parts[at] = who ?? parts[at]!;
        }
        return parts.join(' ');
      };

      for (const [index, each] of scenarios[name]!.entries()) {
        const { lines, status } = await form.send(commandOf(each, index));
        const events = await witness.seen(instrument);
        expect(events.map(recordLine).map(named)).toEqual(each.events);
        if (each.as !== undefined) orders.set(each.as, events[0]!.orderId);
        // Over HTTP a client is told of its own account, and the operator of all.
        const isSeen = (line: string) =>
          formName !== 'http' || each.who === 'operator' || line.startsWith(`${each.who} `);
        expect(lines.map(named)).toEqual(each.events.filter(isSeen));
        if (status !== undefined) expect(statusFits(status, each.events[0]!)).toBe(true);
      }
      form.close();
      client.close();
    });
  });
});

/** Whether the status says what the answer says. */
function statusFits(status: number, answer: string): boolean {
  const [, event] = answer.split(' ');
  if (event === 'rejected') return status === 422 || status === 404;
  return status === (event === 'accepted' || event === 'quoted' ? 201 : 200);
}
