/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/*
 * The only definition of every map key, value and event. The TypeScript codecs in libs/datapath/src/generated are
 * generated from the BTF of the compiled objects. Addresses and ports are in network byte order where the type says
 * __be; everything else is host order. Every struct is packed by hand: no implicit padding, sizes are asserted.
 * Changing any of these changes LAYOUT_VERSION (the pin path is <bpffs>/sluice/<instance>/v<layout>/).
 */
#ifndef SLUICE_TYPES_H
#define SLUICE_TYPES_H

#define SLUICE_LAYOUT_VERSION 2

#define SLUICE_ASSERT_SIZE(type, size) _Static_assert(sizeof(type) == (size), #type " has the wrong size")

/*
 * Identities (32 bits in maps). 0 is the wildcard, 1..255 reserved, 256..2^24-1 cluster; bit 24 = CIDR and bit 25 = another
 * node, both local to the node.
 */
enum sluice_identity {
	ID_ANY = 0,
	ID_HOST = 1,
	ID_WORLD = 2,
	ID_UNMANAGED = 3,
	ID_HEALTH = 4,
	ID_INIT = 5,
	ID_REMOTE_NODE = 6,
	ID_KUBE_APISERVER = 7,
	ID_INGRESS = 8,
	ID_WORLD_IPV4 = 9,
	ID_WORLD_IPV6 = 10,
	ID_UNKNOWN = 11, /* a pool address that nobody has */
	ID_CLUSTER = 12, /* only as the class of a peer in a policy key, never as an address's identity */
	ID_CLUSTER_MIN = 256,
	ID_CLUSTER_MAX = 0xffffff,
	ID_CIDR_FLAG = 1 << 24,
	ID_NODE_FLAG = 1 << 25, /* one remote node by itself: policies name each one that they mean */
};

/* Direction of a policy entry, seen from the endpoint that has the policy. */
enum sluice_direction { DIR_EGRESS = 0, DIR_INGRESS = 1 };

enum sluice_verdict { VERDICT_NONE = 0, VERDICT_ALLOW = 1, VERDICT_DENY = 2 };

/* An IPv4 address stands in a[0] with a[1..3] = 0; `family` beside it tells which it is (4 or 6). */
struct ip_addr {
	__be32 a[4];
};
SLUICE_ASSERT_SIZE(struct ip_addr, 16);

/* endpoints: HASH. Which local workload has this address. */
struct endpoint_key {
	struct ip_addr addr;
	__u32 family; /* 4 or 6 */
};
SLUICE_ASSERT_SIZE(struct endpoint_key, 20);

enum sluice_endpoint_flags {
	EP_REDIRECT_PEER = 1 << 0, /* the host side is a veth whose peer is up in another namespace: bpf_redirect_peer is safe */
	EP_READY = 1 << 2, /* identity and policy are in place; without it every packet is dropped (DROP_NOT_READY) */
};

struct endpoint_value {
	__u32 ifindex; /* of the host side */
	__u32 endpoint_id; /* 1..65535, unique on the node */
	__u32 identity;
	__u32 policy_class; /* key of policy_classes */
	__u32 flags; /* sluice_endpoint_flags */
	__u8 mac[6]; /* of the workload's interface */
	__u8 host_mac[6]; /* of the host side: the gateway's MAC as the workload sees it */
};
SLUICE_ASSERT_SIZE(struct endpoint_value, 32);

/* interfaces: HASH by ifindex of the host side. What a packet entering here may claim to be. */
struct interface_value {
	struct ip_addr addr4; /* the workload's own, all 0 if it has none */
	struct ip_addr addr6;
	struct ip_addr gateway4; /* the gateway addresses that ARP and ND are answered for */
	struct ip_addr gateway6;
	struct endpoint_value endpoint;
};
SLUICE_ASSERT_SIZE(struct interface_value, 96);

/* ipcache: LPM_TRIE. prefixlen counts from family: 32 + address bits. */
struct ipcache_key {
	__u32 prefixlen;
	__be32 family; /* htonl(4) or htonl(6) */
	struct ip_addr addr;
};
SLUICE_ASSERT_SIZE(struct ipcache_key, 24);

enum sluice_ipcache_flags {
	IPC_TUNNEL = 1 << 0, /* reach it through `tunnel` with VXLAN; otherwise the host's stack or a direct route */
	IPC_NODE = 1 << 1, /* a node's own address */
	IPC_TUNNEL6 = 1 << 2, /* `tunnel` is IPv6 */
};

