/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/*
 * One layout takes over from another without a moment in which nobody, or both, decide (docs/adr/0010-layouts.md). New
 * programs are attached in front of the old ones and stand by: TCX_NEXT, so the old ones decide. One word in `config` then
 * gives all packets of all hooks to the new ones at once. Connections that began before are only in the old maps until they
 * are copied; what the new programs would drop for want of such an entry goes on to the old ones. The marks of base.h are
 * part of the contract between layouts, like these flags.
 */
#ifndef SLUICE_HANDOVER_H
#define SLUICE_HANDOVER_H

#include "maps.h"

/* Behind a hook where nobody stands TCX_NEXT is the stack, so there it is never given. */
static __always_inline bool has_predecessor(const struct __sk_buff *skb)
{
	__u32 ifindex = skb->ifindex;

	return bpf_map_lookup_elem(&predecessors, &ifindex);
}

/* Whether the programs behind these decide about this packet. */
static __always_inline bool stands_by(const struct __sk_buff *skb, const struct config *cfg)
{
	return cfg && (cfg->flags & CFG_STANDBY) && has_predecessor(skb);
}

/* Whether an entry that is not copied yet may be the reason of this drop. The packet is as it came: all of these are judged before it is changed. */
static __always_inline bool may_lack_entry(int reason)
{
	return reason == DROP_POLICY_DENY || reason == DROP_POLICY_DEFAULT || reason == DROP_CT_INVALID ||
	       reason == DROP_FRAG_ORPHAN || reason == DROP_ICMP_UNRELATED;
}

static __always_inline bool is_predecessors_business(const struct __sk_buff *skb, int reason)
{
	const struct config *cfg = config_raw();

	return cfg && (cfg->flags & CFG_HANDOVER) && may_lack_entry(reason) && has_predecessor(skb);
}

/* What the programs of the underlay return for packets that go on: others' programs see them too, but never the predecessor's. */
static __always_inline int next_or_ok(const struct config *cfg)
{
	return (cfg->flags & (CFG_FOREIGN_NEXT | CFG_SETTLING)) == CFG_FOREIGN_NEXT ? TC_ACT_UNSPEC : TC_ACT_OK;
}

#endif
