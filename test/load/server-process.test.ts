import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServerError, ServerProcess } from '../../load/server-process.js';

const LISTENING = `console.log('starting'); console.log(JSON.stringify({ event: 'listening', port: 4321 }));`;
const STAYING = 'setInterval(() => {}, 1000);';

describe('a server process', () => {
  let directory: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'tickloom-test-'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  function start(source: string): Promise<ServerProcess> {
    const script = join(directory, `server-${source.length}.mjs`);
    writeFileSync(script, source);
    return ServerProcess.start('the fake', script, []);
  }

  it('gives its port and stops when it is asked to', async () => {
    const server = await start(`process.once('SIGTERM', () => process.exit(0)); ${LISTENING} ${STAYING}`);
    expect(server.port).toBe(4321);
    await server.stop();
  });

  it('that ends before it listens is reported with its error text', async () => {
    const starting = start(`console.error('no room on the disk'); process.exitCode = 3;`);
    await expect(starting).rejects.toThrow(ServerError);
    await expect(starting).rejects.toThrow(/the fake did not start: exit code 3\n {2}\| no room on the disk/);
  });

  it('that dies under load is reported with its error text', async () => {
    const server = await start(
      `${LISTENING} setTimeout(() => { console.error('a book is broken'); process.exit(7); }, 50);`,
    );
    await expect(server.died).rejects.toThrow(
      /the fake ended by itself: exit code 7\n {2}\| a book is broken/,
    );
  });

  it('that does not stop cleanly is reported', async () => {
    const server = await start(`process.once('SIGTERM', () => process.exit(9)); ${LISTENING} ${STAYING}`);
    await expect(server.stop()).rejects.toThrow(/did not stop cleanly: exit code 9/);
  });
});
