/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/* Fragments: the first one tells the ports to those that follow, if it was let through itself. */
#ifndef SLUICE_FRAG_H
#define SLUICE_FRAG_H

#include "maps.h"
#include "packet.h"

#define FRAG_LIFETIME (30ull * 1000000000ull)

static __always_inline void frag_key_of(const struct pkt *p, struct frag_key *key)
{
	*key = (struct frag_key){
		.src = p->src, .dst = p->dst, .id = p->frag_id, .protocol = p->protocol, .family = p->family,
	};
}

/* For a later fragment: fills in the ports. 0 or a drop reason. */
__noinline int frag_resolve(struct pkt *p)
{
	struct frag_key key;
	const struct frag_value *first;

	if (!p)
		return DROP_FRAG_ORPHAN;
	frag_key_of(p, &key);
	first = bpf_map_lookup_elem(&frag, &key);
	if (!first || first->expires <= bpf_ktime_get_coarse_ns())
		return DROP_FRAG_ORPHAN;
	if (p->frag_off < first->first_len)
		return DROP_FRAG_OVERLAP;
	p->sport = first->sport;
	p->dport = first->dport;
	p->port = first->dport;
	p->by_stack = first->by_stack;
	return 0;
}

/* For a first fragment that passed. Where it cannot be kept, those that follow are orphans. */
__noinline int frag_remember(struct pkt *p)
{
	struct frag_key key;
	struct frag_value value = { .expires = bpf_ktime_get_coarse_ns() + FRAG_LIFETIME };

	if (!p)
		return 0;
	value.sport = p->sport;
	value.dport = p->dport;
	value.first_len = p->l4_len;
	if (p->kind == PKT_UNTRACKED || p->kind == PKT_ND)
		return 0;
	frag_key_of(p, &key);
	bpf_map_update_elem(&frag, &key, &value, BPF_ANY);
	return 0;
}

/*
 * A first fragment goes through the stack, so the later ones follow it, short as they may be: a stack that tracks connections
 * gathers all before it sends any.
 */
static __always_inline void frag_follow(const struct pkt *p)
{
	struct frag_key key;
	struct frag_value *value;

	frag_key_of(p, &key);
	value = bpf_map_lookup_elem(&frag, &key);
	if (value)
		value->by_stack = 1;
}

#endif