struct ipcache_value {
	__u32 identity;
	__u32 flags; /* sluice_ipcache_flags */
	struct ip_addr tunnel;
	__u32 encrypt_key; /* 0: none */
};
SLUICE_ASSERT_SIZE(struct ipcache_value, 28);

/*
 * policy: ARRAY_OF_MAPS by slot; inner: LPM_TRIE policy_key -> policy_entry. What is found for a packet is read three
 * times: for the peer's identity, for the peer's class (world-ipv4, world-ipv6, cluster) and for ID_ANY. The highest
 * precedence wins; on a tie the deny, then the most exact identity. Nothing found, or no inner map: drop.
 * prefixlen: 40 = any protocol, 48 = that protocol and any port, 48 + n = the first n bits of the port.
 * For ICMP and ICMPv6 the port is type << 8 | code; policies name types, so 48 + 8 bits.
 */
struct policy_key {
	__u32 prefixlen;
	__be32 identity;
	__u8 direction;
	__u8 protocol; /* IANA number; 0 only with prefixlen 40 */
	__be16 port;
};
SLUICE_ASSERT_SIZE(struct policy_key, 12);
#define POLICY_PREFIX_ANY 40
#define POLICY_PREFIX_PROTO 48
#define POLICY_PREFIX_PORT 64

/* precedence: tier 2 bits | 1000 - priority 10 | position 19 | deny 1 (docs/policy-map.md). Higher wins. */
struct policy_entry {
	__u32 precedence;
	__u32 cookie; /* names (policy uid, rule, revision) in the agent's journal; never 0 */
	__u16 rule_set; /* 0: none. Otherwise the layer-7 rule set; this version never writes one */
	__u8 verdict; /* VERDICT_ALLOW or VERDICT_DENY */
	__u8 auth; /* 0: none */
};
SLUICE_ASSERT_SIZE(struct policy_entry, 12);

/* policy_classes: HASH u32 class -> slot and epoch, replaced as one element, so the flip is atomic. */
enum sluice_class_flags {
	CLASS_LOCKDOWN = 1 << 0, /* an overflow or a fault: everything is dropped with DROP_LOCKDOWN */
	CLASS_WRITING = 1 << 1, /* in-place writes under way: whoever finds it after a crash owes the class a new epoch */
	CLASS_STAGED = 1 << 2, /* staged policies select it: the second inner map is asked too, and only tells */
};

struct policy_class_value {
	__u32 slot; /* index into `policy` */
	__u32 flags;
	__u64 epoch; /* from the instance's one counter; raised after the last write of a change */
	__u32 default_cookie[2]; /* by direction: the cookie of "no entry matched" */
	__u32 staged_slot; /* with CLASS_STAGED: enforced and staged policies together */
	__u32 staged_default_cookie[2];
	__u32 pad;
};
SLUICE_ASSERT_SIZE(struct policy_class_value, 40);

/* host: ARRAY with one element, a struct endpoint_value: the node itself, policed only while EP_READY is set. */

/* infrastructure: HASH. Ports that no host policy closes: etcd's and the control planes'. The value is 1. */
struct infrastructure_key {
	struct ip_addr addr;
	__u32 family;
	__be16 port;
	__u8 protocol;
	__u8 pad;
};
SLUICE_ASSERT_SIZE(struct infrastructure_key, 24);

/*
 * ct4 / ct6: LRU_HASH. The key is canonical: (addr, port) pairs are ordered, the lower one (memcmp over address, then
 * port, network byte order) is `a`; CT_INIT_FROM_A in the value tells who opened. One look-up finds both directions.
 * ICMP echo: the id is the asker's port, 0 the other's (two that ask each other with one id have two connections). Other
 * ICMP is not tracked (errors find the inner packet's connection).
 */
struct ct4_key {
	__be32 addr_a, addr_b;
	__be16 port_a, port_b;
	__u8 protocol;
	__u8 pad[3];
};
SLUICE_ASSERT_SIZE(struct ct4_key, 16);

struct ct6_key {
	struct ip_addr addr_a, addr_b;
	__be16 port_a, port_b;
	__u8 protocol;
	__u8 pad[3];
};
SLUICE_ASSERT_SIZE(struct ct6_key, 40);

