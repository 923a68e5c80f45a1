import { IDENTITY, cidrLabels, parsePrefix, prefixOf, worldOf, type Prefix } from '@sluice/labels';
import type { IdentityInput } from '../types.js';

/**
 * The identity of an address outside of the cluster: that of the longest prefix which contains it, with the labels of all such,
 * numbered `id`; or world of its family, where nobody names a prefix around it. `prefixes` are canonical texts.
 */
export function outsideIdentity(address: Prefix, prefixes: Iterable<string>, id: number): IdentityInput {
  const around = new Map<string, Prefix>();
  for (let bits = 0; bits <= address.bits; bits++) {
    const prefix = prefixOf(address.bytes, bits);
    around.set(prefix.text, prefix);
  }
  const covering = new Set<Prefix>();
  for (const text of prefixes) {
    const prefix = around.get(text);
    if (prefix) covering.add(prefix);
  }
  const longest = [...covering].sort((a, b) => b.bits - a.bits)[0];
  if (!longest) return { id: worldOf(address.family), labels: [] };
  return { id: IDENTITY.CIDR_FLAG + id, labels: cidrLabels(longest, covering) };
}

/** An address, without a prefix length; null for anything else. */
export function parseAddress(text: string): Prefix | null {
  if (text.includes('/') || !/^[0-9a-fA-F.:]+$/.test(text) || !/[.:]/.test(text)) return null;
  try {
    return parsePrefix(text);
  } catch {
    return null;
  }
}
