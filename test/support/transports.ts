import { canShareAPort } from '../../src/gateway/transport/node-transport.js';
import { loadUws } from '../../src/gateway/transport/uws-transport.js';

/** The transports that run here. Where uWebSockets.js has no binary, its tests are left out, and that is said. */
export async function transportsHere(): Promise<('uws' | 'node')[]> {
  const uws = await loadUws();
  if (typeof uws !== 'string') return ['uws', 'node'];
  console.warn(`NOT RUN: the tests on uWebSockets.js, which has no binary here (${uws})`);
  return ['node'];
}

/** Whether two gateways can serve one port here. Tests that need it are skipped where not, and count as skipped. */
export async function twoGatewaysHere(): Promise<boolean> {
  return canShareAPort() || typeof (await loadUws()) !== 'string';
}
