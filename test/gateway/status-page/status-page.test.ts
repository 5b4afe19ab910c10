import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scriptOf } from '../../../src/gateway/status-page/status-page.js';
import { Chromium, missingChromium, type Tab } from '../../support/chromium.js';
import { type RunningExchange, startExchange, temporaryDirectory } from '../../support/exchange-process.js';
import { describeWith } from '../../support/not-run.js';
import { standInFor } from '../../support/stand-in.js';

/** A text that would be a script, were it ever read as HTML. */
const EVIL = '<img src=x onerror=evil=1>';

interface Health {
  readonly sessions: number;
  readonly shards: readonly { commands: number; liveOrders: number; sequence: number; phase: string }[];
}

let exchange: RunningExchange;
const env = { TICKLOOM_POSTGRES: 'embedded' };

const call = async (method: string, path: string, body?: object) => {
  const init: RequestInit = { method };
  if (body !== undefined) init.body = JSON.stringify(body);
  return (await (await fetch(exchange.url + path, init)).json()) as Record<string, unknown>;
};
const health = async () => (await call('GET', '/health')) as unknown as Health;
const storeIsThere = async () => {
  while ((await fetch(`${exchange.url}/orders?account=1`)).status === 503)
    await new Promise((resolve) => setTimeout(resolve, 50));
};

let placed = 0;
/** Orders around a price, of which every other one trades. */
const place = async (count: number) => {
  for (let i = 0; i < count; i++) {
    placed++;
    await call('POST', '/orders', {
      clientOrderId: placed,
      symbol: 'BTC-USD',
      side: placed % 2 === 0 ? 'buy' : 'sell',
      price: `${50_000 + (placed % 7) - (placed % 2 === 0 ? 2 : 0)}.00`,
      size: String(1 + (placed % 3)),
    });
  }
};

beforeAll(async () => {
  exchange = await startExchange(['--shards', '2'], undefined, env);
  await storeIsThere();
});
afterAll(async () => {
  expect((await exchange.process.stop()).code).toBe(0);
});

describe('the document of the status page', () => {
  it('may run and load nothing but its own', async () => {
    const response = await fetch(exchange.url);
    const html = await response.text();
    const policy = response.headers.get('content-security-policy') ?? '';
    const hash = (tag: string) => createHash('sha256').update(inside(html, tag)).digest('base64');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`script-src 'sha256-${hash('script')}'`);
    expect(policy).toContain(`style-src 'sha256-${hash('style')}'`);
    expect(policy).toContain("connect-src 'self'");
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).not.toMatch(/\b(?:src|href)="(?!data:)/);
    const head = await fetch(exchange.url, { method: 'HEAD' });
    expect(head.status).toBe(200);
  });

  it('has a script in which no two modules give one name to two things', async () => {
    const script = inside(await (await fetch(exchange.url)).text(), 'script');
    const file = join(temporaryDirectory(), 'page.mjs');
    writeFileSync(file, script);
    expect(spawnSync(process.execPath, ['--check', file], { encoding: 'utf8' }).stderr).toBe('');
    expect(script).not.toMatch(/^(?:import|export)\b/m);
    expect(script).not.toContain('innerHTML');
  });

  it('is one script out of several modules', () => {
    expect(
      scriptOf([
        'export const a = 1;\nexport function b() { }\n//# sourceMappingURL=a.js.map\n',
        "import { a, b } from './a.js';\nimport {\n  c,\n} from './a.js';\nb(a, '</script>');\nexport {};\n",
      ]),
    ).toBe("const a = 1;\nfunction b() { }\n\nb(a, '<\\/script>');\n");
  });
});

