import { Etcd3 } from 'etcd3';
import { absolute, rangeEnd } from '../codec.js';
import type { StoreOptions } from '../types.js';

/** A right to keys relative to ROOT: a single key, or all below a prefix that ends in `/`. */
export interface Grant {
  readonly key: string;
  readonly permission: 'Read' | 'Write' | 'Readwrite';
}

/** What each user (a certificate's CN) may do. */
export interface AuthOptions {
  readonly users: Readonly<Record<string, readonly Grant[]>>;
}

/** Makes the users, each with a role of its own, and turns RBAC on. `options` must be root's. */
export async function enableAuth(options: StoreOptions, auth: AuthOptions): Promise<void> {
  const etcd = new Etcd3({
    hosts: [...options.endpoints],
    credentials: {
      rootCertificate: options.tls.ca,
      certChain: options.tls.cert,
      privateKey: options.tls.key,
    },
  });
  try {
    await addUser(etcd, 'root', []);
    for (const [name, grants] of Object.entries(auth.users)) await addUser(etcd, name, grants);
    await etcd.auth.authEnable();
  } finally {
    etcd.close();
  }
}

async function addUser(etcd: Etcd3, name: string, grants: readonly Grant[]): Promise<void> {
  await etcd.auth.roleAdd({ name });
  for (const { key, permission } of grants) {
    const range_end = key.endsWith('/') ? rangeEnd(key) : Buffer.alloc(0);
    await etcd.auth.roleGrantPermission({
      name,
      perm: { permType: permission, key: absolute(key), range_end },
    });
  }
  // No password is ever given out, so the certificate is the only way in.
  await etcd.auth.userAdd({ name, password: crypto.randomUUID() });
  await etcd.auth.userGrantRole({ user: name, role: name });
}
