import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { SharedClock } from '../../src/clock/shared-clock.js';

const testMemory = () => SharedClock.allocate({ mode: 'test' });

/** Waits for what another thread or the event loop will do; the runner's own limit ends it where that never comes. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await wait(1);
}

/** Wakes all who wait on any word of the memory, for nothing, and returns how many there were. */
function wakeAll(buffer: SharedArrayBuffer): number {
  const words = new BigInt64Array(buffer);
  let waiters = 0;
  for (let word = 0; word < words.length; word++) waiters += Atomics.notify(words, word);
  return waiters;
}

describe('SharedClock', () => {
  it('says which mode its memory was allocated for', () => {
    expect(new SharedClock(testMemory()).mode).toBe('test');
    expect(new SharedClock(SharedClock.allocate({ mode: 'live' })).mode).toBe('live');
  });

  it('starts a test clock where it is told', () => {
    const clock = new SharedClock(
      SharedClock.allocate({ mode: 'test', startEpochNs: 1_234_567_890_123_456_789n }),
    );
    clock.advance(1);
    expect(clock.epochNs()).toBe(1_234_567_890_123_456_790n);
    expect(() => SharedClock.allocate({ mode: 'test', startEpochNs: -1n })).toThrow(RangeError);
  });

  it('refuses a start in live mode, an advance in live mode, and memory that is no clock', () => {
    expect(() => SharedClock.allocate({ mode: 'live', startEpochNs: 5n })).toThrow('takes no start of 5');
    const live = new SharedClock(SharedClock.allocate({ mode: 'live' }));
    expect(() => live.advance(1)).toThrow('a live clock cannot be advanced: start with TICKLOOM_CLOCK=test');
    expect(() => live.advanceTo(1)).toThrow('a live clock cannot be advanced');
    expect(() => new SharedClock(new SharedArrayBuffer(256))).toThrow(
      'memory with mode 0 is not a shared clock',
    );
    expect(() => new SharedClock(new SharedArrayBuffer(8))).toThrow(
      '8 bytes of memory are not a shared clock',
    );
  });

  it('fires alerts of its own before advance returns, at the time to which it leads', () => {
    const clock = new SharedClock(testMemory());
    const seen: number[][] = [];
    clock.setTimer(40, (dueNs) => seen.push([dueNs, clock.nowNs()]));
    clock.advance(100);
    expect(seen).toEqual([
      [40, 100],
      [80, 100],
    ]);
  });

  it('tells the others on the same memory, who fire theirs from the event loop', async () => {
    const buffer = testMemory();
    const [mover, other, third] = [new SharedClock(buffer), new SharedClock(buffer), new SharedClock(buffer)];
    const fired: string[] = [];
    other.setAlert(30, (dueNs) => fired.push(`other ${dueNs}`));
    third.setTimer(20, (dueNs) => fired.push(`third ${dueNs}`));
    mover.advance(10);
    await wait(2);
    expect(fired).toEqual([]);
    mover.advance(20);
    expect(other.nowNs()).toBe(30);
    expect(fired).toEqual([]);
    await until(() => fired.length === 2);
    mover.advance(30);
    await until(() => fired.length === 4);
    expect([...fired].sort()).toEqual(['other 30', 'third 20', 'third 40', 'third 60']);
    third.close();
  });

  it('fires from the event loop what is set for now, without an advance', async () => {
    const clock = new SharedClock(testMemory());
    clock.advance(10);
    const fired: number[] = [];
    clock.setAlert(10, (dueNs) => fired.push(dueNs));
    clock.setAlert(3, (dueNs) => fired.push(dueNs));
    expect(fired).toEqual([]);
    await until(() => fired.length === 2);
    expect(fired).toEqual([3, 10]);
  });

  it('fires what an exception left over from the event loop', async () => {
    const clock = new SharedClock(testMemory());
    const fired: string[] = [];
    clock.setAlert(1, () => {
      throw new Error('no');
    });
    clock.setAlert(2, () => fired.push('left over'));
    expect(() => clock.advance(2)).toThrow('no');
    await until(() => fired.length === 1);
  });

  it('has nobody wait while there are no alerts', async () => {
    const buffer = testMemory();
    const clock = new SharedClock(buffer);
    clock.advance(5);
    await wait(2);
    expect(wakeAll(buffer)).toBe(0);
    const id = clock.setAlert(100, () => {});
    expect(clock.cancel(id)).toBe(true);
    clock.advance(5); // ends the wait that could not be taken back
    await wait(2);
    expect(wakeAll(buffer)).toBe(0);
  });

  it('waits once for any number of alerts, and again after it was woken for nothing', async () => {
    const buffer = testMemory();
    const clock = new SharedClock(buffer);
    const other = new SharedClock(buffer);
    const fired: number[] = [];
    for (let due = 10; due < 60; due++) clock.setAlert(due, (dueNs) => fired.push(dueNs));
    for (let round = 0; round < 3; round++) {
      let waiters = 0;
      await until(() => {
        waiters = wakeAll(buffer);
        return waiters > 0;
      });
      expect(waiters).toBe(1);
      expect(fired).toEqual([]);
    }
    other.advance(100);
    await until(() => fired.length === 50);
    await wait(2);
    expect(wakeAll(buffer)).toBe(0);
  });

  it('fires for a thread that blocks once that asks, and says when it should', () => {
    const buffer = testMemory();
    const clock = new SharedClock(buffer);
    const fired: number[] = [];
    expect(clock.nextDueNs).toBe(Number.POSITIVE_INFINITY);
    clock.setAlert(50, (dueNs) => {
      fired.push(dueNs);
      expect(clock.fireDue()).toBe(0);
    });
    expect(clock.nextDueNs).toBe(50);
    expect(clock.fireDue()).toBe(0);
    new SharedClock(buffer).advance(50);
    expect(clock.fireDue()).toBe(1);
    expect(fired).toEqual([50]);
    const live = new SharedClock(SharedClock.allocate({ mode: 'live' }));
    live.setAlert(0, (dueNs) => fired.push(dueNs));
    expect(live.nextDueNs).toBe(0);
    expect(live.fireDue()).toBe(1);
    expect(fired).toEqual([50, 0]);
  });
});