/* One side that this node polices: valid while all of (local, peer, epoch) equal the packet's present ones. */
struct ct_side {
	__u64 epoch; /* 0: this node does not police this side */
	__u32 local_identity;
	__u32 peer_identity;
	__u32 cookie;
	__u32 verdict;
};
SLUICE_ASSERT_SIZE(struct ct_side, 24);

enum sluice_ct_flags {
	CT_INIT_FROM_A = 1 << 0,
	CT_SEEN_REPLY = 1 << 1,
	CT_FIN_A = 1 << 2,
	CT_FIN_B = 1 << 3,
	CT_RST = 1 << 4,
	CT_ESTABLISHED = 1 << 5,
};

struct ct_value {
	__u64 expires; /* bpf_ktime_get_ns() after which the entry is no entry */
	struct ct_side egress; /* of the opener's endpoint */
	struct ct_side ingress; /* of the other's endpoint */
	__u32 flags; /* sluice_ct_flags */
	__u32 charge; /* for whom it counts as half-open, and since when (half_open.h); 0: it does not */
};
SLUICE_ASSERT_SIZE(struct ct_value, 64);

/* break_glass: ARRAY with one element. Until then no policy is enforced on this node; events still tell what it would be. */
struct break_glass {
	__u64 until; /* bpf_ktime_get_ns(); 0: it is enforced */
};
SLUICE_ASSERT_SIZE(struct break_glass, 8);

/* half_open: ARRAY by endpoint id * 2 + direction. Connections without an answer by when they began. */
#define HALF_OPEN_SLOTS 8
struct half_open {
	__u32 newest; /* number of the slot that counts now */
	__u32 count[HALF_OPEN_SLOTS]; /* by the slot's number modulo HALF_OPEN_SLOTS */
};
SLUICE_ASSERT_SIZE(struct half_open, 36);

/* frag4 / frag6: LRU_HASH. Ports of the first fragment, for those that follow. */
struct frag_key {
	struct ip_addr src, dst;
	__be32 id;
	__u8 protocol;
	__u8 family;
	__u8 pad[2];
};
SLUICE_ASSERT_SIZE(struct frag_key, 40);

struct frag_value {
	__u64 expires;
	__be16 sport, dport;
	__u16 first_len; /* bytes of payload in the first fragment: later ones may not overlap it */
	__u16 by_stack; /* it was too long for its way, so the stack puts all of them together. Was padding, always 0 */
};
SLUICE_ASSERT_SIZE(struct frag_value, 16);

/* config: ARRAY with one element. What may change while the programs run. */
enum sluice_config_flags {
	CFG_TUNNEL = 1 << 0, /* VXLAN between nodes; otherwise native routing */
	CFG_FLOWS = 1 << 2, /* emit flow events for verdicts, not only for drops */
	CFG_FOREIGN_NEXT = 1 << 4, /* packets that are not Sluice's return TCX_NEXT on host interfaces */
	/* One layout takes over from another (handover.h). The same bits of the first word of `config` in every layout. */
	CFG_STANDBY = 1 << 8, /* the predecessor behind these programs decides */
	CFG_HANDOVER = 1 << 9, /* these programs decide; what only the predecessor may know goes on to it */
	CFG_RETIRED = 1 << 10, /* everything of this layout's is with its successor: it is to be removed */
	CFG_SETTLING = 1 << 11, /* the predecessor's programs are still attached behind, and must see nothing that is let through */
};

struct config {
	__u32 flags;
	__u32 vxlan_ifindex;
	__u32 underlay_ifindex;
	__be16 tunnel_port;
	__u16 pad;
	struct ip_addr node4; /* this node's addresses */
	struct ip_addr node6;
	__u64 ct_tcp_established; /* lifetimes in nanoseconds */
	__u64 ct_tcp_syn;
	__u64 ct_tcp_closing;
	__u64 ct_other;
	__u32 host_mark; /* skb->mark of locally generated packets (value / mask) */
	__u32 host_mark_mask;
	__u32 flow_sample; /* 1 of n verdict events is emitted; 0 and 1 = all */
	__u32 mtu; /* of what workloads send to other nodes, L3; 0: not checked. Was padding, always 0, in earlier versions of this layout */
};
SLUICE_ASSERT_SIZE(struct config, 96);

/* metrics: PERCPU_HASH, or PERCPU_ARRAY indexed reason * 2 + direction. */
struct metrics_value {
	__u64 packets;
	__u64 bytes;
};
SLUICE_ASSERT_SIZE(struct metrics_value, 16);

