/** A protocol and a port; of ICMP the type. */
export interface Target {
  readonly protocol: string;
  readonly port: number;
}

interface PortText {
  readonly port: string;
  readonly endPort?: number;
  readonly protocol: string;
}

/** What a rule may say of ports: `toPorts` or `icmps`, never both. */
export type PortPart =
  | { readonly toPorts: readonly { readonly ports: readonly PortText[] }[] }
  | { readonly icmps: readonly { readonly fields: readonly { family: string; type: number }[] }[] };

const WITH_PORTS = ['SCTP', 'TCP', 'UDP'];
const FAMILIES: Readonly<Record<string, string>> = { ICMP: 'IPv4', ICMPv6: 'IPv6' };
/** What a list may hold. */
const MOST = 40;

/** Whether a rule can name this protocol at all. */
export function canBeNamed({ protocol, port }: Target): boolean {
  return protocol in FAMILIES || (WITH_PORTS.includes(protocol) && port > 0);
}

function chunks<T>(items: readonly T[]): T[][] {
  const lists = Math.ceil(items.length / MOST);
  return Array.from({ length: lists }, (_, i) => items.slice(i * MOST, (i + 1) * MOST));
}

/** Ports that follow each other make one range. */
function ranges(protocol: string, ports: readonly number[]): PortText[] {
  const found: { first: number; last: number }[] = [];
  for (const port of [...ports].sort((a, b) => a - b)) {
    const open = found.at(-1);
    if (open?.last === port - 1) open.last = port;
    else found.push({ first: port, last: port });
  }
  return found.map(({ first, last }) => ({
    port: String(first),
    ...(last === first ? {} : { endPort: last }),
    protocol,
  }));
}

/** The parts of rules that let exactly these through; targets must differ, and each must be one that can be named. */
export function portParts(targets: readonly Target[]): PortPart[] {
  const ports = WITH_PORTS.flatMap((protocol) =>
    ranges(
      protocol,
      targets.filter((target) => target.protocol === protocol).map(({ port }) => port),
    ),
  );
  const types = targets
    .flatMap(({ protocol, port }) => {
      const family = FAMILIES[protocol];
      return family === undefined ? [] : [{ family, type: port }];
    })
    .sort((a, b) => (a.family === b.family ? a.type - b.type : a.family < b.family ? -1 : 1));
  return [
    ...(ports.length === 0 ? [] : [{ toPorts: chunks(ports).map((some) => ({ ports: some })) }]),
    ...chunks(types).map((fields) => ({ icmps: [{ fields }] })),
  ];
}
