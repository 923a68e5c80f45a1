/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/* How every program ends: counted, and told where it is a drop. During a handover it may not be the end. */
#ifndef SLUICE_OUTCOME_H
#define SLUICE_OUTCOME_H

#include "events.h"
#include "handover.h"
#include "metrics.h"

static __always_inline int outcome(struct __sk_buff *skb, struct pkt *p, int reason, __u32 direction, int action)
{
	if (reason && is_predecessors_business(skb, reason))
		return TC_ACT_UNSPEC;
	count(skb, reason, direction);
	if (!reason)
		return action;
	emit_drop(skb, p, reason);
	return TC_ACT_SHOT;
}

#endif
