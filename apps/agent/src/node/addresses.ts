import { AddressBook, AddressError, type AddressErrorCode, type AddressSet } from '@sluice/ipam';
import type { Addresses } from '../endpoints/manager.js';
import { AgentError, type AgentErrorCode } from '../util/errors.js';

const CODES: Readonly<Record<AddressErrorCode, AgentErrorCode>> = {
  'no-prefix': 'UNAVAILABLE',
  invalid: 'INVALID_ARGUMENT',
  'in-use': 'ALREADY_EXISTS',
  resting: 'UNAVAILABLE',
  exhausted: 'RESOURCE_EXHAUSTED',
};

/** The node's address book, for callers of the agent: what it refuses bears a code of the API. */
export class NodeAddresses extends AddressBook implements Addresses {
  override acquire(wished: readonly string[]): AddressSet {
    try {
      return super.acquire(wished);
    } catch (error) {
      throw error instanceof AddressError ? new AgentError(CODES[error.code], error.message, error) : error;
    }
  }
}
