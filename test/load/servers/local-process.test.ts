import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { isGone } from '../../../load/servers/local-process.js';
import { temporaryDirectory } from '../../support/exchange-process.js';

/** Starts a server with a child, says their numbers, and then ends or waits for what comes. */
const OWNER = `
import { LocalProcess } from '../../../load/servers/local-process.js';
const server = await LocalProcess.spawn({
  file: 'sh',
  args: ['-c', 'sleep 3600 & echo "child $!"; wait'],
  directory: process.cwd(),
  log: 'server.log',
  environment: process.env,
});
while (!server.printed().includes('\\n')) await new Promise((resolve) => setTimeout(resolve, 5));
if (process.argv[2] === 'pause') await server.pause();
console.log(JSON.stringify([server.pid, Number(server.printed().split(' ')[1])]));
if (process.argv[2] === 'exit') process.exit(0);
if (process.argv[2] === 'throw') throw new Error('a test gone wrong');
`;

/** The numbers of a server and its child whose owner ended in some way. */
async function serverOf(way: string): Promise<number[]> {
  const directory = temporaryDirectory();
  const outfile = join(directory, 'owner.mjs');
  await build({
    stdin: { contents: OWNER, resolveDir: fileURLToPath(new URL('.', import.meta.url)), loader: 'ts' },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
  });
  const owner = spawn(process.execPath, [outfile, way], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  owner.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (said.endsWith('\n')) owner.kill('SIGKILL');
  });
  await new Promise((resolve) => owner.once('close', resolve));
  return JSON.parse(said) as number[];
}

describe('a server whose owner ends', () => {
  it.each(['exit', 'throw', 'SIGKILL', 'pause'])('ends with its child: %s', async (way) => {
    const pids = await serverOf(way);
    expect(pids).toEqual([expect.any(Number), expect.any(Number)]);
    // The shell beside it needs a moment. Where it failed, the test would run out of time.
    while (!pids.every(isGone)) await new Promise((resolve) => setTimeout(resolve, 10));
  });
});
