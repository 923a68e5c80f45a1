import { connect, constants, type IncomingHttpHeaders } from 'node:http2';
import type { ApiError, Clients } from '@sluice/api';
import { keys } from '@sluice/store';
import { Harness, type Replica } from './harness.js';

let harness: Harness;
let replica: Replica;
let operator: Clients;
const YAML = { 'content-type': 'text/yaml' };

beforeAll(async () => {
  harness = await Harness.start();
  replica = await harness.replica();
  operator = harness.connect(replica, await harness.user('operator', 'olga'));
}, 60_000);
afterAll(() => harness[Symbol.asyncDispose](), 30_000);

const HEAD = 'apiVersion: sluice.dev/v1\nkind: Policy\nmetadata: {name: a}\n';
const spec = (text: string) => `${HEAD}spec: ${text}\n`;
const nine = (name: string, of: string) => `${name}: &${name} [${Array(9).fill(of).join()}]`;
const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]', ...[...'bcdefghi'].map((c, i) => nine(c, `*${'abcdefghi'[i]}`))].join('\n'); // prettier-ignore
const ingress = (rule: string) => spec(`{endpointSelector: {}, ingress: [${rule}]}`);
const selectors = Array.from({ length: 10_001 }, (_, i) => `{matchLabels: {a: "${i}"}}`).join();

/** Each is refused as the caller's mistake. */
const HOSTILE: readonly (readonly [string, string])[] = [
  ['aliases that multiply', bomb],
  ['an alias to itself', 'a: &a [*a]'],
  ['10 MB in one document', spec(`{description: "${'x'.repeat(8_000_000)}"}`)],
  ['deep nesting', '['.repeat(200_000)],
  ['deep blocks', Array.from({ length: 2_000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
  ['50,000 unknown fields', spec(`{${Array.from({ length: 50_000 }, (_, i) => `k${i}: 1`).join()}}`)],
  ['more selectors than a list may have', ingress(`{fromEndpoints: [${selectors}]}`)],
  ['duplicate fields', `${spec('{endpointSelector: {}}')}spec: {endpointSelector: {}}\n`],
  ['duplicate fields in JSON', '{"apiVersion":"sluice.dev/v1","kind":"Policy","kind":"Policy","metadata":{"name":"a"},"spec":{"endpointSelector":{}}}'], // prettier-ignore
  ['a tag of a program', spec('!!js/function "x"')],
  ['merge keys', spec('{<<: {endpointSelector: {}}}')],
  ['__proto__', spec('{endpointSelector: {}, __proto__: {ingress: []}}')],
  ['constructor', spec('{endpointSelector: {}, constructor: {prototype: {}}}')],
  ['a NUL', spec('{endpointSelector: {matchLabels: {"a\\0b": c}}}').replace('\\0', '\0')],
  ['tabs for indentation', `${HEAD}spec:\n\tendpointSelector: {}\n`],
  ['port 65536', ingress('{toPorts: [{ports: [{port: 65536}]}]}')],
  ['a port with a blank in it', ingress('{toPorts: [{ports: [{port: "0x 50"}]}]}')],
  ['a reversed range', ingress('{toPorts: [{ports: [{port: 90, endPort: 80}]}]}')],
  ['an unknown version', HEAD.replace('v1', 'v9') + 'spec: {endpointSelector: {}}\n'],
  ['a list where a mapping belongs', spec('[]')],
  ['null', 'null'],
  ['a number', '5'],
  ['nothing but a comment', '# nothing\n'],
  ['another program’s document', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n'],
  [
    'an expression of hostile shape in a rule of layer 7',
    ingress('{toPorts: [{rules: {http: [{path: "((a+)+)+$"}]}}]}'),
  ],
];

/** Nothing was stored, and the replica goes on. */
async function unharmed(): Promise<void> {
  const { entries } = await harness.store.list(keys.policies());
  expect(entries).toEqual([]);
  const { checks } = await operator.cluster.status({});
  expect(checks.filter(({ name, level }) => name === 'store' && level === 'ok')).toHaveLength(1);
}

describe('hostile documents on the way to the store', () => {
  it.each(HOSTILE)('%s: refused over gRPC and REST alike, with a reason', async (_name, text) => {
    const olga = await harness.user('operator', 'olga');
    const failure = await operator.policies.apply({ text }).then(
      () => null,
      (error: ApiError) => error,
    );
    expect(['INVALID_ARGUMENT', 'RESOURCE_EXHAUSTED']).toContain(failure?.code);
    expect(failure?.message.length).toBeGreaterThan(5);
    const answer = await harness.call(replica, 'POST', '/v1/policies', olga, text, YAML);
    expect([400, 413]).toContain(answer.status);
    expect(answer.json<{ message: string }>().message.length).toBeGreaterThan(5);
    // What is too large for a message, or holds nothing, is no text to validate.
    if (text.length < 4_000_000 && !text.startsWith('#')) {
      const { problems } = await operator.policies.validate({ text });
      expect(problems.length).toBeGreaterThan(0);
      for (const { path, message } of problems) expect([path[0], message.length > 5]).toEqual(['$', true]);
    }
    await unharmed();
  });

  it('bodies that are no text, too large, of another type or cut off', async () => {
    const olga = await harness.user('operator', 'olga');
    const post = (body: string, headers: Record<string, string>) =>
      harness.call(replica, 'POST', '/v1/policies', olga, body, headers).then(({ status }) => status);
    expect(await post('\ufeff\ufffe\uffff', YAML)).toBe(400);
    expect(await post('x'.repeat(10 * 1024 * 1024), YAML)).toBe(413);
    expect([400, 415]).toContain(await post('<policy/>', { 'content-type': 'application/xml' }));
    expect(await post('', YAML)).toBe(400);
    expect(await post('{"apiVersion":', { 'content-type': 'application/json' })).toBe(400);
    await unharmed();
  });

  it('bytes that are no message', async () => {
    const { ca, cert, key } = await harness.user('operator', 'olga');
    const frame = (payload: Buffer) => {
      const head = Buffer.alloc(5);
      head.writeUInt32BE(payload.length, 1);
      return Buffer.concat([head, payload]);
    };
    let state = 12345;
    const random = (size: number) =>
      Buffer.from(Array.from({ length: size }, () => (state = (state * 1103515245 + 12345) & 0x7fffffff) >> 16 & 255));
    const bodies = [
      ...Array.from({ length: 200 }, (_, i) => frame(random(1 + (i % 60)))),
      random(40),
      Buffer.from([0, 255, 255, 255, 255, 1]),
      frame(Buffer.from([10, 255, 255, 255, 255, 127])),
      Buffer.alloc(0),
    ];
    const session = connect(`https://${replica.grpc}`, { ca, cert, key });
    try {
      for (const body of bodies) {
        const status = await new Promise<string>((done, failed) => {
          const stream = session.request({
            [constants.HTTP2_HEADER_METHOD]: 'POST',
            [constants.HTTP2_HEADER_PATH]: '/sluice.v1.Policies/Apply',
            'content-type': 'application/grpc',
            te: 'trailers',
          });
          let code = '';
          const note = (headers: IncomingHttpHeaders) => (code = headers['grpc-status']?.toString() ?? code);
          stream.on('response', note).on('trailers', note).on('error', failed).on('close', () => done(code)).resume();
          stream.end(body);
        });
        expect(status).not.toBe('0');
      }
    } finally {
      session.close();
    }
    await unharmed();
  }); // prettier-ignore
});
