import { isIPv4, isIPv6 } from 'node:net';
import { invalid } from '../failure.js';

/** Checks a pool as it is written: one prefix of one family, node prefixes inside it. Throws INVALID_ARGUMENT naming the field. */
export function checkPool(prefix: string, nodePrefixLength: number): { readonly capacity: number } {
  const [address = '', lengthText = '', ...rest] = prefix.split('/');
  const bits = isIPv4(address) ? 32 : isIPv6(address) ? 128 : 0;
  const length = /^\d{1,3}$/.test(lengthText) ? Number(lengthText) : -1;
  if (bits === 0 || length < 1 || length > bits || rest.length > 0) {
    throw invalid(`pool prefix ${prefix} is no prefix`, 'like 198.18.64.0/18 or fd00:198::/56');
  }
  if (!Number.isInteger(nodePrefixLength) || nodePrefixLength < length || nodePrefixLength > bits - 2) {
    throw invalid(
      `a node prefix of /${nodePrefixLength} does not fit ${prefix}`,
      `between /${length} and /${bits - 2}`,
    );
  }
  if (nodePrefixLength - length > 24)
    throw invalid(`${prefix} holds more than 2^24 prefixes of /${nodePrefixLength}`);
  return { capacity: 2 ** (nodePrefixLength - length) };
}
