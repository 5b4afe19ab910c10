import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { measureLog } from '../src/follower/measured-log.js';
import { EmbeddedStore } from '../src/store/embedded-store.js';
import { migrate } from '../src/store/migrations.js';
import { partitionsSql } from '../src/store/months.js';
import { SqlSink } from '../src/store/sql-sink.js';
import type { FinalRows } from './final-rows.js';
import { carryLog, type StorePair } from './store-pair.js';

/** Into the embedded Postgres, in files. */
export function pglitePair(log: string, final: FinalRows, writeMs: number, directory: string): StorePair {
  let databases = 0;
  let store: EmbeddedStore | undefined;
  let batchRows = 0;
  const begin = async () => {
    await end();
    store = new EmbeddedStore(join(directory, `pglite-${++databases}`));
    await store.open();
    await migrate(store.session());
  };
  const end = async () => {
    await store?.close();
    store = undefined;
    if (databases > 0) rmSync(join(directory, `pglite-${databases}`), { recursive: true, force: true });
  };
  return {
    server: 'PGlite',
    rows: final.rows,
    commands: measureLog({ directory: log, shard: 0 }).lastSequence,
    batchRows: () => batchRows,
    prepareOurs: begin,
    async ours() {
      const sink = new SqlSink(0, () => Promise.resolve(store!.session()));
      batchRows = await carryLog(log, sink, writeMs);
      await sink.disconnect();
    },
    async prepareBare() {
      await begin();
      for (const month of final.months) await store!.session().run(partitionsSql(month));
    },
    async bare() {
      for (const copy of final.copies) await store!.session().write('', [copy]);
    },
    end,
  };
}