// Threads and processes of their own cannot load TypeScript on the oldest Node that is supported: they load the build.
const built = new URL('../../dist/src/clock/', import.meta.url);

function requireBuild(): void {
  if (!existsSync(fileURLToPath(new URL('shared-clock.js', built))))
    throw new Error('this test runs the compiled clock: run `npx tsc` first, as `npm test` does');
}

describe('SharedClock across threads', () => {
  const workers: Worker[] = [];
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.terminate()));
  });

  /** A worker with `clock` on the given memory, `port` to the test and `data`, that runs `body`. Resolves once it is ready. */
  async function startWorker(buffer: SharedArrayBuffer, body: string, data?: unknown): Promise<Worker> {
    requireBuild();
    const code = `
      const { parentPort: port, workerData } = require('node:worker_threads');
      import(workerData.module).then(({ SharedClock }) => {
        const clock = new SharedClock(workerData.buffer);
        const data = workerData.data;
        ${body}
        port.postMessage('ready');
      });`;
    const module = new URL('shared-clock.js', built).href;
    const worker = new Worker(code, { eval: true, workerData: { module, buffer, data } });
    workers.push(worker);
    const [message] = await once(worker, 'message');
    expect(message).toBe('ready');
    return worker;
  }

  it('fires the alerts of a worker after an advance in this thread', async () => {
    const buffer = testMemory();
    const worker = await startWorker(
      buffer,
      `clock.setAlert(1000, (dueNs) => port.postMessage({ dueNs, nowNs: clock.nowNs(), mode: clock.mode }));
       port.on('message', () => port.postMessage('asked'));`,
    );
    const clock = new SharedClock(buffer);
    clock.advance(999);
    worker.postMessage('anything yet?');
    expect(await once(worker, 'message')).toEqual(['asked']);
    clock.advance(501);
    expect(await once(worker, 'message')).toEqual([{ dueNs: 1000, nowNs: 1500, mode: 'test' }]);
  });

  it('fires the alerts of this thread after an advance in a worker', async () => {
    const buffer = testMemory();
    const clock = new SharedClock(buffer);
    const fired: number[] = [];
    const worker = await startWorker(buffer, `port.on('message', (byNs) => clock.advance(byNs));`);
    clock.setTimer(100, (dueNs) => fired.push(dueNs));
    worker.postMessage(250);
    await until(() => fired.length === 2);
    worker.postMessage(50);
    await until(() => fired.length === 3);
    expect(fired).toEqual([100, 200, 300]);
    expect(clock.nowNs()).toBe(300);
    clock.close();
  });

  it('counts every advance, though two threads advance at the same moment', async () => {
    const buffer = testMemory();
    const clock = new SharedClock(buffer);
    const gate = new Int32Array(new SharedArrayBuffer(4));
    const worker = await startWorker(
      buffer,
      `let fired = 0;
       clock.setTimer(1, () => fired++);
       port.once('message', () => {
         Atomics.add(data, 0, 1);
         while (Atomics.load(data, 0) < 2);
         for (let i = 0; i < 20000; i++) clock.advance(3);
         port.on('message', () => { clock.fireDue(); port.postMessage({ fired, nowNs: clock.nowNs() }); });
         port.postMessage('done');
       });`,
      gate,
    );
    const done = once(worker, 'message');
    worker.postMessage('go');
    await until(() => Atomics.load(gate, 0) === 1);
    Atomics.add(gate, 0, 1);
    let last = clock.nowNs();
    for (let i = 0; i < 20_000; i++) {
      clock.advance(4);
      const now = clock.nowNs();
      if (now < last + 4) throw new Error(`${now} after ${last}`);
      last = now;
    }
    await done;
    expect(clock.nowNs()).toBe(140_000);
    worker.postMessage('how many?');
    expect(await once(worker, 'message')).toEqual([{ fired: 140_000, nowNs: 140_000 }]);
  });

  it('tells one live time in all threads: what is read later is never less', async () => {
    const buffer = SharedClock.allocate({ mode: 'live' });
    const clock = new SharedClock(buffer);
    // The two take turns: each reads the time after the other has read it, and sees the other's.
    const turn = new Int32Array(new SharedArrayBuffer(4));
    const read = new Float64Array(new SharedArrayBuffer(8));
    const rounds = 10_000;
    const player = (own: number) => `
      for (let mine = ${own}; mine < ${rounds}; mine += 2) {
        for (let seen; (seen = Atomics.load(data.turn, 0)) !== mine; ) Atomics.wait(data.turn, 0, seen);
        const now = clock.nowNs();
        if (now < data.read[0]) data.wrong++;
        data.read[0] = now;
        Atomics.store(data.turn, 0, mine + 1);
        Atomics.notify(data.turn, 0);
      }
      port.postMessage({ wrong: data.wrong, originEpochNs: clock.originEpochNs });`;
    const data = { turn, read, wrong: 0 };
    const body = (own: number) => `port.once('message', () => {${player(own)}});`;
    const players = [await startWorker(buffer, body(0), data), await startWorker(buffer, body(1), data)];
    const answers = Promise.all(players.map((worker) => once(worker, 'message')));
    for (const worker of players) worker.postMessage('go');
    const answer = [{ wrong: 0, originEpochNs: clock.originEpochNs }];
    expect(await answers).toEqual([answer, answer]);
    expect(Atomics.load(turn, 0)).toBe(rounds);
    expect(clock.nowNs()).toBeGreaterThanOrEqual(read[0]!);
    expect(read[0]!).toBeGreaterThan(0);
  });
});

