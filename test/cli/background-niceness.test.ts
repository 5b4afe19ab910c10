import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { startExchange } from '../support/exchange-process.js';
import { describeWith } from '../support/not-run.js';

const noProc =
  process.platform === 'linux' ? undefined : 'threads have a priority of their own on Linux alone';

/** Threads of a process by niceness (`man 5 proc`: the 19th field; the second may hold spaces). */
function threadsByNiceness(pid: number): Map<number, number> {
  const counts = new Map<number, number>();
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
    const niceness = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19 - 3]);
    counts.set(niceness, (counts.get(niceness) ?? 0) + 1);
  }
  return counts;
}

describeWith(noProc, 'how far threads step back', () => {
  it.each([
    ['--background-niceness=7', 7],
    ['--background-niceness=0', 0],
  ])('is what %s says', async (option, niceness) => {
    const exchange = await startExchange([option, '--restarts', '0']);
    const counts = threadsByNiceness(exchange.process.child.pid!);
    expect([...counts.keys()].sort()).toEqual(niceness === 0 ? [0] : [0, niceness]);
    // The follower, and V8's helpers.
    if (niceness > 0) expect(counts.get(niceness)).toBeGreaterThan(1);
    expect((await exchange.process.stop()).code).toBe(0);
  });
});
