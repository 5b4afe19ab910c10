import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/*
 * A certificate for localhost and its key, good for a hundred years. That the key is public harms nobody: no client trusts
 * a certificate that has signed itself, save these tests, which are told to.
 */

const path = (name: string) => fileURLToPath(new URL(`./tls/${name}`, import.meta.url));

export const certificatePath = path('certificate.pem');
export const keyPath = path('key.pem');
/** A key that is not that certificate's. */
export const otherKeyPath = path('other-key.pem');
export const testCertificate = readFileSync(certificatePath, 'utf8');
