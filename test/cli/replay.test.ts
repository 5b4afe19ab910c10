import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { runTickloom, temporaryDirectory } from '../support/exchange-process.js';
import { twoGatewaysHere } from '../support/transports.js';

const data = process.env['TICKLOOM_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));

const recordings = [
  { file: 'nasdaq-goog-2012-06-21.flow.csv.gz', aggressors: 5_919, fills: 7_745, books: 110_049 },
  { file: 'cme-esh4-2023-12-25.flow.csv.gz', aggressors: 2_906, fills: 6_072, books: 0 },
];

const twoGateways = await twoGatewaysHere();

const runs: [string, string[]][] = [
  ['book', []],
  ['gateway', []],
  ['gateway', ['--transport', 'node']],
  ['gateway', ['--shards', '2', '--gateways', '2']],
];

describe.each(recordings)('recorded flow $file', ({ file, aggressors, fills, books }) => {
  const path = join(data, file);
  if (!existsSync(path))
    console.warn(`SKIPPED: the replay of ${file}, which is not in ${data} (see TICKLOOM_DATA)`);

  it.for(runs)('comes out whole through %s %j', async ([through, options], context) => {
    context.skip(!existsSync(path), `${file} is not in ${data}`);
    // Without uWebSockets.js there is one gateway only, where the platform cannot share a port.
    context.skip(options.includes('--gateways') && !twoGateways, 'threads cannot share a port here');
    const { code, stdout, stderr } = await runTickloom([
      'replay',
      path,
      '--through',
      through,
      '--json',
      ...options,
    ]);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout.trim().split('\n').at(-1)!)).toEqual({
      aggressors: { expected: aggressors, exact: aggressors },
      fills: { expected: fills, exact: fills },
      books: { expected: books, equal: books },
      rejected: 0,
      unexpectedTrades: 0,
    });
    expect(code).toBe(0);
  });
});

describe('a flow that does not come out as recorded', () => {
  const replayed = async (...lines: string[]) => {
    const path = join(temporaryDirectory(), 'small.flow.csv.gz');
    writeFileSync(path, gzipSync(lines.join('\n')));
    const { code, stdout, stderr } = await runTickloom(['replay', path, '--through', 'book', '--json']);
    return { code, stderr, totals: JSON.parse(stdout.trim()) as Record<string, unknown> };
  };

  it('is counted and described, whatever differs', async () => {
    const rest = ['A,1,i,10,S,100,5', 'A,2,i,11,S,101,5'];
    expect(await replayed(...rest, 'X,3,m,B,101,7,10:5:100;11:2:101', 'V,4,101:3::')).toMatchObject({
      code: 0,
      totals: {
        aggressors: { expected: 1, exact: 1 },
        fills: { expected: 2, exact: 2 },
        books: { expected: 1, equal: 1 },
      },
    });
    // The recording says another size, another maker, one fill fewer, another book, a trade of an order that should rest.
    expect(await replayed(...rest, 'X,3,m,B,101,7,10:5:100;11:3:101')).toMatchObject({
      code: 1,
      totals: { fills: { expected: 2, exact: 1 } },
    });
    expect(await replayed(...rest, 'X,3,m,B,101,5,11:5:100')).toMatchObject({
      code: 1,
      totals: { aggressors: { exact: 0 } },
    });
    expect(await replayed(...rest, 'X,3,m,B,101,7,10:5:100')).toMatchObject({
      code: 1,
      totals: { unexpectedTrades: 1 },
    });
    expect(await replayed(...rest, 'V,3,100:5::;101:4::')).toMatchObject({
      code: 1,
      totals: { books: { expected: 1, equal: 0 } },
    });
    const crossing = await replayed(...rest, 'A,3,m,12,B,100,1');
    expect(crossing).toMatchObject({ code: 1, totals: { unexpectedTrades: 1 } });
    expect(crossing.stderr).toContain('should only rest');
    expect(await replayed(...rest, 'A,3,m,12,B,0,1')).toMatchObject({ code: 1, totals: { rejected: 1 } });
    const cancelled = await replayed('C,1,m,99');
    expect(cancelled).toMatchObject({ code: 1 });
    expect(cancelled.stderr).toContain('no order 99');
  });

  it('a file that is missing or not understood: one line, exit code 1', async () => {
    const missing = await runTickloom(['replay', '/nowhere/x.flow.csv.gz']);
    expect(missing).toMatchObject({ code: 1, stdout: '' });
    expect(missing.stderr.trim().split('\n')).toHaveLength(1);
    const path = join(temporaryDirectory(), 'bad.flow.csv.gz');
    writeFileSync(path, gzipSync('# fine\nA,1,i,10,S,100,5\nQ,what\n'));
    const bad = await runTickloom(['replay', path]);
    expect(bad.stderr).toContain(`${path} line 3: "Q" is not an operation`);
    expect(bad.code).toBe(1);
    writeFileSync(path, gzipSync('A,1,i,10,S,100,5\nA,2,i,11,S,x,5\n'));
    expect((await runTickloom(['replay', path])).stderr).toContain(
      `${path} line 2: "x" is not a whole number`,
    );
    writeFileSync(path, 'A,1,i,10,S,100,5\n');
    expect((await runTickloom(['replay', path])).stderr).toContain(`${path} is not a gzip file`);
    expect((await runTickloom(['replay'])).code).toBe(2);
  });

  it('takes its options from the environment too, save the way through', async () => {
    const wrong = await runTickloom(['replay', 'x'], { TICKLOOM_SHARDS: '33', TICKLOOM_THROUGH: 'nothing' });
    expect(wrong).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^tickloom: TICKLOOM_SHARDS: "33" must be/),
    });
    expect(wrong.stderr.trim().split('\n')).toHaveLength(1);
  });
});

describe('a command that does not exist', () => {
  it.each(['toString', 'constructor', 'sart'])('is not taken for one: %s', async (name) => {
    const { code, stderr } = await runTickloom([name]);
    expect([code, stderr]).toEqual([
      2,
      `tickloom: there is no command "${name}"; there are start, admin, keys, recover, rebuild, backup, replay, histograms\n`,
    ]);
  });
});
