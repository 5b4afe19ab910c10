// npm run --silent oracle -- --commands 10000000 --seed 1 --features all
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    commands: { type: 'string', default: '10000000' },
    seed: { type: 'string', default: '1' },
    features: { type: 'string', default: 'all' },
  },
});
const vitest = ['vitest', 'run', 'test/book/long-run.test.ts', '--disable-console-intercept'];
const { status } = spawnSync('npx', vitest, {
  stdio: 'inherit',
  env: {
    ...process.env,
    TICKLOOM_LONG_COMMANDS: values.commands,
    TICKLOOM_LONG_SEED: values.seed,
    TICKLOOM_FEATURES: values.features,
  },
});
process.exitCode = status ?? 1;
