import { integer, oneOf, present } from './fields.js';
import { list, needing, object, text, texts, then, type Check } from './schema.js';

/** What a document may ask for that this version does not have. */
export const NEED = Object.freeze({
  layer7: 'the layer-7 engine',
  dns: 'the DNS engine',
  authentication: 'mutual authentication',
});

/** Longer ones are nobody's; what a regular expression costs is bounded by its length. */
const MAX_PATTERN = 2048;
const MAX_NAME = 255;

/**
 * A regular expression. Its syntax is not looked at: it is POSIX's, for another program than this one, and none is ever run here, so
 * that one of hostile shape costs nothing.
 */
const pattern = text(
  (v) => (v.length <= MAX_PATTERN ? null : `the expression is longer than ${MAX_PATTERN} characters`),
  null,
  { maxLength: MAX_PATTERN },
);

/** A text of some characters only. Each rule is a single class of characters, so that it costs one look at each. */
function named(allowed: RegExp, what: string): Check {
  return text((v) => {
    if (v.length === 0 || v.length > MAX_NAME) return `${what} has 1 to ${MAX_NAME} characters`;
    return allowed.test(v) && !v.includes('..') && !v.startsWith('.')
      ? null
      : `${JSON.stringify(v.slice(0, 80))} is no ${what}`;
  });
}

const matchName = named(/^[-a-zA-Z0-9_.]+$/, 'name of a host');
const matchPattern = named(/^[-a-zA-Z0-9_.*]+$/, 'pattern of names');
const serverName = named(/^[-a-zA-Z0-9_.*]+$/, 'name of a server');

/** Cilium: a name, a pattern, or both. */
const dnsName: Check = then(object({ fields: { matchName, matchPattern } }), (value, path, report) => {
  if (present(value, ['matchName', 'matchPattern']).length === 0)
    report(path, 'matchName or matchPattern is missing');
});

const secret = object({ fields: { name: text(), namespace: text() }, required: ['name'] });
const some = text((v) => (v === '' ? 'must not be empty' : null));

const http = object({
  fields: {
    path: pattern,
    method: pattern,
    host: pattern,
    headers: list(text()),
    headerMatches: list(
      object({
        fields: { mismatch: oneOf('LOG', 'ADD', 'DELETE', 'REPLACE'), name: some, secret, value: text() },
        required: ['name'],
      }),
    ),
  },
});

const kafka = then(
  object({
    fields: {
      role: oneOf('produce', 'consume'),
      apiKey: text(),
      apiVersion: text((v) =>
        /^\d{0,5}$/.test(v) ? null : `${JSON.stringify(v.slice(0, 80))} is no version`,
      ),
      clientID: text(),
      topic: text((v) => (v.length <= MAX_NAME ? null : `the topic is longer than ${MAX_NAME} characters`)),
    },
  }),
  (value, path, report) => {
    if (present(value, ['role', 'apiKey']).length > 1)
      report(
        [...path, 'apiKey'],
        'role and apiKey cannot stand together',
        'role stands for several keys',
        true,
      );
  },
);

const KINDS = ['http', 'kafka', 'dns', 'l7'];

/** `rules` of toPorts: of one protocol. */
const rules: Check = then(
  object({
    fields: { http: list(http), kafka: list(kafka), dns: list(dnsName), l7proto: text(), l7: list(texts()) },
  }),
  (value, path, report) => {
    const kinds = present(value, KINDS);
    const second = kinds[1];
    if (second !== undefined)
      report([...path, second], `${kinds[0]} and ${second} cannot stand together`, 'write a port rule for each', true); // prettier-ignore
  },
);

const tls = object({
  fields: { secret, trustedCA: text(), certificate: text(), privateKey: text() },
  required: ['secret'],
});

const listener = object({
  fields: {
    envoyConfig: object({
      fields: { kind: oneOf('CiliumEnvoyConfig', 'CiliumClusterwideEnvoyConfig'), name: some },
      required: ['name'],
    }),
    name: some,
    priority: integer(1, 100),
  },
  required: ['envoyConfig', 'name'],
});

/** What a port rule may say of layer 7. */
export const LAYER7_PORT_FIELDS: Readonly<Record<string, Check>> = {
  rules: needing(NEED.layer7, rules),
  terminatingTLS: needing(NEED.layer7, tls),
  originatingTLS: needing(NEED.layer7, tls),
  serverNames: needing(NEED.layer7, list(serverName)),
  listener: needing(NEED.layer7, listener),
};

/** `toFQDNs` of an egress rule. */
export const fqdns: Check = needing(NEED.dns, list(dnsName));

const mode = oneOf('disabled', 'required', 'test-always-fail');
const AUTHENTICATION = object({ fields: { mode }, required: ['mode'] });

/** `authentication` of a rule. `disabled` is what every connection is here, so it needs nothing. */
export const authentication: Check = then(
  AUTHENTICATION,
  (value, path, report) => {
    const need = NEED.authentication;
    if ((value as { mode: string }).mode !== 'disabled')
      report(path, `needs ${need}, which this version does not have`, null, true, need);
  },
  {
    description: `a mode other than disabled needs ${NEED.authentication}, which this version does not have`,
  },
);