describe('a process with a clock', () => {
  /** Runs a module's code in a process of its own and returns what it printed. */
  function run(body: string): string {
    requireBuild();
    const code = `
      const { SharedClock } = await import(${JSON.stringify(new URL('shared-clock.js', built).href)});
      const { LiveClock } = await import(${JSON.stringify(new URL('live-clock.js', built).href)});
      const print = (text) => process.stdout.write(text + ' ');
      ${body}`;
    const command = ['--input-type=module', '--eval', code];
    // A process that does not end must not hold the tests: it ends with status null.
    const result = spawnSync(process.execPath, command, { encoding: 'utf8', timeout: 30_000 });
    expect(result.stderr).toBe('');
    expect(result.status).toBe(0);
    return result.stdout.trim();
  }

  it('ends though alerts wait', () => {
    const printed = run(`
      const clocks = [
        new LiveClock(),
        new SharedClock(SharedClock.allocate({ mode: 'live' })),
        new SharedClock(SharedClock.allocate({ mode: 'test' })),
      ];
      for (const clock of clocks) {
        clock.setAlert(clock.nowNs() + 3600e9, () => print('never'));
        clock.setTimer(3600e9, () => print('never'));
        clock.setAlert(0, () => print('now'));
      }`);
    expect(printed).toBe('now now now');
  });

  it('hears of an exception in a callback, after which the clock goes on', () => {
    const printed = run(`
      let heard = 0;
      process.on('uncaughtException', (error) => { heard++; print(error.message); });
      const memory = SharedClock.allocate({ mode: 'test' });
      const clocks = [new LiveClock(), new SharedClock(memory)];
      for (const clock of clocks) {
        const at = clock.nowNs() + 1e6;
        clock.setAlert(at, () => { throw new Error('thrown'); });
        await new Promise((resolve) => {
          clock.setAlert(at + 1, () => { print('next'); clearInterval(alive); resolve(); });
          const alive = setInterval(() => {}, 1000);
          if (clock.mode === 'test') new SharedClock(memory).advance(2e6);
        });
      }`);
    expect(printed).toBe('thrown next thrown next');
  });
});
