/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/*
 * Working memory of a run, per CPU: tc programs run with bottom halves off and do not nest, so each has it to itself.
 * It keeps the frames small, and the verifier, which does not follow the contents of maps, quick.
 */
#ifndef SLUICE_SCRATCH_H
#define SLUICE_SCRATCH_H

#include "packet.h"

struct policy_query {
	__u32 class; /* of the endpoint whose policy it is */
	__u32 peer;
	__u32 family;
	__be16 port;
	__u8 direction;
	__u8 protocol;
	/* the answer */
	__u32 cookie;
	__u32 reason; /* 0: allowed */
	__u64 epoch; /* 0: not to be remembered */
	__u32 flags; /* sluice_event_flags */
	__u32 staged_reason; /* what it would be with the staged policies */
	__u32 staged_cookie;
	__u32 staged; /* there are such policies, and they decide otherwise */
};

union ct_key {
	struct ct4_key v4;
	struct ct6_key v6;
};

struct scratch {
	struct pkt packet;
	struct pkt quoted; /* by an ICMP error */
	union ct_key key; /* of the connection at hand */
	struct ct_value next;
	struct policy_query query;
};

/* Each object's own. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratch SEC(".maps");

static __always_inline struct scratch *scratch_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&scratch, &zero);
}

/* The run's packet, empty. */
static __always_inline struct pkt *packet_begin(struct __sk_buff *skb, __u8 hook)
{
	struct scratch *s = scratch_get();

	if (!s)
		return NULL;
	__builtin_memset(&s->packet, 0, sizeof(s->packet));
	s->packet.hook = hook;
	s->packet.length = skb->len;
	return &s->packet;
}

#endif
