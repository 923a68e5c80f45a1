import { LabelError, parseSelectorKey } from '@sluice/labels';
import { list, object, text, texts, then, type Check } from './schema.js';

/** What an action says is wrong, by LabelError; null where it does not throw. */
export function attempt(action: () => unknown): string | null {
  try {
    action();
    return null;
  } catch (error) {
    if (error instanceof LabelError) return error.message;
    throw error;
  }
}

function sourcedKey(key: string): string | null {
  const wrong = attempt(() => parseSelectorKey(key));
  if (wrong) return wrong;
  return key.startsWith('cidr:') ? 'a selector cannot name the labels of prefixes; use CIDR peers' : null;
}

const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** A label's key as Kubernetes allows it: a name, with a DNS prefix before a slash or without. It has no source. */
function kubernetesKey(key: string): string | null {
  const slash = key.indexOf('/');
  const prefix = slash < 0 ? null : key.slice(0, slash);
  const name = key.slice(slash + 1);
  const sound =
    name.length <= 63 &&
    NAME.test(name) &&
    (prefix === null || (prefix.length <= 253 && SUBDOMAIN.test(prefix)));
  return sound ? null : `${JSON.stringify(key.slice(0, 80))} is no key of a Kubernetes label`;
}

function kubernetesValue(value: string): string | null {
  return value === '' || (value.length <= 63 && NAME.test(value))
    ? null
    : `${JSON.stringify(value.slice(0, 80))} is no value of a Kubernetes label`;
}

type Rule = (text: string) => string | null;
const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

function expression(key: Rule, value?: Rule): Check {
  const operator = text(
    (v) => (OPERATORS.includes(v) ? null : `unknown operator ${JSON.stringify(v)}`),
    `allowed are ${OPERATORS.join(', ')}`,
  );
  return then(
    object({
      fields: { key: text(key), operator, values: list(text(value)) },
      required: ['key', 'operator'],
    }),
    (found, path, report) => {
      const { operator: o, values } = found as { operator: string; values?: unknown[] | null };
      const needs = o === 'In' || o === 'NotIn';
      if (needs && !values?.length) report(path, `operator ${o} needs at least one value`);
      if (!needs && values?.length) report([...path, 'values'], `operator ${o} takes no values`);
    },
  );
}

/** A label selector of Cilium's schema, keys with a source or without; `{}` selects everything. */
export const selector: Check = object({
  fields: { matchLabels: texts(sourcedKey), matchExpressions: list(expression(sourcedKey)) },
});

/** A label selector of the Kubernetes API; `{}` selects everything. */
export const kubernetesSelector: Check = object({
  fields: {
    matchLabels: texts(kubernetesKey, kubernetesValue),
    matchExpressions: list(expression(kubernetesKey, kubernetesValue)),
  },
});