describeWith(missingChromium, 'the status page in a browser', () => {
  let chromium: Chromium;
  let tab: Tab;

  beforeAll(async () => {
    chromium = await Chromium.start();
    tab = await chromium.tab();
    await tab.setSize(1280, 1600);
    await place(20);
    await tab.go(exchange.url);
    await tab.until("document.getElementById('standing')?.textContent === 'All is well'");
  });
  afterAll(async () => {
    await chromium.close();
  });

  const rows = async (id: string) =>
    await tab.value<string[][]>(
      `[...document.getElementById('${id}').children].map((row) => [...row.children].map((cell) => cell.textContent))`,
    );
  const figure = (value: number) => value.toLocaleString('en-US');

  it('shows what the exchange says of itself', async () => {
    await place(30);
    const { shards } = await health();
    const commands = shards.reduce((sum, shard) => sum + shard.commands, 0);
    const live = shards.reduce((sum, shard) => sum + shard.liveOrders, 0);
    // Its reads of books are no commands, so the figures stand still now.
    await tab.until(`document.getElementById('commands').textContent === '${figure(commands)} commands'`);
    expect(await tab.text('live-orders')).toBe(figure(live));
    // The page has one itself, for market data, as soon as that is open.
    while ((await tab.text('sessions')) !== figure((await health()).sessions))
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await rows('threads')).map(([name, phase, , , sequence]) => [name, phase, sequence])).toEqual(
      (await health()).shards.map(({ phase, sequence }, shard) => [
        `shard ${shard}`,
        `✓${phase}`,
        figure(sequence),
      ]),
    );
    await tab.until(
      "[...document.getElementById('readers').children].every((row) => row.lastChild.textContent === '0')",
    );
    expect((await rows('readers')).map(([name, shard]) => `${name} ${shard}`)).toEqual([
      'follower 0',
      'follower 1',
      'postgres 0',
      'postgres 1',
    ]);
  });

  it('draws the rate, and latencies of the stage that is chosen', async () => {
    const lines = (chart: string) =>
      `[...document.querySelectorAll('#${chart} .plot .line')].filter((line) => line.getAttribute('d').includes('L')).length`;
    await tab.until(`${lines('rate-chart')} === 1`);
    for (let tries = 0; (await tab.value<number>(lines('latency-chart'))) < 3; tries++) {
      expect(tries).toBeLessThan(200);
      await place(5);
    }
    const [whole] = await rows('stages');
    expect(whole?.[0]).toBe('whole');
    expect(await tab.text('latency')).toMatch(/^[\d.]+ (?:ns|µs|ms|s)$/);
    await tab.value(
      "[...document.querySelectorAll('#stage-buttons button')].find((one) => one.textContent === 'sync').click()",
    );
    expect(await tab.text('stage-meaning')).toBe('written and synced to disk');
    expect(await tab.value("document.querySelector('#stage-buttons [aria-pressed=true]').textContent")).toBe(
      'sync',
    );
  });

  it('says what stood where the pointer is', async () => {
    const place = await tab.value<{ x: number; y: number }>(
      "(({ right, top }) => ({ x: right - 40, y: top + 60 }))(document.querySelector('#rate-chart .plot').getBoundingClientRect())",
    );
    await tab.ask('Input.dispatchMouseEvent', { type: 'mouseMoved', ...place });
    await tab.until("document.querySelector('#rate-chart .pointer') !== null");
    expect(await tab.value("document.querySelector('#rate-chart .readout').textContent")).toContain(
      'commands/s',
    );
  });

  it('shows book and trades of the chosen instrument', async () => {
    await place(10);
    const book = (await call('GET', '/books/BTC-USD?depth=8')) as { bids: string[][]; asks: string[][] };
    const shown = (side: string) =>
      `[...document.querySelectorAll('#book .level.${side}')].map((row) => row.querySelector('.price').textContent + ' ' + row.querySelector('.size').textContent).join()`;
    const levels = (list: string[][]) => list.map(([price, size]) => `${price} ${size}`);
    await tab.until(`${shown('bid')} === '${levels(book.bids).join()}'`);
    await tab.until(`${shown('ask')} === '${levels(book.asks).toReversed().join()}'`);
    const { trades } = (await call('GET', '/trades?symbol=BTC-USD&limit=1000')) as {
      trades: { price: string; size: string; takerSide: string }[];
    };
    const { price, size, takerSide } = trades.at(-1)!;
    await tab.until(
      `[...document.getElementById('trades').children[0].children].slice(1).map((cell) => cell.textContent).join() === '${takerSide},${price},${size}'`,
    );
  });

  it('shows symbols and all else as text, whatever stands in it', async () => {
    const real = await health();
    const level = [EVIL, EVIL, 1];
    const trade = { trade: 1, timeNs: '1', price: EVIL, size: EVIL, takerSide: EVIL };
    // An exchange lists no such symbol. Should one ever come, from wherever, it is no more than a text.
    const answers: Readonly<Record<string, unknown>> = {
      '/instruments': [{ symbol: EVIL }, { symbol: '"><script>evil=1</script>' }],
      '/books/%3Cimg%20src%3Dx%20onerror%3Devil%3D1%3E': {
        symbol: EVIL,
        state: EVIL,
        lastPrice: EVIL,
        bids: [level],
        asks: [level],
      },
      '/trades': { trades: [trade], next: null },
      '/health': {
        ...real,
        transport: EVIL,
        shards: real.shards.map((shard) => ({ ...shard, phase: EVIL, disk: EVIL })),
        stores: [{ name: EVIL, shard: 0, state: EVIL, sequence: 0, behind: 0 }],
      },
    };
    const standIn = await standInFor(exchange.url, (path) => {
      if (path === '/ws') return { status: 400, body: {} };
      return Object.hasOwn(answers, path) ? { status: 200, body: answers[path] } : undefined;
    });
    const other = await chromium.tab();
    await other.go(standIn.url);
    await other.until("document.getElementById('trades')?.children.length === 1");
    const texts = ['facts', 'book-state', 'book', 'trades', 'threads', 'readers', 'symbol'];
    for (const id of texts) expect(await other.text(id)).toContain(EVIL);
    expect(await other.value("document.querySelectorAll('img').length + typeof evil")).toBe('0undefined');
    standIn.close();
  });

  it.each(['light', 'dark'] as const)('can be read in %s mode', async (scheme) => {
    await tab.setScheme(scheme);
    const colours = await tab.value<Record<string, string>>(
      `(() => { const style = getComputedStyle(document.documentElement); return Object.fromEntries(['--ground', '--card', '--ink', '--soft', '--line-0', '--line-1', '--line-2', '--bid', '--ask', '--ill'].map((name) => [name.slice(2), style.getPropertyValue(name).trim()])); })()`,
    );
    const contrast = (a: string, b: string) => {
      const [more, less] = [luminance(colours[a]!), luminance(colours[b]!)].toSorted((x, y) => y - x);
      return (more! + 0.05) / (less! + 0.05);
    };
    // WCAG 2: 4.5 for text, 3 for what is drawn.
    for (const text of ['ink', 'soft', 'bid', 'ask', 'ill'])
      expect(contrast(text, 'card'), text).toBeGreaterThan(4.5);
    for (const line of ['line-0', 'line-1', 'line-2'])
      expect(contrast(line, 'card'), line).toBeGreaterThan(3);
    const ground = await tab.value<string>('getComputedStyle(document.body).backgroundColor');
    const isDark = luminance(colours['ground']!) < 0.1;
    expect(isDark).toBe(scheme === 'dark');
    expect(ground).toBe(`rgb(${channels(colours['ground']!).join(', ')})`);
  });

  it('fits a phone', async () => {
    await tab.setSize(390, 844, true);
    await tab.until('document.documentElement.clientWidth === 390');
    expect(await tab.value('document.documentElement.scrollWidth')).toBe(390);
    await tab.setSize(1280, 1600);
  });

  it('asks nobody but the exchange, and makes no errors', () => {
    const { host } = new URL(exchange.url);
    const others = tab.requests.filter((url) => !url.startsWith('data:') && new URL(url).host !== host);
    expect(others).toEqual([]);
    expect(tab.errors).toEqual([]);
  });

  it('says that the exchange is away, and goes on when it is back', async () => {
    const { data, port } = exchange;
    expect((await exchange.process.stop()).code).toBe(0);
    await tab.until("document.getElementById('standing').textContent === 'Away'");
    expect(await tab.value("document.getElementById('away').hidden")).toBe(false);
    exchange = await startExchange(['--shards', '2', '--port', String(port)], data, env);
    await tab.until("document.getElementById('standing').textContent === 'All is well'");
    expect(await tab.value("document.getElementById('away').hidden")).toBe(true);
    await place(5);
    const live = (await health()).shards.reduce((sum, shard) => sum + shard.liveOrders, 0);
    await tab.until(`document.getElementById('live-orders').textContent === '${figure(live)}'`);
    expect(tab.errors.filter((error) => !error.includes('"source":"network"'))).toEqual([]);
  });

  it('asks for a token where the exchange has keys, and shows it with what it asks', async () => {
    const token = `watch.${'ab'.repeat(32)}`;
    const shown = new Set<string>();
    // What an exchange with keys answers: how it is to everybody, the market to who has a key.
    const standIn = await standInFor(exchange.url, (path, { authorization }) => {
      if (authorization !== undefined) shown.add(authorization);
      if (['/', '/health', '/instruments'].includes(path) || authorization === `Bearer ${token}`)
        return undefined;
      const body = { event: 'rejected', reason: 'not-authenticated', text: 'No such key.' };
      return { status: 401, body };
    });
    const other = await chromium.tab();
    await other.go(standIn.url);
    const give = async (text: string) =>
      await other.value(
        `(() => { document.getElementById('token').value = '${text}'; document.querySelector('#token-form button').click(); })()`,
      );
    await other.until("document.getElementById('locked')?.hidden === false");
    expect(await other.text('lock-text')).toContain('This exchange has keys');
    await give('wrong');
    await other.until("document.getElementById('lock-text').textContent.includes('No such key.')");
    await give(token);
    await other.until("document.getElementById('book').children.length > 1");
    await other.until("document.getElementById('locked').hidden");
    expect([...shown]).toEqual(['Bearer wrong', `Bearer ${token}`]);
    expect(await other.value('sessionStorage.length + localStorage.length')).toBe(1);
    standIn.close();
  });
});

/** The text of the one element of that name. */
function inside(html: string, tag: string): string {
  const start = html.indexOf('>', html.indexOf(`<${tag}`)) + 1;
  return html.slice(start, html.indexOf(`</${tag}>`, start));
}

function channels(colour: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}

/** Relative luminance, as WCAG 2 has it. */
function luminance(colour: string): number {
  const [red, green, blue] = channels(colour).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}
