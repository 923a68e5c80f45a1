/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/*
 * Whether a packet may pass: the connection remembers, the policy is asked where it does not.
 *
 * `snd` is the sender's workload where this hook polices it, `rcv` the receiver's; NULL where it does not. Of a
 * connection's first direction they are its egress and its ingress side, of a reply the other way round, and it is
 * always the *first direction's* verdict that must hold.
 */
#ifndef SLUICE_JUDGE_H
#define SLUICE_JUDGE_H

#include "ct.h"
#include "events.h"
#include "frag.h"
#include "icmp_error.h"
#include "policy.h"

/* What slow judging needs beside the packet, in one place because a BPF call takes five arguments. */
struct judge_state {
	__u64 now;
	__u8 known; /* there is a live entry */
	__u8 fresh; /* a new connection, whatever the entry says */
	__u8 forward;
	__u8 from_a;
	__u8 store; /* the outcome is to be remembered */
	__u8 pad[3];
	/* For whom a new connection counts, half_open's key: who opens it or, where that is nobody of this node, for whom it is opened to. */
	__u32 opener;
};

static __always_inline const struct policy_class_value *class_find(const struct endpoint_value *ep)
{
	__u32 class = ep->policy_class;

	return bpf_map_lookup_elem(&policy_classes, &class);
}

static __always_inline bool side_holds(const struct ct_side *side, const struct policy_class_value *class, __u32 local,
				       __u32 peer)
{
	return class && side->epoch && side->epoch == class->epoch && side->verdict == VERDICT_ALLOW &&
	       side->local_identity == local && side->peer_identity == peer && !(class->flags & CLASS_LOCKDOWN);
}

/* Whether somebody has suspended enforcement on this node. The kernel ends it by itself, whatever has become of the agent. */
static __always_inline bool glass_is_broken(void)
{
	__u32 zero = 0;
	const struct break_glass *glass = bpf_map_lookup_elem(&break_glass, &zero);

	return glass && glass->until && bpf_ktime_get_ns() < glass->until;
}

/* What `side` says of judge_side: which side of the connection, seen from the packet. */
#define SIDE_INGRESS 1
#define SIDE_IS_SENDER 2
#define SIDE_FORWARD 4

/* Asks one side's policy, tells the outcome, and writes it into scratch.next. 0 or a drop reason. */
__noinline int judge_side(struct __sk_buff *skb, struct pkt *p, const struct endpoint_value *ep, __u32 mode)
{
	const struct config *cfg = config_get();
	bool ingress = mode & SIDE_INGRESS, local_is_src = mode & SIDE_IS_SENDER, forward = mode & SIDE_FORWARD;
	struct scratch *s = scratch_get();
	struct policy_query *q;
	struct ct_side *side;
	__u32 local;

	if (!cfg || !ep || !s || !p)
		return DROP_NO_CONFIG;
	q = &s->query;
	side = ingress ? &s->next.ingress : &s->next.egress;
	local = local_is_src ? p->src_identity : p->dst_identity;
	q->direction = ingress ? DIR_INGRESS : DIR_EGRESS;
	q->protocol = p->protocol;
	q->family = p->family;
	q->class = ep->policy_class;
	q->peer = local_is_src ? p->dst_identity : p->src_identity;
	q->port = forward ? p->port : p->sport;
	if (p->kind != PKT_UNTRACKED && p->protocol == IPPROTO_ICMP)
		q->port = bpf_htons((forward && p->kind == PKT_REPLY_ONLY ? 0 : 8) << 8);
	if (p->kind != PKT_UNTRACKED && p->protocol == 58)
		q->port = bpf_htons((forward && p->kind == PKT_REPLY_ONLY ? 129 : 128) << 8);
	policy_ask(q);
	p->cookie = q->cookie;
	p->epoch = q->epoch;
	p->endpoint_id = ep->endpoint_id;
	p->event_flags = q->flags | (forward ? 0 : EVF_REPLY);
	if (q->staged)
		emit_staged(skb, p, q->staged_reason, q->staged_cookie);
	if (q->reason && glass_is_broken()) {
		p->event_flags |= EVF_MODE_NEVER;
		emit_verdict(skb, p, cfg, VERDICT_DENY, q->reason);
		q->reason = 0;
		q->epoch = 0;
	} else if (!q->reason) {
		emit_verdict(skb, p, cfg, VERDICT_ALLOW, 0);
	}
	if (q->reason)
		return q->reason;
	*side = (struct ct_side){
		.epoch = q->epoch, .local_identity = local, .peer_identity = q->peer, .cookie = q->cookie, .verdict = VERDICT_ALLOW,
	};
	return 0;
}

