import { readdirSync } from 'node:fs';
import { MAX_SHARDS } from '../model/limits.js';
import { shardDirectory } from './segment.js';

/** How many shards a data directory holds: their numbers are 0 to one less. 0 where it is empty. */
export function countShards(dataDirectory: string): number {
  const entries = new Set(readdirSync(dataDirectory));
  let shards = 0;
  for (let shard = 0; shard < MAX_SHARDS; shard++) {
    const name = shardDirectory('', shard).replace(/^\//, '');
    if (entries.has(name)) shards = shard + 1;
  }
  return shards;
}
