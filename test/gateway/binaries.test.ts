import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const folder = new URL('../../node_modules/uWebSockets.js/dist/bin/', import.meta.url);
const page = readFileSync(new URL('../../docs/dependencies.md', import.meta.url), 'utf8');
const recorded = [...page.matchAll(/^([0-9a-f]{64}) {2}(uws_\S+\.node)$/gm)].map(
  ([, hash = '', name = '']) => ({ hash, name }),
);

describe('the uWebSockets.js binaries', () => {
  it('are recorded for Linux and macOS, Node.js 20 and 22', () => {
    expect(recorded.map(({ name }) => name).sort()).toEqual(
      ['darwin_arm64', 'darwin_x64', 'linux_arm64', 'linux_x64'].flatMap((platform) => [
        `uws_${platform}_115.node`,
        `uws_${platform}_127.node`,
      ]),
    );
  });

  it.each(recorded)('$name is the one that is recorded', ({ hash, name }) => {
    const file = new URL(name, folder);
    expect(existsSync(file), `${name} is not installed`).toBe(true);
    expect(createHash('sha256').update(readFileSync(file)).digest('hex')).toBe(hash);
  });
});