/* Asks where the entry does not answer, then remembers. Nothing is written unless the packet passes. */
static __noinline int judge_anew(struct __sk_buff *skb, struct pkt *p, const struct endpoint_value *snd,
				 const struct endpoint_value *rcv, const struct judge_state *s)
{
	const struct config *cfg = config_get();
	struct scratch *scratch = scratch_get();
	const struct ct_value *v;
	bool forward = s->forward, from_a = s->from_a;
	__u32 mode = forward ? SIDE_FORWARD : 0;
	struct ct_value *next;
	int reason;

	if (!cfg || !scratch)
		return DROP_NO_CONFIG;
	v = s->known ? ct_find(&scratch->key, p->family) : NULL;
	next = &scratch->next;
	__builtin_memset(next, 0, sizeof(*next));
	/* A new connection in the same direction keeps what the other hook has found: it is checked by its epoch anyhow. */
	if (v && (!s->fresh || from_a == !!(v->flags & CT_INIT_FROM_A))) {
		next->egress = v->egress;
		next->ingress = v->ingress;
		next->charge = v->charge;
		if (!s->fresh)
			next->flags = v->flags;
	}
	if (!next->flags)
		next->flags = forward == from_a ? CT_INIT_FROM_A : 0;
	if (snd && (s->fresh || !side_holds(forward ? &next->egress : &next->ingress, class_find(snd), p->src_identity,
					    p->dst_identity))) {
		reason = judge_side(skb, p, snd, mode | SIDE_IS_SENDER | (forward ? 0 : SIDE_INGRESS));
		if (reason)
			return reason;
	}
	if (rcv && (s->fresh || !side_holds(forward ? &next->ingress : &next->egress, class_find(rcv), p->dst_identity,
					    p->src_identity))) {
		reason = judge_side(skb, p, rcv, mode | (forward ? SIDE_INGRESS : 0));
		if (reason)
			return reason;
	}
	if (!s->store)
		return 0;
	next->flags = ct_advance(next->flags, p, forward, from_a);
	next->charge = half_open_next(s->opener, next->charge, s->fresh, next->flags & CT_SEEN_REPLY, s->now);
	if (next->charge == HALF_OPEN_FULL)
		return DROP_CT_FULL;
	next->expires = s->now + ct_lifetime(cfg, p->protocol, next->flags);
	return ct_store(&scratch->key, p->family, next) ? DROP_CT_FULL : 0;
}

static __always_inline bool may_open(const struct pkt *p)
{
	/* Echo replies are judged alone; a RST or a SYN-ACK opens nothing; later fragments of ICMP have no type. */
	if (p->kind == PKT_REPLY_ONLY)
		return false;
	if (p->protocol == IPPROTO_TCP)
		return !(p->tcp_flags & (TCP_RST | TCP_SYN)) || p->kind == PKT_OPEN;
	if (p->protocol == IPPROTO_ICMP || p->protocol == 58)
		return p->kind == PKT_OPEN;
	return true;
}

/* Of a packet that matches no connection and may not open one. */
static __always_inline int unmatched(const struct pkt *p)
{
	if (p->frag == FRAG_LATER)
		return DROP_FRAG_ORPHAN;
	return p->protocol == IPPROTO_TCP ? DROP_CT_INVALID : 0;
}

static __always_inline int judge_tracked(struct __sk_buff *skb, struct pkt *p, const struct config *cfg,
					 const struct endpoint_value *snd, const struct endpoint_value *rcv)
{
	struct judge_state s = { .now = bpf_ktime_get_coarse_ns(), .from_a = ct_from_a(p), .store = 1, .forward = 1 };
	struct scratch *scratch = scratch_get();
	struct ct_value *v;
	int reason;

	if (!scratch)
		return DROP_NO_CONFIG;
	if (rcv)
		s.opener = rcv->endpoint_id << 1 | 1;
	if (snd && snd->endpoint_id)
		s.opener = snd->endpoint_id << 1;
	ct_key_set(&scratch->key, p, s.from_a);
	v = ct_find(&scratch->key, p->family);
	if (v && v->expires > s.now) {
		s.known = 1;
		s.forward = s.from_a == !!(v->flags & CT_INIT_FROM_A);
	}
	if (!s.known) {
		s.fresh = 1;
	} else if (p->kind == PKT_OPEN && (p->protocol == IPPROTO_TCP || !s.forward)) {
		s.fresh = 1;
		s.forward = 1;
	} else if (p->kind == PKT_REPLY_ONLY && s.forward) {
		s.fresh = 1; /* an answer that nobody asked for, on the asker's tuple */
	}
	if (s.fresh && !may_open(p)) {
		reason = unmatched(p);
		if (reason)
			return reason;
		s.store = 0;
	}
	if (!s.fresh) {
		const struct ct_side *first = s.forward ? &v->egress : &v->ingress;
		const struct ct_side *second = s.forward ? &v->ingress : &v->egress;
		bool holds = true;

		if (snd)
			holds = side_holds(first, class_find(snd), p->src_identity,
					   p->dst_identity);
		if (holds && rcv)
			holds = side_holds(second, class_find(rcv), p->dst_identity,
					   p->src_identity);
		if (holds) {
			ct_refresh(v, p, cfg, s.now, s.forward, s.from_a);
			return 0;
		}
	}
	return judge_anew(skb, p, snd, rcv, &s);
}

