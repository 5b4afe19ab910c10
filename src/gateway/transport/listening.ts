import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createSecureContext } from 'node:tls';
import type { TransportChoice } from '../gateway-messages.js';
import { canShareAPort } from './node-transport.js';
import type { TlsFiles } from './transport.js';
import { loadUws } from './uws-transport.js';

/** The exchange cannot listen as it was told. One sentence. */
export class ListenError extends Error {}

/** Which transport serves, asked once for all gateways. */
export async function chooseTransport(
  choice: TransportChoice,
  gateways: number,
): Promise<{ transport: 'uws' | 'node'; transportWhy?: string | undefined }> {
  if (choice !== 'node') {
    const uws = await loadUws();
    if (typeof uws !== 'string') return { transport: 'uws' };
    if (choice === 'uws')
      throw new ListenError(
        `uWebSockets.js has no binary for this platform; leave out --transport uws (${uws})`,
      );
    if (gateways > 1 && !canShareAPort()) throw oneGatewayOnly(gateways);
    return { transport: 'node', transportWhy: uws };
  }
  if (gateways > 1 && !canShareAPort()) throw oneGatewayOnly(gateways);
  return { transport: 'node' };
}

function oneGatewayOnly(gateways: number): ListenError {
  return new ListenError(
    `--gateways ${gateways} needs uWebSockets.js or Node 23.1 on Linux, where threads can share a port; use --gateways 1`,
  );
}

/**
 * Looks whether certificate and key can be read and belong together: uWebSockets.js would not say which of it is wrong.
 *
 * @throws ListenError where they do not
 */
export function checkTls(tls: TlsFiles | undefined): void {
  if (tls === undefined) return;
  const cert = readTlsFile('certificate', tls.certificate);
  const key = readTlsFile('key', tls.key);
  try {
    createSecureContext({ cert });
  } catch {
    throw new ListenError(
      `the certificate ${tls.certificate} is not one in PEM; name another with --tls-cert`,
    );
  }
  try {
    createSecureContext({ key });
  } catch {
    throw new ListenError(
      `the key ${tls.key} is not a private one in PEM without a passphrase; name another with --tls-key`,
    );
  }
  try {
    createSecureContext({ cert, key });
  } catch {
    throw new ListenError(
      `the key ${tls.key} is not that of the certificate ${tls.certificate}; name those that belong together`,
    );
  }
}

function readTlsFile(what: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ListenError(
      `the ${what} ${path} cannot be read (${code ?? message}); look at path and permissions`,
    );
  }
}

/**
 * Looks whether the port can be had, and picks one for port 0. The gateways share their port, so their own listening
 * would not notice another exchange on it.
 */
export function freePort(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE'
          ? 'another program listens there; choose another with --port'
          : `${error.code ?? error.message}; choose another with --host and --port`;
      reject(new ListenError(`cannot listen on ${host}:${port}: ${why}`));
    });
    probe.listen({ host, port, exclusive: true }, () => {
      const address = probe.address();
      const found = typeof address === 'object' && address !== null ? address.port : port;
      probe.close(() => resolve(found));
    });
  });
}
