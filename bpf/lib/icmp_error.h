/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/* The packet that an ICMP error quotes. */
#ifndef SLUICE_ICMP_ERROR_H
#define SLUICE_ICMP_ERROR_H

#include "packet.h"

/* IP header behind the 8 bytes of the error. Reads what `c` needs to be an answer to the quoted packet. */
static __always_inline int quoted4(struct __sk_buff *skb, __u32 off, struct pkt *c)
{
	struct iphdr ip;

	if (bpf_skb_load_bytes(skb, off, &ip, sizeof(ip)) || *(__u8 *)&ip != 0x45)
		return -1;
	if (ip.frag_off & bpf_htons(0x1fff))
		return -1;
	c->src.a[0] = ip.daddr;
	c->dst.a[0] = ip.saddr;
	c->protocol = ip.protocol;
	return off + sizeof(ip);
}

static __always_inline int quoted6(struct __sk_buff *skb, __u32 off, struct pkt *c)
{
	struct ipv6hdr ip;
	__u8 fragment[8];

	if (bpf_skb_load_bytes(skb, off, &ip, sizeof(ip)) || *(__u8 *)&ip >> 4 != 6)
		return -1;
	__builtin_memcpy(&c->src, &ip.daddr, 16);
	__builtin_memcpy(&c->dst, &ip.saddr, 16);
	c->protocol = ip.nexthdr;
	off += sizeof(ip);
	if (c->protocol != 44)
		return off;
	if (bpf_skb_load_bytes(skb, off, fragment, sizeof(fragment)) || fragment[2] || (fragment[3] & 0xf8))
		return -1;
	c->protocol = fragment[0];
	return off + sizeof(fragment);
}

/*
 * Fills in `c` with the packet that would answer the quoted one: that is what travels in the error's direction.
 * 0 or DROP_ICMP_UNRELATED.
 */
static __noinline int icmp_error_connection(struct __sk_buff *skb, struct pkt *p, struct pkt *c)
{
	__u32 start = p->l4_off + 8;
	__u8 l4[8];
	int off;

	c->family = p->family;
	c->length = p->length;
	c->hook = p->hook;
	off = p->family == 4 ? quoted4(skb, start, c) : quoted6(skb, start, c);
	if (off < 0 || off + sizeof(l4) > p->l4_off + (__u32)p->l4_len || bpf_skb_load_bytes(skb, off, l4, sizeof(l4)))
		return DROP_ICMP_UNRELATED;
	/* An error goes to the one who sent the quoted packet, and to nobody else. */
	if (!addr_equal(&c->dst, &p->dst))
		return DROP_ICMP_UNRELATED;
	switch (c->protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_SCTP:
		c->sport = *(__be16 *)(l4 + 2);
		c->dport = *(__be16 *)l4;
		break;
	case IPPROTO_ICMP:
	case 58: {
		__u8 request = c->family == 4 ? 8 : 128, reply = c->family == 4 ? 0 : 129;
		__be16 id = *(__be16 *)(l4 + 4);

		if ((c->protocol == IPPROTO_ICMP) != (c->family == 4) || (l4[0] != request && l4[0] != reply))
			return DROP_ICMP_UNRELATED;
		c->sport = l4[0] == request ? 0 : id;
		c->dport = l4[0] == request ? id : 0;
		break;
	}
	default:
		return DROP_ICMP_UNRELATED;
	}
	c->port = c->dport;
	return 0;
}

#endif
