import { X509Certificate } from 'node:crypto';
import { connect, createServer, type TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { createCa, issue, PkiError, type Credentials } from './index.js';

/** One handshake with client certificates demanded; resolves to what the server saw, rejects as the client does. */
async function handshake(server: Credentials, client: Credentials): Promise<string> {
  const listener = createServer({
    ...server,
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.2',
  });
  listener.on('tlsClientError', () => undefined);
  await new Promise<void>((done) => listener.listen(0, '127.0.0.1', done));
  const { port } = listener.address() as AddressInfo;
  try {
    const seen = new Promise<string>((resolve) => {
      listener.on('secureConnection', (socket: TLSSocket) => {
        const { subject } = socket.getPeerCertificate();
        socket.on('error', () => undefined).end();
        resolve([subject.O ?? '', subject.CN ?? ''].flat().join('/'));
      });
    });
    await new Promise<void>((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, ...client, maxVersion: 'TLSv1.2' });
      socket.on('error', reject).on('secureConnect', () => {
        socket.end();
        resolve();
      });
    });
    return await seen;
  } finally {
    await new Promise((done) => listener.close(done));
  }
}

describe('pki', () => {
  const server = { commonName: 'etcd', ips: ['127.0.0.1'], dns: ['localhost'], usages: ['server'] } as const;
  const client = { commonName: 'node-1', organization: 'sluice:node', usages: ['client'] } as const;

  it('makes certificates that a mutual TLS handshake accepts, with the names asked for', async () => {
    const ca = await createCa({ commonName: 'sluice' });
    await expect(handshake(await issue(ca, server), await issue(ca, client))).resolves.toBe(
      'sluice:node/node-1',
    );
  });

  it('is refused when another authority of the same name signed it', async () => {
    const [ours, theirs] = [
      await createCa({ commonName: 'sluice' }),
      await createCa({ commonName: 'sluice' }),
    ];
    const stranger = { ...(await issue(theirs, client)), ca: ours.cert };
    await expect(handshake(await issue(ours, server), stranger)).rejects.toThrow();
  });

  it('is refused when used for what it was not issued for', async () => {
    const ca = await createCa({ commonName: 'sluice' });
    await expect(handshake(await issue(ca, client), await issue(ca, client))).rejects.toThrow();
  });

  it('is refused once expired', async () => {
    const ca = await createCa({ commonName: 'sluice' });
    const old = await issue(ca, { ...client, days: 1, now: new Date(Date.now() - 3 * 86_400_000) });
    await expect(handshake(await issue(ca, server), old)).rejects.toThrow();
  });

  it('bears alternative names, and says that it is no authority', async () => {
    const ca = await createCa({ commonName: 'sluice' });
    const made = await issue(ca, {
      ...server,
      ips: ['127.0.0.1', 'fd00:198::1'],
      uris: ['spiffe://sluice/a'],
    });
    const read = new X509Certificate(made.cert);
    expect(read.subjectAltName).toContain('IP Address:127.0.0.1');
    expect(read.subjectAltName).toContain('FD00:198');
    expect(read.subjectAltName).toContain('URI:spiffe://sluice/a');
    expect(read.ca).toBe(false);
    expect(read.verify(new X509Certificate(ca.cert).publicKey)).toBe(true);
  });

  it('refuses bad options by name', async () => {
    const ca = await createCa({ commonName: 'sluice' });
    await expect(issue(ca, { ...server, ips: ['nope'] })).rejects.toThrow(PkiError);
    await expect(issue(ca, { ...client, usages: [] })).rejects.toThrow(/usage/);
    await expect(issue(ca, { ...client, days: 0 })).rejects.toThrow(/days/);
    await expect(issue(ca, { ...client, commonName: '' })).rejects.toThrow(/common name/);
    await expect(issue({ cert: 'x', key: ca.key }, client)).rejects.toThrow(/authority/);
    await expect(issue({ cert: ca.cert, key: 'x' }, client)).rejects.toThrow(/key/);
  });
});
