import { StoreRefused } from './sink.js';

const FORM = 'postgres://user:password@host:5432/database';

/**
 * What pg itself does not look at: it takes any text for the name of a database on a host called "base".
 *
 * @throws StoreRefused where it is no address of a Postgres; without what may be a password
 */
export function checkPostgresAddress(address: string): void {
  if (!/^postgres(ql)?:\/\//.test(address))
    throw new StoreRefused(`the address of Postgres is none; write ${FORM}`);
  try {
    new URL(address);
  } catch {
    throw new StoreRefused(`the postgres:// address is not understood; write ${FORM}`);
  }
}
