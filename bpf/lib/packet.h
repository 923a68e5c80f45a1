/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/* What a program knows of the packet at hand. Scalars only, so that it may live on the stack and be passed around. */
#ifndef SLUICE_PACKET_H
#define SLUICE_PACKET_H

#include "base.h"

enum packet_kind {
	PKT_TRACKED = 0, /* belongs to a connection or opens one */
	PKT_OPEN, /* a bare SYN or an echo request: always the first direction of its connection */
	PKT_REPLY_ONLY, /* an echo reply: belongs to a connection, never opens one */
	PKT_UNTRACKED, /* ICMP of other types: judged by policy, one by one */
	PKT_ICMP_ERROR, /* passes with the connection that it tells about */
	PKT_ND, /* neighbour discovery */
};

enum packet_frag { FRAG_NONE = 0, FRAG_FIRST, FRAG_LATER };

struct pkt {
	struct ip_addr src, dst;
	__u32 family; /* 4, 6; 0: neither */
	__u32 length; /* L3 and up */
	__u32 src_identity, dst_identity;
	__be32 frag_id;
	__be16 sport, dport; /* of the connection; an echo's id stands on the asker's side, 0 on the other */
	__be16 port; /* for policy and events: dport, or ICMP type << 8 | code */
	__u16 l4_off;
	__u16 l4_len;
	__u16 frag_off; /* bytes */
	__u8 protocol;
	__u8 tcp_flags;
	__u8 kind; /* packet_kind */
	__u8 frag; /* packet_frag */
	__u8 ttl;
	__u8 event_flags; /* from here on: what the last look at a policy said */
	__u8 hook;
	__u8 fragment_header; /* IPv6: there is one, be it around the whole packet */
	__u8 by_stack; /* a later fragment: the first one went through the stack */
	__u32 cookie;
	__u32 endpoint_id;
	__u64 epoch;
	__u32 mtu; /* with DROP_MTU: what would fit */
};

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10

static __always_inline bool addr_equal(const struct ip_addr *x, const struct ip_addr *y)
{
	return x->a[0] == y->a[0] && x->a[1] == y->a[1] && x->a[2] == y->a[2] && x->a[3] == y->a[3];
}

static __always_inline bool addr_is_zero(const struct ip_addr *x)
{
	return !(x->a[0] | x->a[1] | x->a[2] | x->a[3]);
}

/* fe80::/10 */
static __always_inline bool is_link_local(const struct ip_addr *addr)
{
	return (bpf_ntohl(addr->a[0]) & 0xffc00000) == 0xfe800000;
}

/* Addresses that mean the machine or the link itself: 127/8, ::1, fe80::/10. Nobody outside has them. */
static __always_inline bool is_machine_local(const struct ip_addr *addr, __u32 family)
{
	if (family == 4)
		return bpf_ntohl(addr->a[0]) >> 24 == 127;
	return is_link_local(addr) || (!(addr->a[0] | addr->a[1] | addr->a[2]) && addr->a[3] == bpf_htonl(1));
}

/* Whether a configured address (all 0: none) is this one. */
static __always_inline bool addr_is(const struct ip_addr *configured, const struct ip_addr *x)
{
	return !addr_is_zero(configured) && addr_equal(configured, x);
}

static __always_inline bool mac_equal(const __u8 *x, const __u8 *y)
{
	return x[0] == y[0] && x[1] == y[1] && x[2] == y[2] && x[3] == y[3] && x[4] == y[4] && x[5] == y[5];
}

static __always_inline bool is_multicast(const struct pkt *p)
{
	__u32 first = bpf_ntohl(p->dst.a[0]);

	if (p->family == 4)
		return first >= 0xe0000000 || first == 0;
	return first >> 24 == 0xff || addr_is_zero(&p->dst);
}

#endif
