import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FAULTS, FaultCounts } from './faults.js';
import { type Outcome, runSeed } from './run.js';
import { Summary } from './summary.js';

const main = join(import.meta.dirname, 'main.mjs');

function sim(...options: string[]) {
  return spawnSync(process.execPath, [main, ...options], { encoding: 'utf8', timeout: 60_000 });
}

describe('npm run sim', () => {
  it('prints the same line for the same seed, with each fault above zero', () => {
    const first = sim('--seed', '5', '--json');
    const second = sim('--seed', '5', '--json');
    expect(first.status).toBe(0);
    expect(second.stdout).toBe(first.stdout);
    expect(first.stdout.trim().split('\n')).toHaveLength(1);
    const summary = JSON.parse(first.stdout);
    expect(summary).toMatchObject({ ok: true, seed: 5, seeds: 1, failures: [] });
    for (const fault of FAULTS) expect(summary.faults[fault], fault).toBeGreaterThan(0);
  });

  it('runs some seeds from one on, and says in words what came of them', () => {
    const { status, stdout } = sim('--seed', '11', '--seeds', '3');
    expect(status).toBe(0);
    expect(stdout).toContain('3 seeds from 11 on: all invariants hold');
    expect(stdout).toMatch(/torn writes: [1-9]/);
  });

  it('explains its options, and refuses others', () => {
    expect(sim('--help').stdout).toContain('--seeds <number>');
    for (const options of [
      ['--seed', 'x'],
      ['--seeds', '0'],
      ['--sead', '1'],
    ]) {
      const { status, stdout, stderr } = sim(...options);
      expect(status).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toContain('--help lists the options');
    }
  });

  it('ends with what was done so far when it is interrupted', async () => {
    const child = spawn(process.execPath, [main, '--seeds', '100000', '--json']);
    let stdout = '';
    child.stdout.on('data', (data: Buffer) => {
      stdout += data;
    });
    // Progress says that it runs.
    await new Promise((resolve) => child.stderr.once('data', resolve));
    child.kill('SIGINT');
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(0);
    const summary = JSON.parse(stdout);
    expect(summary).toMatchObject({ ok: true, interrupted: true, failures: [] });
    expect(summary.seeds).toBeGreaterThan(0);
  });
});

describe('a summary', () => {
  it('says which seed broke which rule, and how to repeat it', () => {
    const good = runSeed(1);
    const bad: Outcome = {
      ...good,
      seed: 2,
      ok: false,
      invariant: 'once',
      rule: 'a client id has one effect',
      what: 'two effects',
      faults: new FaultCounts().counts,
    };
    const summary = new Summary(1);
    summary.add(good);
    summary.add(bad);
    expect(summary.failures).toBe(1);
    expect(summary.object()).toMatchObject({
      ok: false,
      seeds: 2,
      turns: 2 * good.turns,
      faults: good.faults,
      failures: [
        { seed: 2, invariant: 'once', what: 'two effects', repeat: 'npm run --silent sim -- --seed 2' },
      ],
    });
    expect(summary.text()).toContain('seed 2 breaks: a client id has one effect');
  });
});