/* Why. 0 is forwarded; the rest are drops. Never renumber: flows and metrics name them. */
enum sluice_reason {
	REASON_FORWARDED = 0,
	DROP_POLICY_DENY = 1, /* a deny entry */
	DROP_POLICY_DEFAULT = 2, /* no entry matched */
	DROP_NO_POLICY = 3, /* the class or its inner map is missing */
	DROP_LOCKDOWN = 4,
	DROP_NOT_READY = 5,
	DROP_SPOOF_ADDR = 6,
	DROP_SPOOF_MAC = 7,
	DROP_UNKNOWN_INTERFACE = 8,
	DROP_MALFORMED = 9, /* truncated or inconsistent headers */
	DROP_UNKNOWN_L3 = 10,
	DROP_UNKNOWN_L4 = 11,
	DROP_IP_OPTIONS = 12,
	DROP_EXT_HEADER = 13,
	DROP_FRAG_ORPHAN = 14,
	DROP_FRAG_OVERLAP = 15,
	DROP_FRAG_SHORT = 16, /* the first fragment lacks the whole L4 header */
	DROP_UNKNOWN_DEST = 17, /* a pool address that nobody has */
	DROP_TUNNEL_FORGED = 18, /* workload sends to the tunnel port of a node */
	DROP_OVERLAY_SOURCE = 19, /* outer source is not the tunnel of the inner source */
	DROP_OVERLAY_IDENTITY = 20, /* VNI that no sender of this kind may bear */
	DROP_UNDERLAY_SOURCE = 21, /* workload or local-node source on the underlay */
	DROP_ND_FORBIDDEN = 22, /* RA, redirect, NA for a foreign address */
	DROP_ARP_FORBIDDEN = 23,
	DROP_ND_IGNORED = 24, /* RS, MLD, IGMP: ignored, counted apart */
	DROP_NO_TUNNEL = 25, /* remote peer without a tunnel address */
	DROP_CT_INVALID = 26, /* TCP flags that open nothing and match nothing */
	DROP_CT_FULL = 27,
	DROP_REDIRECT = 28, /* the redirect helper refused */
	DROP_NO_CONFIG = 29,
	DROP_TTL = 30, /* hop limit reached */
	DROP_MTU = 31,
	DROP_ICMP_UNRELATED = 32, /* an ICMP error that belongs to no connection */
	DROP_MULTICAST = 33,
	REASON_MAX = 64,
};

/* Where the packet was seen. */
enum sluice_hook {
	HOOK_FROM_ENDPOINT = 1,
	HOOK_TO_ENDPOINT,
	HOOK_FROM_OVERLAY,
	HOOK_TO_OVERLAY,
	HOOK_UNDERLAY, /* to_host: what comes from the underlay */
	HOOK_FROM_HOST, /* what this host sends to the underlay */
};

/* events: RINGBUF. */
enum sluice_event_type {
	EVENT_VERDICT = 1, /* a new connection, or a verdict that was evaluated anew */
	EVENT_DROP = 2,
	EVENT_STAGED = 3, /* staged policies would decide otherwise: the verdict, reason and cookie are theirs */
};

enum sluice_event_flags {
	EVF_REPLY = 1 << 0,
	EVF_DIR_INGRESS = 1 << 1, /* the verdict is the ingress policy's; otherwise the egress policy's */
	EVF_SELF = 1 << 3, /* the endpoint itself */
	EVF_MODE_NEVER = 1 << 4,
};

struct flow_event {
	__u64 time; /* bpf_ktime_get_ns() */
	__u64 epoch;
	struct ip_addr src, dst;
	__u32 src_identity, dst_identity;
	__u32 cookie; /* 0: no policy was asked (spoof, malformed, ...) */
	__u32 ifindex;
	__u32 endpoint_id; /* whose policy decided, or who sent */
	__u32 length; /* of the packet, L3 and up */
	__be16 sport, dport; /* ICMP: type << 8 | code in dport */
	__u8 type; /* sluice_event_type */
	__u8 verdict;
	__u8 reason; /* sluice_reason */
	__u8 hook; /* sluice_hook */
	__u8 family; /* 4, 6, or 0 where it is neither */
	__u8 protocol;
	__u8 tcp_flags;
	__u8 flags; /* sluice_event_flags */
	__u32 pad;
};
SLUICE_ASSERT_SIZE(struct flow_event, 88);

#endif