/*
 * An ICMP error, of or to a workload, passes with the connection of the packet that it quotes. The peer is that of the
 * connection: a router on the way may have sent the error. 0 or a drop reason.
 */
__noinline int judge_error(struct __sk_buff *skb, struct pkt *p, const struct endpoint_value *snd,
			   const struct endpoint_value *rcv)
{
	struct judge_state s = { .now = bpf_ktime_get_coarse_ns(), .known = 1 };
	struct scratch *scratch = scratch_get();
	const struct ct_value *v;
	struct pkt *c;
	int reason;

	if (!p || !scratch)
		return DROP_NO_CONFIG;
	c = &scratch->quoted;
	__builtin_memset(c, 0, sizeof(*c));
	reason = icmp_error_connection(skb, p, c);
	if (reason)
		return reason;
	if ((snd && !(snd->flags & EP_READY)) || (rcv && !(rcv->flags & EP_READY)))
		return DROP_NOT_READY;
	/* A workload is no router: it tells about packets that were sent to itself. The host is one. */
	if (snd && !addr_equal(&c->src, &p->src)) {
		if (p->src_identity != ID_HOST)
			return DROP_ICMP_UNRELATED;
		snd = NULL;
	}
	c->dst_identity = p->dst_identity;
	c->src_identity = addr_equal(&c->src, &p->src) ? p->src_identity : identity_of(&c->src, c->family);
	s.from_a = ct_from_a(c);
	ct_key_set(&scratch->key, c, s.from_a);
	v = ct_find(&scratch->key, c->family);
	if (!v || v->expires <= s.now)
		return DROP_ICMP_UNRELATED;
	s.forward = s.from_a == !!(v->flags & CT_INIT_FROM_A);
	reason = judge_anew(skb, c, snd, rcv, &s);
	p->cookie = c->cookie;
	p->epoch = c->epoch;
	p->endpoint_id = c->endpoint_id;
	p->event_flags = c->event_flags;
	return reason;
}

/* Whether a packet that is neither ICMP error nor neighbour discovery may pass: 0 or a drop reason. */
__noinline int judge_packet(struct __sk_buff *skb, struct pkt *p, const struct endpoint_value *snd,
		     const struct endpoint_value *rcv)
{
	const struct config *cfg = config_get();
	int reason;

	if (!p || !cfg)
		return DROP_NO_CONFIG;
	if ((snd && !(snd->flags & EP_READY)) || (rcv && !(rcv->flags & EP_READY)))
		return DROP_NOT_READY;
	if (p->kind == PKT_UNTRACKED) {
		struct judge_state s = { .forward = 1, .fresh = 1 };

		return judge_anew(skb, p, snd, rcv, &s);
	}
	reason = judge_tracked(skb, p, cfg, snd, rcv);
	if (!reason && p->frag == FRAG_FIRST)
		frag_remember(p);
	return reason;
}

static __always_inline int judge(struct __sk_buff *skb, struct pkt *p, const struct endpoint_value *snd,
				 const struct endpoint_value *rcv)
{
	return p->kind == PKT_ICMP_ERROR ? judge_error(skb, p, snd, rcv) : judge_packet(skb, p, snd, rcv);
}

/* The node itself, where a host policy selects it. NULL: nobody polices its own traffic. */
static __always_inline const struct endpoint_value *host_find(void)
{
	__u32 zero = 0;
	const struct endpoint_value *self = bpf_map_lookup_elem(&host, &zero);

	return self && (self->flags & EP_READY) ? self : NULL;
}

#endif
