/** Offsets of the structs in bpf/lib/types.h. */
export const endpoint_key = { size: 20, offsets: { addr: 0, family: 16 } } as const;
export const endpoint_value = {
  size: 32,
  offsets: { ifindex: 0, endpoint_id: 4, identity: 8, policy_class: 12, flags: 16, mac: 20, host_mac: 26 },
} as const;
export const interface_value = {
  size: 96,
  offsets: { addr4: 0, addr6: 16, gateway4: 32, gateway6: 48, endpoint: 64 },
} as const;
export const ipcache_key = { size: 24, offsets: { prefixlen: 0, family: 4, addr: 8 } } as const;
export const ipcache_value = {
  size: 28,
  offsets: { identity: 0, flags: 4, tunnel: 8, encrypt_key: 24 },
} as const;
export const policy_key = {
  size: 12,
  offsets: { prefixlen: 0, identity: 4, direction: 8, protocol: 9, port: 10 },
} as const;
export const policy_entry = {
  size: 12,
  offsets: { precedence: 0, cookie: 4, rule_set: 8, verdict: 10, auth: 11 },
} as const;
export const policy_class_value = {
  size: 24,
  offsets: { slot: 0, flags: 4, epoch: 8, default_cookie: 16 },
} as const;
export const config = {
  size: 96,
  offsets: {
    flags: 0,
    vxlan_ifindex: 4,
    underlay_ifindex: 8,
    tunnel_port: 12,
    node4: 16,
    node6: 32,
    ct_tcp_established: 48,
    ct_tcp_syn: 56,
    ct_tcp_closing: 64,
    ct_other: 72,
    host_mark: 80,
    host_mark_mask: 84,
    flow_sample: 88,
  },
} as const;
export const flow_event = {
  size: 88,
  offsets: {
    time: 0,
    epoch: 8,
    src: 16,
    dst: 32,
    src_identity: 48,
    dst_identity: 52,
    cookie: 56,
    ifindex: 60,
    endpoint_id: 64,
    length: 68,
    sport: 72,
    dport: 74,
    type: 76,
    verdict: 77,
    reason: 78,
    hook: 79,
    family: 80,
    protocol: 81,
    tcp_flags: 82,
    flags: 83,
  },
} as const;
