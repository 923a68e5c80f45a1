import { connect, createServer } from 'node:net';
import { parseArgs } from 'node:util';

/**
 * `bridge.js --from /path.sock --to 198.18.0.10:9443`, several pairs: bytes from a unix socket to an address that is
 * reachable from this network namespace only. TLS goes through untouched, so that the lab's own process, which stays in
 * the machine's namespace, is an ordinary client of the control plane.
 */
const { values } = parseArgs({
  options: {
    from: { type: 'string', multiple: true, default: [] },
    to: { type: 'string', multiple: true, default: [] },
  },
});

values.from.forEach((path, index) => {
  const [host = '', port = ''] = (values.to[index] ?? '').split(':');
  createServer((near) => {
    const far = connect({ host, port: Number(port) });
    near.pipe(far).pipe(near);
    near.on('error', () => far.destroy()).on('close', () => far.destroy());
    far.on('error', () => near.destroy()).on('close', () => near.destroy());
  }).listen(path);
});
