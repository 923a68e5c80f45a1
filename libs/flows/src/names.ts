/** Names of the numbers in bpf/lib/types.h. A number without a name is shown as `reason-<n>`, never hidden. */

const REASONS: Readonly<Record<number, string>> = {
  0: 'forwarded',
  1: 'policy-deny',
  2: 'policy-default',
  3: 'no-policy',
  4: 'lockdown',
  5: 'not-ready',
  6: 'spoof-addr',
  7: 'spoof-mac',
  8: 'unknown-interface',
  9: 'malformed',
  10: 'unknown-l3',
  11: 'unknown-l4',
  12: 'ip-options',
  13: 'ext-header',
  14: 'frag-orphan',
  15: 'frag-overlap',
  16: 'frag-short',
  17: 'unknown-dest',
  18: 'tunnel-forged',
  19: 'overlay-source',
  20: 'overlay-identity',
  21: 'underlay-source',
  22: 'nd-forbidden',
  23: 'arp-forbidden',
  24: 'nd-ignored',
  25: 'no-tunnel',
  26: 'ct-invalid',
  27: 'ct-full',
  28: 'redirect',
  29: 'no-config',
  30: 'ttl',
  31: 'mtu',
  32: 'icmp-unrelated',
  33: 'multicast',
};

const HOOKS: Readonly<Record<number, string>> = {
  1: 'from-endpoint',
  2: 'to-endpoint',
  3: 'from-overlay',
  4: 'to-overlay',
  5: 'to-host',
  6: 'from-host',
};

const PROTOCOLS: Readonly<Record<number, string>> = {
  1: 'ICMP',
  6: 'TCP',
  17: 'UDP',
  58: 'ICMPv6',
  132: 'SCTP',
};

/** Event flags of bpf/lib/types.h `sluice_event_flags`. */
export const EventFlag = { reply: 1, ingress: 2, self: 8, modeNever: 16 } as const;

/** `sluice_event_type`. */
export const EventType = { verdict: 1, drop: 2, staged: 3 } as const;

/** Whether a drop's reason is what a policy decided, or the lack of one: policy-deny, policy-default, no-policy, lockdown. */
export function isPolicyReason(reason: number): boolean {
  return reason >= 1 && reason <= 4;
}

/** The name of a `sluice_reason`, e.g. `policy-deny`. */
export function reasonName(reason: number): string {
  return REASONS[reason] ?? `reason-${reason}`;
}

/** The name of a `sluice_hook`, e.g. `from-endpoint`. */
export function hookName(hook: number): string {
  return HOOKS[hook] ?? `hook-${hook}`;
}

/** TCP, UDP, SCTP, ICMP, ICMPv6, or the number as text. */
export function protocolName(protocol: number): string {
  return PROTOCOLS[protocol] ?? String(protocol);
}

/** All reason numbers that have a name. */
export function knownReasons(): readonly number[] {
  return Object.keys(REASONS).map(Number);
}
