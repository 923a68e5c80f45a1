import { check, list, object, then, type Check } from './schema.js';
import { describe } from './issue.js';
import { suggest } from './suggest.js';
import { oneOf } from './fields.js';

/** Names of ICMP types in Cilium's schema, by family. */
export const ICMP_TYPES: Readonly<Record<'IPv4' | 'IPv6', Readonly<Record<string, number>>>> = {
  IPv4: {
    EchoReply: 0, DestinationUnreachable: 3, Redirect: 5, Echo: 8, EchoRequest: 8, RouterAdvertisement: 9,
    RouterSelection: 10, TimeExceeded: 11, ParameterProblem: 12, Timestamp: 13, TimestampReply: 14, Photuris: 40,
    ExtendedEchoRequest: 42, ExtendedEchoReply: 43,
  },
  IPv6: {
    DestinationUnreachable: 1, PacketTooBig: 2, TimeExceeded: 3, ParameterProblem: 4, EchoRequest: 128, EchoReply: 129,
    MulticastListenerQuery: 130, MulticastListenerReport: 131, MulticastListenerDone: 132, RouterSolicitation: 133,
    RouterAdvertisement: 134, NeighborSolicitation: 135, NeighborAdvertisement: 136, RedirectMessage: 137,
    RouterRenumbering: 138, ICMPNodeInformationQuery: 139, ICMPNodeInformationResponse: 140,
    InverseNeighborDiscoverySolicitation: 141, InverseNeighborDiscoveryAdvertisement: 142,
    HomeAgentAddressDiscoveryRequest: 144, HomeAgentAddressDiscoveryReply: 145, MobilePrefixSolicitation: 146,
    MobilePrefixAdvertisement: 147, DuplicateAddressRequestCodeSuffix: 157, DuplicateAddressConfirmationCodeSuffix: 158,
    ExtendedEchoRequest: 160, ExtendedEchoReply: 161,
  },
}; // prettier-ignore

const MAX_FIELDS = 40;

/** The number of a type, by number or by name; null for one that is not known in the family. */
export function icmpType(family: 'IPv4' | 'IPv6', type: string | number): number | null {
  const names = ICMP_TYPES[family];
  if (typeof type === 'string' && !/^\d{1,3}$/.test(type))
    return Object.hasOwn(names, type) ? (names[type] ?? null) : null;
  const number = Number(type);
  return Number.isInteger(number) && number >= 0 && number <= 255 ? number : null;
}

const shape = object({
  fields: {
    family: oneOf('IPv4', 'IPv6'),
    type: check({ type: ['string', 'integer'] }, (value, path, report) => {
      if (typeof value !== 'string' && typeof value !== 'number')
        report(path, `must be a type by number or name, not ${describe(value)}`);
    }),
  },
  required: ['type'],
});

const field: Check = then(shape, (value, path, report) => {
  const { family, type } = value as { family?: 'IPv4' | 'IPv6' | null; type: string | number };
  const own = family ?? 'IPv4';
  if (icmpType(own, type) !== null) return;
  const near = suggest(String(type), Object.keys(ICMP_TYPES[own]));
  report(
    [...path, 'type'],
    `${JSON.stringify(String(type).slice(0, 80))} is no ICMP type of ${own}`,
    near === null ? `a number from 0 to 255, or one of ${Object.keys(ICMP_TYPES[own]).join(', ')}` : `did you mean ${near}?`,
  ); // prettier-ignore
});

/** The `icmps` of a rule. */
export const icmps: Check = list(object({ fields: { fields: list(field, MAX_FIELDS) } }));
