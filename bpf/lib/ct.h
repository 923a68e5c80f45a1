/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/*
 * Connections. The sides of an entry (identities, epoch, verdict) are never written in place: a new look at a policy
 * replaces the whole element, so that a reader on another CPU sees an old or a new verdict, never a mix. Only the
 * deadline and the flags change in place.
 */
#ifndef SLUICE_CT_H
#define SLUICE_CT_H

#include "half_open.h"
#include "scratch.h"

static __always_inline int addr_compare(const struct ip_addr *x, const struct ip_addr *y)
{
#pragma unroll
	for (int i = 0; i < 4; i++) {
		if (x->a[i] != y->a[i])
			return bpf_ntohl(x->a[i]) < bpf_ntohl(y->a[i]) ? -1 : 1;
	}
	return 0;
}

/* Whether the packet's source is the `a` of the canonical key. */
static __always_inline bool ct_from_a(const struct pkt *p)
{
	int order = p->family == 4 ? 0 : addr_compare(&p->src, &p->dst);

	if (p->family == 4 && p->src.a[0] != p->dst.a[0])
		order = bpf_ntohl(p->src.a[0]) < bpf_ntohl(p->dst.a[0]) ? -1 : 1;
	return order < 0 || (!order && bpf_ntohs(p->sport) <= bpf_ntohs(p->dport));
}

/* The canonical key of the packet's connection. It is kept in scratch: three look-ups and a frame that has no room for it. */
static __always_inline void ct_key_set(union ct_key *key, const struct pkt *p, bool from_a)
{
	if (p->family == 4) {
		key->v4 = (struct ct4_key){
			.addr_a = from_a ? p->src.a[0] : p->dst.a[0],
			.addr_b = from_a ? p->dst.a[0] : p->src.a[0],
			.port_a = from_a ? p->sport : p->dport,
			.port_b = from_a ? p->dport : p->sport,
			.protocol = p->protocol,
		};
	} else {
		key->v6.addr_a = from_a ? p->src : p->dst;
		key->v6.addr_b = from_a ? p->dst : p->src;
		key->v6.port_a = from_a ? p->sport : p->dport;
		key->v6.port_b = from_a ? p->dport : p->sport;
		key->v6.protocol = p->protocol;
		__builtin_memset(key->v6.pad, 0, sizeof(key->v6.pad));
	}
}

static __always_inline struct ct_value *ct_find(const union ct_key *key, __u32 family)
{
	return family == 4 ? bpf_map_lookup_elem(&ct4, &key->v4) : bpf_map_lookup_elem(&ct6, &key->v6);
}

static __always_inline long ct_store(const union ct_key *key, __u32 family, const struct ct_value *value)
{
	if (family == 4)
		return bpf_map_update_elem(&ct4, &key->v4, value, BPF_ANY);
	return bpf_map_update_elem(&ct6, &key->v6, value, BPF_ANY);
}

/* The flags of an entry after this packet. */
static __always_inline __u32 ct_advance(__u32 flags, const struct pkt *p, bool forward, bool from_a)
{
	__u32 next = flags;

	if (!forward)
		next |= CT_SEEN_REPLY;
	if (p->protocol != IPPROTO_TCP)
		return next;
	if (forward && (flags & CT_SEEN_REPLY) && (p->tcp_flags & TCP_ACK))
		next |= CT_ESTABLISHED;
	if (p->tcp_flags & TCP_RST)
		next |= CT_RST;
	if (p->tcp_flags & TCP_FIN)
		next |= from_a ? CT_FIN_A : CT_FIN_B;
	return next;
}

static __always_inline __u64 ct_lifetime(const struct config *cfg, __u8 protocol, __u32 flags)
{
	if (protocol != IPPROTO_TCP)
		return cfg->ct_other;
	if ((flags & CT_RST) || (flags & (CT_FIN_A | CT_FIN_B)) == (CT_FIN_A | CT_FIN_B))
		return cfg->ct_tcp_closing;
	return flags & CT_ESTABLISHED ? cfg->ct_tcp_established : cfg->ct_tcp_syn;
}

/* A packet that passes refreshes the deadline, but writes only where it moves noticeably: the line stays shared. */
static __always_inline void ct_refresh(struct ct_value *v, const struct pkt *p, const struct config *cfg, __u64 now,
				       bool forward, bool from_a)
{
	__u32 old = v->flags, next = ct_advance(old, p, forward, from_a);
	__u64 life = ct_lifetime(cfg, p->protocol, next);

	if (next != old) {
		__sync_fetch_and_or(&v->flags, next);
		v->expires = now + life;
		if (v->charge && (next & CT_SEEN_REPLY))
			half_open_release(__sync_lock_test_and_set(&v->charge, 0));
	} else if (v->expires + (life >> 4) < now + life) {
		v->expires = now + life;
	}
}

#endif
