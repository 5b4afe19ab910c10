import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const file = 'test/load/servers/redis-server.test.ts';

/** A run of vitest, with our configuration, where there is no Redis. */
async function runWithoutRedis(environment: NodeJS.ProcessEnv): Promise<{ code: number; lines: string[] }> {
  const ours = Object.entries(process.env).filter(([name]) => !/^(VITEST|TICKLOOM)/.test(name));
  const child = spawn(process.execPath, [vitest, 'run', file], {
    cwd: root,
    env: { ...Object.fromEntries(ours), TICKLOOM_REDIS_SERVER: 'no-such-redis-server', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const code = await new Promise<number>((resolve) => child.once('close', resolve));
  return { code, lines: output.trimEnd().split('\n') };
}

describe('tests that cannot run here', () => {
  it.each([
    ['are skipped', {}, 0],
    ['are a failure where all is supposed to be installed', { TICKLOOM_FAIL_ON_NOT_RUN: '1' }, 1],
  ])('%s, and the last line says so', async (_, environment, expected) => {
    const { code, lines } = await runWithoutRedis(environment);
    expect(lines.at(-1)).toBe(
      'NOT RUN: a Redis for tests: apt-get install redis-server, or brew install redis, or its place in TICKLOOM_REDIS_SERVER',
    );
    expect(lines.filter((line) => line.startsWith('NOT RUN'))).toHaveLength(1);
    expect(lines.join('\n')).toContain('skipped');
    expect(code).toBe(expected);
  });
});
