import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { type BackedUpShard, backUpShard } from '../journal/backup.js';
import { nodeDisk } from '../journal/disk.js';
import { makeDirectories } from '../journal/make-directories.js';
import { countShards } from '../journal/shard-directories.js';
import { verifyStart } from '../shard/verification.js';
import { switchOption } from './option-kinds.js';
import { type Command, helpText, readOptions } from './option-table.js';

const backupOptions = { json: switchOption('Prints the outcome as one line of JSON.') };

const backupCommand: Command<typeof backupOptions> = {
  name: 'tickloom backup',
  about:
    'Copies the data directory of an exchange, running or not, so that another exchange can start from the copy; then reads the copy as a start would.',
  options: backupOptions,
  positionals: [
    { name: 'directory', required: true, help: 'the data directory of the exchange' },
    { name: 'target', required: true, help: 'where the copy goes: a directory that is empty or not there' },
  ],
  notes: [
    'All that was acknowledged when the command began is in the copy. Restore it by starting an exchange with --data <target>, or with a copy of that.',
  ],
};

/** `tickloom backup`. Returns the exit code. */
export async function backup(args: readonly string[]): Promise<number> {
  const read = readOptions(backupCommand, args, process.env);
  if (read === 'help') {
    console.log(helpText(backupCommand));
    return 0;
  }
  const [directory, target] = read.positionals as [string, string];
  const count = existsSync(directory) ? countShards(directory) : 0;
  if (count === 0)
    throw new Error(`there is no journal in ${directory}; name the data directory of an exchange`);
  if (existsSync(target) && readdirSync(target).length > 0)
    throw new Error(`${target} is not empty; name a directory that is empty or not there`);
  makeDirectories(resolve(target));
  const shards: (BackedUpShard & { readonly stateHash: string })[] = [];
  for (let shard = 0; shard < count; shard++) {
    const copied = backUpShard(nodeDisk, directory, target, shard);
    const { stateHash, summary } = verifyStart({ directory: target, shard });
    if (summary.nextSequence - 1 !== copied.sequence)
      throw new Error(
        `the copy of shard ${shard} ends at sequence ${summary.nextSequence - 1} and not at ${copied.sequence}: try again`,
      );
    shards.push({ ...copied, stateHash });
  }
  if (read.values.json) console.log(JSON.stringify({ directory, target, shards }));
  else for (const shard of shards) console.log(shardText(shard));
  return 0;
}

function shardText({
  shard,
  snapshot,
  segments,
  sequence,
  bytes,
  stateHash,
}: BackedUpShard & { stateHash: string }): string {
  const from = snapshot === 0 ? '' : `the snapshot at sequence ${snapshot} and `;
  return `Shard ${shard}: ${from}${segments} segments, ${bytes} bytes, up to sequence ${sequence}; verified, state ${stateHash}.`;
}
