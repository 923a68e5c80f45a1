/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/* What is told to user space: verdicts (sampled by setting) and drops (limited per CPU; the metrics count them all). */
#ifndef SLUICE_EVENTS_H
#define SLUICE_EVENTS_H

#include "maps.h"
#include "packet.h"

#define DROP_EVENTS_PER_SECOND 4096
#define NSEC_PER_SEC 1000000000ull

struct drop_bucket {
	__u64 window; /* when it began */
	__u64 used;
};

/* Each object's own, by CPU. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct drop_bucket);
} drop_limit SEC(".maps");

static __always_inline bool drop_event_allowed(void)
{
	__u32 zero = 0;
	__u64 now = bpf_ktime_get_coarse_ns();
	struct drop_bucket *bucket = bpf_map_lookup_elem(&drop_limit, &zero);

	if (!bucket)
		return false;
	if (now - bucket->window >= NSEC_PER_SEC) {
		bucket->window = now;
		bucket->used = 0;
	}
	return bucket->used++ < DROP_EVENTS_PER_SECOND;
}

__noinline int emit(struct __sk_buff *skb, struct pkt *p, __u8 type, __u8 verdict, __u8 reason)
{
	struct flow_event *e;

	if (!p)
		return 0;
	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e)
		return 0;
	e->time = bpf_ktime_get_ns();
	e->epoch = p->epoch;
	e->src = p->src;
	e->dst = p->dst;
	e->src_identity = p->src_identity;
	e->dst_identity = p->dst_identity;
	e->cookie = p->cookie;
	e->ifindex = skb->ifindex;
	e->endpoint_id = p->endpoint_id;
	e->length = p->length;
	e->sport = p->sport;
	e->dport = p->port;
	if (p->family == 4 ? p->protocol == IPPROTO_ICMP : p->protocol == 58)
		e->sport = 0;
	else if (p->frag == FRAG_LATER)
		e->dport = p->dport;
	e->type = type;
	e->verdict = verdict;
	e->reason = reason;
	e->hook = p->hook;
	e->family = p->family;
	e->protocol = p->protocol;
	e->tcp_flags = p->tcp_flags;
	e->flags = p->event_flags;
	e->pad = 0;
	bpf_ringbuf_submit(e, 0);
	return 0;
}

static __always_inline void emit_verdict(struct __sk_buff *skb, struct pkt *p, const struct config *cfg, __u8 verdict,
					 __u8 reason)
{
	if (!(cfg->flags & CFG_FLOWS))
		return;
	if (cfg->flow_sample > 1 && bpf_get_prandom_u32() % cfg->flow_sample)
		return;
	emit(skb, p, EVENT_VERDICT, verdict, reason);
}

/* Staged policies decide otherwise. As drops, limited: what is denied comes again and again. */
static __always_inline void emit_staged(struct __sk_buff *skb, struct pkt *p, __u8 reason, __u32 cookie)
{
	__u32 enforced = p->cookie;

	if (!drop_event_allowed())
		return;
	p->cookie = cookie;
	emit(skb, p, EVENT_STAGED, reason ? VERDICT_DENY : VERDICT_ALLOW, reason);
	p->cookie = enforced;
}

static __always_inline void emit_drop(struct __sk_buff *skb, struct pkt *p, __u8 reason)
{
	/* Every network is full of these, and nobody decided anything about them: counted, not told. */
	if (reason == DROP_ND_IGNORED)
		return;
	bool by_policy = reason >= DROP_POLICY_DENY && reason <= DROP_LOCKDOWN;

	if (drop_event_allowed())
		emit(skb, p, EVENT_DROP, by_policy ? VERDICT_DENY : VERDICT_NONE, reason);
}

#endif
