/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/* One question to one policy class. docs/policy-map.md tells the form of the map. */
#ifndef SLUICE_POLICY_H
#define SLUICE_POLICY_H

#include "identity.h"
#include "scratch.h"

/* Better: higher precedence; on a tie the deny. The caller asks in the order most exact first, so a full tie stays. */
static __always_inline bool better(const struct policy_entry *best, const struct policy_entry *next)
{
	if (!next)
		return false;
	if (!best || next->precedence > best->precedence)
		return true;
	return next->precedence == best->precedence && next->verdict == VERDICT_DENY && best->verdict != VERDICT_DENY;
}

static __always_inline const struct policy_entry *policy_find(void *inner, const struct policy_query *q)
{
	struct policy_key key = {
		.prefixlen = POLICY_PREFIX_PORT,
		.identity = bpf_htonl(q->peer),
		.direction = q->direction,
		.protocol = q->protocol,
		.port = q->port,
	};
	const struct policy_entry *best = bpf_map_lookup_elem(inner, &key), *next;
	__u32 class = class_of(q->peer, q->family);

	if (class && class != q->peer) {
		key.identity = bpf_htonl(class);
		next = bpf_map_lookup_elem(inner, &key);
		if (better(best, next))
			best = next;
	}
	key.identity = bpf_htonl(ID_ANY);
	next = bpf_map_lookup_elem(inner, &key);
	return better(best, next) ? next : best;
}

/* What one inner map says. Nothing found: `default_cookie`, and a drop. */
struct policy_answer {
	__u32 cookie;
	__u32 reason; /* 0: allowed */
	bool remember;
};

static __always_inline struct policy_answer policy_look(void *inner, const struct policy_query *q, __u32 default_cookie)
{
	const struct policy_entry *entry = policy_find(inner, q);
	struct policy_answer answer = { .cookie = default_cookie, .reason = DROP_POLICY_DEFAULT };

	if (!entry)
		return answer;
	answer.cookie = entry->cookie;
	/* A rule set or authentication that this version cannot serve is not an allow. */
	answer.remember = entry->verdict == VERDICT_ALLOW && !entry->rule_set && !entry->auth;
	answer.reason = answer.remember ? 0 : DROP_POLICY_DENY;
	return answer;
}

/* What staged policies would make of it, told only where it differs. */
static __always_inline void policy_ask_staged(struct policy_query *q, const struct policy_class_value *class)
{
	__u32 slot = class->staged_slot;
	struct policy_answer answer;
	void *inner;

	if (!(class->flags & CLASS_STAGED))
		return;
	inner = bpf_map_lookup_elem(&policy, &slot);
	if (!inner)
		return;
	answer = policy_look(inner, q, class->staged_default_cookie[q->direction & 1]);
	q->staged = !answer.reason != !q->reason;
	q->staged_reason = answer.reason;
	q->staged_cookie = answer.cookie;
}

/* Fills in the answer of `q`. Nothing found, or nothing to look in: denied. */
static __noinline int policy_ask(struct policy_query *q)
{
	const struct policy_class_value *class = bpf_map_lookup_elem(&policy_classes, &q->class);
	struct policy_answer answer;
	__u64 epoch;
	__u32 slot;
	void *inner;

	q->cookie = 0;
	q->epoch = 0;
	q->staged = 0;
	q->flags = q->direction == DIR_INGRESS ? EVF_DIR_INGRESS : 0;
	q->reason = DROP_NO_POLICY;
	if (!class)
		return 0;
	/* The epoch is read before the entries: the agent raises it after the last write, so an old look never gets a new epoch. */
	epoch = *(volatile const __u64 *)&class->epoch;
	if (class->flags & CLASS_LOCKDOWN) {
		q->reason = DROP_LOCKDOWN;
		return 0;
	}
	slot = class->slot;
	inner = bpf_map_lookup_elem(&policy, &slot);
	if (!inner)
		return 0;
	answer = policy_look(inner, q, class->default_cookie[q->direction & 1]);
	q->cookie = answer.cookie;
	q->reason = answer.reason;
	if (answer.remember)
		q->epoch = epoch;
	policy_ask_staged(q, class);
	return 0;
}

#endif
