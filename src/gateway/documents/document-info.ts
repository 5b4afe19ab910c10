import { readFileSync } from 'node:fs';

/** Name, version and licence, as the package says them. */
interface Package {
  readonly version: string;
  readonly license: string;
}

/** What both documents say of themselves. */
export function documentInfo(title: string, sentences: readonly string[]): Readonly<Record<string, unknown>> {
  const { version, license } = readPackage();
  return {
    title,
    version,
    description: [...sentences, 'docs/protocol.md says all of it in words, to the byte.'].join('\n\n'),
    license: { name: license, url: 'https://www.apache.org/licenses/LICENSE-2.0' },
  };
}

/** The package of this file stands above it: three directories in the sources, four in what is built. */
function readPackage(): Package {
  for (const above of ['../../../package.json', '../../../../package.json']) {
    try {
      return JSON.parse(readFileSync(new URL(above, import.meta.url), 'utf8')) as Package;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  throw new Error('package.json is not where it was installed: install Tickloom again');
}
