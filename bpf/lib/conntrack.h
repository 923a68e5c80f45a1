/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/* The kernel's own connection tracking: asked only whether a packet for this node's address is really for a workload. */
#ifndef SLUICE_CONNTRACK_H
#define SLUICE_CONNTRACK_H

#include <bpf/bpf_core_read.h>
#include "packet.h"

/* enum ip_conntrack_status and ip_conntrack_dir (uapi) */
#define CT_SRC_NAT (1 << 4)
#define CT_DIR_REPLY 1

/* Linux 6.0+, where nf_conntrack is loaded; without it the answers to masqueraded packets need a rule of the host policy. */
extern struct nf_conn *bpf_skb_ct_lookup(struct __sk_buff *skb, struct bpf_sock_tuple *tuple, __u32 tuple_len,
					 struct bpf_ct_opts *opts, __u32 opts_len) __ksym __weak;
extern void bpf_ct_release(struct nf_conn *connection) __ksym __weak;

/* Whether this packet, still with the node's address, answers what was masqueraded: the stack will forward it. */
static __noinline bool answers_masqueraded(struct __sk_buff *skb, const struct pkt *p)
{
	struct bpf_ct_opts opts = { .netns_id = -1 };
	struct bpf_sock_tuple tuple = {};
	struct nf_conn *connection;
	__u32 length;
	bool found;

	/*
	 * Without this type, which comes with both functions, what follows is never verified. Whether a function has an address
	 * cannot be asked: where nf_conntrack is a module, as in distributions, libbpf 1.1 looks for its number in vmlinux.
	 */
	if (!p || !bpf_core_type_exists(struct bpf_ct_opts))
		return false;
	if (p->protocol != IPPROTO_TCP && p->protocol != IPPROTO_UDP)
		return false;
	opts.l4proto = p->protocol;
	if (p->family == 4) {
		tuple.ipv4.saddr = p->src.a[0];
		tuple.ipv4.daddr = p->dst.a[0];
		tuple.ipv4.sport = p->sport;
		tuple.ipv4.dport = p->dport;
		length = sizeof(tuple.ipv4);
	} else {
		__builtin_memcpy(tuple.ipv6.saddr, &p->src, 16);
		__builtin_memcpy(tuple.ipv6.daddr, &p->dst, 16);
		tuple.ipv6.sport = p->sport;
		tuple.ipv6.dport = p->dport;
		length = sizeof(tuple.ipv6);
	}
	connection = bpf_skb_ct_lookup(skb, &tuple, length, &opts, sizeof(opts));
	if (!connection)
		return false;
	found = opts.dir == CT_DIR_REPLY && (connection->status & CT_SRC_NAT);
	bpf_ct_release(connection);
	return found;
}

#endif
