import { LabelError, makeLabels, parsePrefix } from '@sluice/labels';
import {
  boolean,
  check,
  isMapping,
  list,
  object,
  text,
  texts,
  then,
  type Check,
} from '../documents/schema.js';
import { oneOf } from '../documents/fields.js';
import { describe } from '../documents/issue.js';
import { labelTexts } from './labels.js';

const MAX_EXPECTATIONS = 100_000;

const address = text((v) => {
  try {
    return v.includes('/') ? `${JSON.stringify(v)} is a prefix, not an address` : (parsePrefix(v), null);
  } catch (error) {
    if (error instanceof LabelError) return error.message;
    throw error;
  }
});

const labels: Check = then(texts(), (value, path, report) => {
  try {
    makeLabels(labelTexts(value as Record<string, string>), 'k8s');
  } catch (error) {
    if (!(error instanceof LabelError)) throw error;
    report(path, error.message);
  }
});

const portNumber: Check = check({ type: 'integer', minimum: 1, maximum: 65535 }, (value, path, report) => {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > 65535)
    report(path, `must be a number from 1 to 65535, not ${describe(value)}`);
});

const port: Check = check({ type: ['integer', 'string'] }, (value, path, report) => {
  if (typeof value === 'string' && !/^\d+$/.test(value)) return; // a name
  const n = Number(value);
  if ((typeof value !== 'number' && typeof value !== 'string') || !Number.isInteger(n) || n < 0 || n > 65535)
    report(path, `must be a port or the name of one, not ${describe(value)}`);
});

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const name = text(
  (v) => (v.length <= 253 && DNS_LABEL.test(v) ? null : `${JSON.stringify(v.slice(0, 80))} is no valid name`),
  'lower-case letters, digits, "-" and "."',
);

const workload = object({
  fields: {
    name,
    namespace: name,
    labels,
    addresses: list(address),
    ports: list(
      object({
        fields: { name: text(), port: portNumber, protocol: oneOf('TCP', 'UDP', 'SCTP') },
        required: ['name', 'port'],
      }),
    ),
    node: name,
    host: boolean,
    serviceAccount: text(),
  },
  required: ['name'],
});

const service = object({
  fields: { name, namespace: name, labels, selector: texts(), backends: list(address) },
  required: ['name'],
});

const expectation = object({
  fields: {
    from: text(),
    to: text(),
    port,
    protocol: oneOf('TCP', 'UDP', 'SCTP', 'ICMP', 'ICMPv6', 'ANY'),
    verdict: oneOf('allow', 'deny'),
    staged: boolean,
  },
  required: ['from', 'to', 'verdict'],
});

const policy: Check = check({ type: ['string', 'object'] }, (value, path, report) => {
  if (typeof value !== 'string' && !isMapping(value))
    report(path, `must be the path of a file or a policy, not ${describe(value)}`);
});

/** The shape of a PolicyTest; names in it are looked up later. */
export const checkPolicyTest: Check = object({
  fields: {
    apiVersion: oneOf('sluice.dev/v1'),
    kind: oneOf('PolicyTest'),
    metadata: object({ fields: { name, labels: texts(), annotations: texts() }, required: ['name'] }),
    spec: object({
      fields: {
        enforcement: oneOf('always', 'default', 'never'),
        allowLocalHost: oneOf('always', 'policy'),
        namespaces: list(object({ fields: { name, labels: texts() }, required: ['name'] })),
        services: list(service),
        policies: list(policy),
        workloads: list(workload),
        expect: list(expectation, MAX_EXPECTATIONS),
      },
    }),
  },
  required: ['apiVersion', 'kind', 'metadata', 'spec'],
});
