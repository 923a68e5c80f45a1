/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/* Whether a packet fits on its way to another node: it goes past the host's stack, so nobody else would look. */
#ifndef SLUICE_MTU_H
#define SLUICE_MTU_H

#include "frag.h"

/* Every link that IPv6 runs over carries this (RFC 8200, 5): shorter packets are not looked at. */
#define MTU_LEAST 1280
/* What VXLAN adds to a packet, over IPv4 and over IPv6. */
#define OVERHEAD4 50
#define OVERHEAD6 70
#define IP_DF 0x4000
#define AF_INET_ 2
#define AF_INET6_ 10

/* L3 bytes of the packet or, where it is still to be cut up, of its longest segment. */
static __always_inline __u32 segment_length(struct __sk_buff *skb, const struct pkt *p)
{
	__u32 header = 8, length, size;
	__u8 offset;

	/* In assembly for the same reason as packet_data. */
	asm volatile("%0 = *(u32 *)(%1 + %2)" : "=r"(size) : "r"(skb), "i"(__builtin_offsetof(struct __sk_buff, gso_size)));
	if (!size)
		return p->length;
	if (p->protocol == IPPROTO_TCP) {
		if (bpf_skb_load_bytes(skb, p->l4_off + 12, &offset, 1))
			return p->length;
		header = (offset >> 4) * 4;
	}
	length = p->l4_off - ETH_HLEN + header + size;
	return length < p->length ? length : p->length;
}

/*
 * What the route to the other node carries, less the tunnel's headers: of its link, or less where somebody on the way has
 * said so. 0: the packet fits, or nothing is known.
 */
static __noinline __u32 route_mtu(struct __sk_buff *skb, const struct pkt *p, const struct ipcache_value *tunnel, __u32 length)
{
	struct bpf_fib_lookup fib = { .ifindex = skb->ifindex };
	const struct ip_addr *dst = tunnel ? &tunnel->tunnel : &p->dst;
	bool six = tunnel ? tunnel->flags & IPC_TUNNEL6 : p->family == 6;
	__u32 overhead = !tunnel ? 0 : six ? OVERHEAD6 : OVERHEAD4;

	fib.family = six ? AF_INET6_ : AF_INET_;
	if (six)
		__builtin_memcpy(fib.ipv6_dst, dst, 16);
	else
		fib.ipv4_dst = dst->a[0];
	fib.tot_len = length + overhead > 65535 ? 65535 : length + overhead;
	if (bpf_fib_lookup(skb, &fib, sizeof(fib), 0) != BPF_FIB_LKUP_RET_FRAG_NEEDED)
		return 0;
	return fib.mtu_result > MTU_LEAST + overhead ? fib.mtu_result - overhead : MTU_LEAST;
}

/* Whether the packet is too long for its way; then `p->mtu` is what would fit. `tunnel` is NULL with native routing. */
static __always_inline bool is_too_long(struct __sk_buff *skb, struct pkt *p, const struct config *cfg,
					const struct ipcache_value *tunnel)
{
	__u32 length;

	if (p->length <= MTU_LEAST || !cfg->mtu)
		return false;
	length = segment_length(skb, p);
	if (length <= MTU_LEAST)
		return false;
	p->mtu = length > cfg->mtu ? cfg->mtu : route_mtu(skb, p, tunnel, length);
	return p->mtu && length > p->mtu;
}

/*
 * IPv4 without DF: whoever forwards it may cut it up, and the stack does. Not where the tunnel's device still carries it and
 * only the way behind it does not: over IPv4 the outer packet is cut up then, over IPv6 it would be lost.
 */
static __always_inline bool may_be_cut(struct __sk_buff *skb, const struct pkt *p, const struct config *cfg,
				       const struct ipcache_value *tunnel)
{
	__be16 field;

	if (p->family != 4 || (tunnel && (tunnel->flags & IPC_TUNNEL6) && p->mtu < cfg->mtu))
		return false;
	return !bpf_skb_load_bytes(skb, ETH_HLEN + 6, &field, sizeof(field)) && !(field & bpf_htons(IP_DF));
}

enum fit { FITS = 0, FITS_CUT, FITS_NOT };

/* How a packet for another node gets there: as it is, through the stack, which cuts it up, or not at all. */
static __always_inline enum fit fit_of(struct __sk_buff *skb, struct pkt *p, const struct config *cfg,
				       const struct ipcache_value *tunnel)
{
	if (p->by_stack)
		return FITS_CUT;
	if (!is_too_long(skb, p, cfg, tunnel))
		return FITS;
	if (!may_be_cut(skb, p, cfg, tunnel))
		return FITS_NOT;
	if (p->frag == FRAG_FIRST)
		frag_follow(p);
	return FITS_CUT;
}

#endif
