#!/usr/bin/env node
import { UsageError } from './option-table.js';

type Run = (args: readonly string[]) => Promise<number>;

/** Each is loaded when it is asked for: the parent of an exchange has no use for the rest. */
const commands: Readonly<Record<string, () => Promise<Run>>> = {
  start: async () => (await import('./start.js')).start,
  admin: async () => (await import('./admin.js')).admin,
  keys: async () => (await import('./keys.js')).keys,
  recover: async () => (await import('./recover.js')).recover,
  rebuild: async () => (await import('./rebuild.js')).rebuild,
  backup: async () => (await import('./backup.js')).backup,
  replay: async () => (await import('./replay.js')).replay,
  histograms: async () => (await import('./histograms.js')).histograms,
};

const help = `Usage: tickloom <command> [options]

Commands:
  start       runs an exchange
  admin       tells a running exchange what to do: instruments, halts, cancels, snapshots
  keys        makes, lists and revokes the keys of those who may come in
  recover     verifies a data directory without starting the exchange
  rebuild     makes the tables or keys of a store anew from the log
  backup      copies the data directory of an exchange that may be running
  replay      sends a recorded flow through an exchange, and compares what comes out with the recording
  histograms  writes the latency histograms of a running exchange into files

tickloom <command> --help tells more.`;

const [name, ...args] = process.argv.slice(2);
const command = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;

if (command !== undefined) process.exitCode = await run(command, args);
else if (name === undefined || name === '--help' || name === '-h' || name === 'help') console.log(help);
else {
  console.error(`tickloom: there is no command "${name}"; there are ${Object.keys(commands).join(', ')}`);
  process.exitCode = 2;
}

/** Runs a command. What goes wrong is said in one line each; a stack is for bugs, and DEBUG asks for it. */
async function run(load: () => Promise<Run>, args: readonly string[]): Promise<number> {
  try {
    const command = await load();
    return await command(args);
  } catch (error) {
    if (error instanceof UsageError) {
      for (const line of error.lines) console.error(`tickloom: ${line}`);
      return 2;
    }
    console.error(`tickloom: ${error instanceof Error ? error.message : String(error)}`);
    if (process.env['DEBUG'] !== undefined && error instanceof Error) console.error(error.stack);
    return 1;
  }
}
