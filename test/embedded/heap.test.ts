import { describe, expect, it } from 'vitest';
import { bundle, runScript } from './bundle.js';

describe('the fast entrance', () => {
  it('allocates nothing per operation', async () => {
    const script = await bundle('test/embedded/heap-run.ts', 'node');
    const run = JSON.parse(
      runScript(script, ['--expose-gc', '--max-semi-space-size=128', '--min-semi-space-size=128']),
    );
    expect(run.wasSeen).toBe(true);
    // The smallest object has 12 bytes; compiling more of the engine on the way takes some for itself.
    expect(run.bytes / run.operations).toBeLessThan(4);
  });
});
