import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One directory for all that a run of the tests makes; what is left of it in the end goes, processes first. */
export default function setup(): () => void {
  const root = mkdtempSync(join(tmpdir(), 'tickloom-test-'));
  // Postgres does not run as root: where we are root, another user must get through to its data.
  chmodSync(root, 0o711);
  mkdirSync(join(root, 'processes'));
  process.env['TICKLOOM_TEST_ROOT'] = root;
  return () => {
    for (const pid of existsSync(root) ? readdirSync(join(root, 'processes')) : []) {
      try {
        process.kill(Number(pid), 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
    // A server whose test failed half-way may have been killed this very moment, and still write.
    rmSync(root, { recursive: true, force: true, maxRetries: 10 });
  };
}
