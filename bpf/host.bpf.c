// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
/*
 * The underlay's device. What comes in: nobody outside sends with the address of a workload or of this node. And the host's
 * own traffic in both directions, where a host policy selects this node.
 */
#include "conntrack.h"
#include "identity.h"
#include "infrastructure.h"
#include "judge.h"
#include "outcome.h"
#include "parse.h"

/* Reads no more than the addresses: all else is the stack's business. False: neither IPv4 nor IPv6. */
static __always_inline bool addresses_read(struct __sk_buff *skb, struct pkt *p, __be16 *ethertype)
{
	if (bpf_skb_load_bytes(skb, 12, ethertype, sizeof(*ethertype)))
		return false;
	if (*ethertype == bpf_htons(ETH_P_IP)) {
		p->family = 4;
		return !bpf_skb_load_bytes(skb, ETH_HLEN + 12, &p->src, 4) && !bpf_skb_load_bytes(skb, ETH_HLEN + 16, &p->dst, 4);
	}
	if (*ethertype == bpf_htons(ETH_P_IPV6)) {
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

	p->src_identity = world_of(p->family);
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

/* Whether the stack will give it to a workload: to_endpoint judges that. */
static __always_inline bool to_workload(const struct pkt *p)
{
	const struct ipcache_value *peer;

	if (endpoint_find(&p->dst, p->family))
		return true;
	peer = ipcache_find(&p->dst, p->family);
	return peer && is_workload(peer->identity);
}

/* Parses what the host policy is about. 0: to be judged; a drop reason; or -1: it passes without being asked. */
static __always_inline int host_parse(struct __sk_buff *skb, struct pkt *p, const struct config *cfg, __be16 ethertype)
{
	int reason = headers_linear(skb);

	if (reason)
		return reason;
	reason = parse(skb, p, ethertype);
	if (is_link_business(p, reason))
		return -1;
	if (reason)
		return reason;
	if (p->frag == FRAG_LATER) {
		reason = frag_resolve(p);
		if (reason)
			return reason;
	}
	if (!is_infrastructure(p, cfg))
		return 0;
	if (p->frag == FRAG_FIRST)
		frag_remember(p);
	return -1;
}

/* An answer to what a workload sent with this node's address, or an error about it. */
static __always_inline bool for_masqueraded(struct __sk_buff *skb, struct pkt *p)
{
	struct scratch *scratch = scratch_get();

	if (!scratch)
		return false;
	return answers_masqueraded(skb, p->kind == PKT_ICMP_ERROR ? &scratch->quoted : p);
}

static __always_inline int host_receives(struct __sk_buff *skb, struct pkt *p, const struct config *cfg, __be16 ethertype)
{
	const struct endpoint_value *self = host_find();
	int reason;

	if (!self || to_workload(p))
		return 0;
	p->dst_identity = ID_HOST;
	reason = host_parse(skb, p, cfg, ethertype);
	if (reason)
		return reason < 0 ? 0 : reason;
	reason = judge(skb, p, NULL, self);
	if (!reason || !for_masqueraded(skb, p))
		return reason;
	if (p->frag == FRAG_FIRST)
		frag_remember(p);
	return 0;
}

/* tc ingress of the underlay's device. Without a configuration it stands aside: workloads are shut anyhow. */
SEC("tc")
int to_host(struct __sk_buff *skb)
{
	const struct config *cfg = config_get();
	struct pkt *p = packet_begin(skb, HOOK_UNDERLAY);
	__be16 ethertype;
	int reason;

	if (!cfg || !p || stands_by(skb, cfg))
		return TC_ACT_UNSPEC;
	if (addresses_read(skb, p, &ethertype)) {
		reason = source_check(p, cfg);
		if (!reason)
			reason = host_receives(skb, p, cfg, ethertype);
		if (reason)
			return outcome(skb, p, reason, DIR_INGRESS, TC_ACT_SHOT);
	}
	return next_or_ok(cfg);
}

static __always_inline int host_sends(struct __sk_buff *skb, struct pkt *p, const struct config *cfg)
{
	const struct endpoint_value *self = host_find();
	const struct ipcache_value *peer;
	__be16 ethertype;
	int reason;

	/* What is forwarded belongs to others. */
	if (!self || !from_local_host(skb, cfg) || !addresses_read(skb, p, &ethertype))
		return 0;
	peer = ipcache_find(&p->dst, p->family);
	p->src_identity = ID_HOST;
	p->dst_identity = peer ? peer->identity : world_of(p->family);
	reason = host_parse(skb, p, cfg, ethertype);
	if (reason)
		return reason < 0 ? 0 : reason;
	return judge(skb, p, self, NULL);
}

/* tc egress of the underlay's device: what this host itself sends. */
SEC("tc")
int from_host(struct __sk_buff *skb)
{
	const struct config *cfg = config_get();
	struct pkt *p = packet_begin(skb, HOOK_FROM_HOST);
	int reason;

	if (!cfg || !p || stands_by(skb, cfg))
		return TC_ACT_UNSPEC;
	reason = host_sends(skb, p, cfg);
	if (reason)
		return outcome(skb, p, reason, DIR_EGRESS, TC_ACT_SHOT);
	return next_or_ok(cfg);
}

char _license[] SEC("license") = "Dual BSD/GPL";
