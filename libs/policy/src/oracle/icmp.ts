import type { IcmpDocument } from '../documents/types.js';
import type { Ask } from './reading.js';

/** Cilium's names of types (pkg/policy/api/icmp.go), IPv4. */
const V4: Readonly<Record<string, number>> = {
  EchoReply: 0, DestinationUnreachable: 3, Redirect: 5, Echo: 8, EchoRequest: 8, RouterAdvertisement: 9, RouterSelection: 10,
  TimeExceeded: 11, ParameterProblem: 12, Timestamp: 13, TimestampReply: 14, Photuris: 40, ExtendedEchoRequest: 42,
  ExtendedEchoReply: 43,
}; // prettier-ignore
const V6: Readonly<Record<string, number>> = {
  DestinationUnreachable: 1, PacketTooBig: 2, TimeExceeded: 3, ParameterProblem: 4, EchoRequest: 128, EchoReply: 129,
  MulticastListenerQuery: 130, MulticastListenerReport: 131, MulticastListenerDone: 132, RouterSolicitation: 133,
  RouterAdvertisement: 134, NeighborSolicitation: 135, NeighborAdvertisement: 136, RedirectMessage: 137, RouterRenumbering: 138,
  ICMPNodeInformationQuery: 139, ICMPNodeInformationResponse: 140, InverseNeighborDiscoverySolicitation: 141,
  InverseNeighborDiscoveryAdvertisement: 142, HomeAgentAddressDiscoveryRequest: 144, HomeAgentAddressDiscoveryReply: 145,
  MobilePrefixSolicitation: 146, MobilePrefixAdvertisement: 147, DuplicateAddressRequestCodeSuffix: 157,
  DuplicateAddressConfirmationCodeSuffix: 158, ExtendedEchoRequest: 160, ExtendedEchoReply: 161,
}; // prettier-ignore

function typeNumber(family: 'IPv4' | 'IPv6', type: string | number): number | undefined {
  if (/^\d+$/.test(String(type))) return Number(type);
  return (family === 'IPv4' ? V4 : V6)[String(type)];
}

/** POLICY 8: the type alone counts, and type 0 is exactly type 0. */
export function meetsIcmp({ question }: Ask, icmps: readonly IcmpDocument[]): string | null {
  const { protocol, port } = question;
  for (const { fields } of icmps)
    for (const { family, type } of fields ?? []) {
      const wanted = family === 'IPv6' ? 58 : 1;
      if (protocol === wanted && port >> 8 === typeNumber(family ?? 'IPv4', type))
        return `icmp${wanted === 1 ? '4' : '6'}-${/^\d+$/.test(String(type)) ? 'number' : 'name'}`;
    }
  return null;
}
