// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
/* The guard of the underlay: nobody outside sends with the address of a workload or of this node. */
#include "identity.h"
#include "outcome.h"
#include "packet.h"

/* Reads no more than the source address: all else is the stack's business. False: neither IPv4 nor IPv6. */
static __always_inline bool source_read(struct __sk_buff *skb, struct pkt *p)
{
	__be16 ethertype;

	if (bpf_skb_load_bytes(skb, 12, &ethertype, sizeof(ethertype)))
		return false;
	if (ethertype == bpf_htons(ETH_P_IP)) {
		p->family = 4;
		return !bpf_skb_load_bytes(skb, ETH_HLEN + 12, &p->src, 4) && !bpf_skb_load_bytes(skb, ETH_HLEN + 16, &p->dst, 4);
	}
	if (ethertype == bpf_htons(ETH_P_IPV6)) {
		p->family = 6;
		return !bpf_skb_load_bytes(skb, ETH_HLEN + 8, &p->src, 16) &&
		       !bpf_skb_load_bytes(skb, ETH_HLEN + 24, &p->dst, 16);
	}
	return false;
}

static __always_inline int source_check(struct pkt *p, const struct config *cfg)
{
	const struct endpoint_value *ep = endpoint_find(&p->src, p->family);
	const struct ipcache_value *peer;

	if (ep) {
		p->src_identity = ep->identity;
		return DROP_UNDERLAY_SOURCE;
	}
	if (is_own_node(cfg, &p->src, p->family))
		return DROP_UNDERLAY_SOURCE;
	peer = ipcache_find(&p->src, p->family);
	if (!peer)
		return 0;
	p->src_identity = peer->identity;
	if (peer->identity == ID_HOST)
		return DROP_UNDERLAY_SOURCE;
	/* In tunnel mode workloads are never seen here; a pool address without an owner belongs to no one outside. */
	if ((cfg->flags & CFG_TUNNEL) && (is_workload(peer->identity) || peer->identity == ID_UNKNOWN))
		return DROP_UNDERLAY_SOURCE;
	return 0;
}

/* tc ingress of the underlay's device. Without a configuration it stands aside: workloads are shut anyhow. */
SEC("tc")
int underlay_ingress(struct __sk_buff *skb)
{
	const struct config *cfg = config_get();
	struct pkt p = { .hook = HOOK_UNDERLAY, .length = skb->len };
	int reason;

	if (!cfg)
		return TC_ACT_UNSPEC;
	if (source_read(skb, &p)) {
		reason = source_check(&p, cfg);
		if (reason)
			return outcome(skb, &p, reason, DIR_INGRESS, TC_ACT_SHOT);
	}
	return cfg->flags & CFG_FOREIGN_NEXT ? TC_ACT_UNSPEC : TC_ACT_OK;
}

char _license[] SEC("license") = "Dual BSD/GPL";
