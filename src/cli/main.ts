#!/usr/bin/env node
import { backup } from './backup.js';
import { UsageError } from './option-table.js';
import { recover } from './recover.js';
import { replay } from './replay.js';
import { start } from './start.js';

const commands: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  start,
  recover,
  backup,
  replay,
};

const help = `Usage: tickloom <command> [options]

Commands:
  start     runs an exchange
  recover   verifies a data directory without starting the exchange
  backup    copies the data directory of an exchange that may be running
  replay    sends a recorded flow through an exchange, and compares what comes out with the recording

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
async function run(
  command: (args: readonly string[]) => Promise<number>,
  args: readonly string[],
): Promise<number> {
  try {
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
