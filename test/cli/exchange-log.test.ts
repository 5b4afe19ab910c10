import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { ExchangeLog } from '../../src/cli/exchange-log.js';
import { UsageError } from '../../src/cli/option-table.js';
import { TestClock } from '../../src/clock/test-clock.js';
import { KEPT_LOG_FILES } from '../../src/model/limits.js';
import { runTickloom, startExchange, temporaryDirectory } from '../support/exchange-process.js';
import { hmacKey, signedHeaders, signedTarget, writeKeys } from '../support/signing.js';

type Line = Record<string, unknown>;

const lines = (text: string): Line[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);

describe('the log of an exchange', () => {
  const realTime = new TestClock();

  it('is a line of JSON for each note of its level or over it', () => {
    const data = temporaryDirectory();
    const log = new ExchangeLog({ log: undefined, level: 'warn', data, realTime });
    log.take({ level: 'info', event: 'too-small' });
    log.take({ level: 'warn', event: 'one', text: 'a line\nand another', count: 3 });
    log.take({
      level: 'error',
      event: 'two',
      secret: 'hush',
      signature: 'hush',
      token: 'hush',
      authorization: 'hush',
    });
    log.close();
    const path = join(data, 'tickloom.log');
    const text = readFileSync(path, 'utf8');
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(lines(text)).toMatchObject([
      { level: 'warn', time, event: 'one', text: 'a line\nand another', count: 3 },
      { level: 'error', time, event: 'two' },
    ]);
    expect(text).not.toContain('hush');
    expect(statSync(path).mode & 0o007).toBe(0);
  });

  it('is put aside at its size, the oldest goes, and nothing between is lost', () => {
    const data = temporaryDirectory();
    const settings = {
      log: join(data, 'own.log'),
      level: 'info',
      data,
      realTime,
      fileBytes: 1000,
    } as const;
    const log = new ExchangeLog(settings);
    for (let count = 0; count < 100; count++) log.take({ level: 'info', event: 'counted', count });
    log.close();
    const names = readdirSync(data).sort();
    expect(names).toEqual([
      'own.log',
      ...Array.from({ length: KEPT_LOG_FILES }, (_, i) => `own.log.${i + 1}`),
    ]);
    const kept = [...names.slice(1).reverse(), 'own.log'].flatMap((name) => {
      const path = join(data, name);
      expect(statSync(path).size).toBeLessThan(1200);
      return lines(readFileSync(path, 'utf8')).map(({ count }) => count as number);
    });
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, i) => 100 - kept.length + i));
    // A start goes on in the file that is there.
    const again = new ExchangeLog({ ...settings, fileBytes: 1e6 });
    again.take({ level: 'info', event: 'more' });
    again.close();
    expect(lines(readFileSync(settings.log, 'utf8')).at(-1)).toMatchObject({ event: 'more' });
  });

  it('cannot be a directory, and a start says so', () => {
    const data = temporaryDirectory();
    const make = () => new ExchangeLog({ log: data, level: 'info', data, realTime });
    expect(make).toThrow(UsageError);
    expect(make).toThrow(/name another file, - or off/);
  });

  it('tells of sessions and refusals, and keeps every secret', async () => {
    const data = temporaryDirectory();
    const key = hmacKey('far', { scopes: ['trade'] });
    writeKeys(data, [key]);
    const addresses = ['postgres://teller:pg-hush@127.0.0.1:1/none', 'redis://:redis-hush@127.0.0.1:1'];
    const stores = ['--postgres', addresses[0]!, '--redis', addresses[1]!];
    const exchange = await startExchange(['--log-level', 'debug', ...stores], data);
    const target = signedTarget(key, '/ws?account=7');
    const socket = new WebSocket(exchange.ws.replace('/ws', target), 'tickloom.msgpack.v1');
    await once(socket, 'open');
    socket.close();
    await once(socket, 'close');
    const refused = new WebSocket(exchange.ws.replace('/ws', target), 'tickloom.msgpack.v1');
    refused.on('error', () => {});
    await once(refused, 'unexpected-response');
    const headers = signedHeaders(key, 'GET', '/session');
    expect((await fetch(`${exchange.url}/metrics`, { headers })).status).toBe(401);
    const { code, stderr } = await exchange.process.stop();
    expect(code).toBe(0);
    const text = readFileSync(join(data, 'tickloom.log'), 'utf8');
    const events = lines(text).map(({ event }) => event);
    for (const event of [
      'listening',
      'session-opened',
      'session-closed',
      'session-refused',
      'not-authenticated',
      'stopped',
    ])
      expect(events).toContain(event);
    for (const line of lines(text))
      expect(line).toMatchObject({ level: expect.any(String), time: expect.any(String) });
    const signature = new URLSearchParams(target.split('?')[1]).get('signature')!;
    for (const secret of [
      String(key.entry['secret']),
      signature,
      headers['tickloom-signature']!,
      'pg-hush',
      'redis-hush',
    ])
      for (const told of [text, stderr]) expect(told).not.toContain(secret);
  });

  it('goes to the standard error, or nowhere', async () => {
    const data = temporaryDirectory();
    const loud = await startExchange(['--log', '-'], data);
    const { stderr } = await loud.process.stop();
    expect(lines(stderr).map(({ event }) => event)).toEqual(['listening', 'stopped']);
    const silent = await startExchange(['--log', 'off'], data);
    expect((await silent.process.stop()).stderr).toBe('');
    expect(existsSync(join(data, 'tickloom.log'))).toBe(false);
    const bad = await runTickloom(['start', '--port', '0', '--data', temporaryDirectory(), '--log', data]);
    expect([bad.code, bad.stderr.trim().split('\n').length]).toEqual([2, 1]);
  });
});
