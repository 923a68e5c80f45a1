// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
/* The two programs of the node's VXLAN device (collect-metadata mode: the VNI is the sender's identity). */
#include "forward.h"
#include "judge.h"
#include "outcome.h"
#include "parse.h"

struct outer {
	struct ip_addr src;
	__u32 family;
	__u32 vni;
};

static __always_inline int outer_read(struct __sk_buff *skb, struct outer *o)
{
	struct bpf_tunnel_key key = {};

	if (!bpf_skb_get_tunnel_key(skb, &key, sizeof(key), 0)) {
		o->src.a[0] = bpf_htonl(key.remote_ipv4);
		o->family = 4;
	} else {
		if (bpf_skb_get_tunnel_key(skb, &key, sizeof(key), BPF_F_TUNINFO_IPV6))
			return DROP_OVERLAY_SOURCE;
		__builtin_memcpy(&o->src, key.remote_ipv6, 16);
		o->family = 6;
	}
	o->vni = key.tunnel_id;
	return 0;
}

/*
 * The inner source must live behind the tunnel that the packet came from. Whose it is there is the sending node's word
 * (the VNI), within what a node may say: a number of the cluster, or itself.
 */
static __always_inline int sender_check(struct pkt *p, const struct outer *o)
{
	const struct ipcache_value *peer = ipcache_find(&p->src, p->family);
	bool node;

	if (!peer || endpoint_find(&p->src, p->family))
		return DROP_OVERLAY_SOURCE;
	node = peer->flags & IPC_NODE;
	if (peer->flags & IPC_TUNNEL) {
		if (o->family != (peer->flags & IPC_TUNNEL6 ? 6 : 4) || addr_is_zero(&o->src) || !addr_equal(&peer->tunnel, &o->src))
			return DROP_OVERLAY_SOURCE;
	} else if (!node || o->family != p->family || !addr_equal(&p->src, &o->src)) {
		return DROP_OVERLAY_SOURCE;
	}
	if (is_cluster(o->vni) && !node) {
		p->src_identity = o->vni;
		return 0;
	}
	if ((o->vni == ID_HOST || o->vni == ID_REMOTE_NODE) && node && peer->identity != ID_HOST) {
		p->src_identity = peer->identity & ID_NODE_FLAG ? peer->identity : ID_REMOTE_NODE;
		return 0;
	}
	return DROP_OVERLAY_IDENTITY;
}

static __always_inline int to_node(struct __sk_buff *skb, struct pkt *p, const struct config *cfg, int *action)
{
	const struct endpoint_value *self = host_find();
	int reason;

	/* To this node itself: the answer to what to_overlay sent. Anything else has no business in the tunnel. */
	if (!is_own_node(cfg, &p->dst, p->family))
		return DROP_UNKNOWN_DEST;
	p->dst_identity = ID_HOST;
	if (p->protocol == IPPROTO_UDP && p->dport == cfg->tunnel_port)
		return DROP_TUNNEL_FORGED;
	if (self) {
		reason = judge(skb, p, NULL, self);
		if (reason)
			return reason;
	}
	if (p->frag == FRAG_FIRST)
		frag_remember(p);
	if (skb->pkt_type != PACKET_HOST && bpf_skb_change_type(skb, PACKET_HOST))
		return DROP_REDIRECT;
	skb->mark = 0;
	*action = TC_ACT_OK;
	return 0;
}

static __always_inline int deliver(struct __sk_buff *skb, struct pkt *p, const struct config *cfg,
				   const struct endpoint_value *ep, int *action)
{
	bool short_way = ep->flags & EP_REDIRECT_PEER;
	int reason = 0;

	p->dst_identity = ep->identity;
	p->endpoint_id = ep->endpoint_id;
	skb->mark = 0;
	if (!(ep->flags & EP_READY))
		return DROP_NOT_READY;
	if (short_way) {
		reason = judge(skb, p, NULL, ep);
	} else {
		skb->mark = MARK_IDENTITY | p->src_identity; /* to_endpoint asks the policy */
		if (p->frag == FRAG_FIRST)
			frag_remember(p);
	}
	return reason ? reason : forward_local(skb, p, ep, short_way, action);
}

static __always_inline int enter(struct __sk_buff *skb, struct pkt *p, const struct config *raw, int *action)
{
	const struct config *cfg = config_checked(raw);
	const struct endpoint_value *ep;
	struct outer o = {};
	const struct ethhdr *eth;
	int reason;

	if (!cfg || !(cfg->flags & CFG_TUNNEL))
		return DROP_NO_CONFIG;
	eth = frame_open(skb, &reason);
	if (!eth)
		return reason;
	reason = parse(skb, p, eth->h_proto);
	if (reason)
		return reason;
	if (p->kind == PKT_ND)
		return DROP_ND_FORBIDDEN;
	if (is_multicast(p))
		return DROP_MULTICAST;
	reason = outer_read(skb, &o);
	if (!reason)
		reason = sender_check(p, &o);
	if (reason)
		return reason;
	if (p->frag == FRAG_LATER) {
		reason = frag_resolve(p);
		/* What goes to the node itself, or to to_endpoint, is put together there. */
		if (reason)
			return reason;
	}
	ep = endpoint_find(&p->dst, p->family);
	return ep ? deliver(skb, p, cfg, ep, action) : to_node(skb, p, cfg, action);
}

/* tc ingress of the VXLAN device: what other nodes send. */
SEC("tc")
int from_overlay(struct __sk_buff *skb)
{
	struct pkt *p = packet_begin(skb, HOOK_FROM_OVERLAY);
	const struct config *cfg = config_raw();
	int action = TC_ACT_SHOT, reason;

	if (stands_by(skb, cfg))
		return TC_ACT_UNSPEC;
	if (!p)
		return TC_ACT_SHOT;
	reason = enter(skb, p, cfg, &action);
	return outcome(skb, p, reason, DIR_INGRESS, action);
}

/* What the stack has cut up for a workload of this node: from_endpoint has judged the whole. */
static __always_inline int piece_leaves(struct __sk_buff *skb, struct pkt *p, const struct config *cfg, __u32 identity)
{
	const struct endpoint_value *ep = endpoint_find(&p->src, p->family);
	const struct ipcache_value *peer = ipcache_find(&p->dst, p->family);

	p->src_identity = identity;
	if (!ep || ep->identity != identity || ep->ifindex != skb->ingress_ifindex)
		return DROP_OVERLAY_SOURCE;
	p->endpoint_id = ep->endpoint_id;
	if (!peer || !(peer->flags & IPC_TUNNEL) || peer->encrypt_key)
		return DROP_NO_TUNNEL;
	p->dst_identity = peer->identity;
	return tunnel_key_set(skb, cfg, peer, identity);
}

static __always_inline int host_leaves(struct __sk_buff *skb, struct pkt *p, const struct config *raw)
{
	const struct endpoint_value *self = host_find();
	const struct config *cfg = config_checked(raw);
	const struct ipcache_value *peer;
	const struct ethhdr *eth;
	int reason;

	if (!cfg || !(cfg->flags & CFG_TUNNEL))
		return DROP_NO_CONFIG;
	if ((skb->mark & MARK_MASK) == MARK_TUNNELLED && skb->ingress_ifindex)
		return 0; /* from_endpoint has judged it and set its key */
	eth = frame_open(skb, &reason);
	if (!eth)
		return reason;
	reason = parse(skb, p, eth->h_proto);
	if (reason)
		return reason;
	if (p->kind == PKT_ND)
		return DROP_ND_IGNORED;
	if (is_multicast(p))
		return DROP_MULTICAST;
	if ((skb->mark & MARK_MASK) == MARK_IDENTITY && skb->ingress_ifindex)
		return piece_leaves(skb, p, cfg, skb->mark & ~MARK_MASK);
	p->src_identity = ID_HOST;
	if (!from_local_host(skb, cfg) || !is_own_node(cfg, &p->src, p->family))
		return DROP_OVERLAY_SOURCE;
	peer = ipcache_find(&p->dst, p->family);
	if (!peer || !(peer->flags & IPC_TUNNEL) || peer->encrypt_key)
		return DROP_NO_TUNNEL;
	p->dst_identity = peer->identity;
	if (self) {
		reason = judge(skb, p, self, NULL);
		if (reason)
			return reason;
	}
	return tunnel_key_set(skb, cfg, peer, ID_HOST);
}

/* tc egress of the VXLAN device: what workloads were let send, and what the host's stack sends to remote workloads. */
SEC("tc")
int to_overlay(struct __sk_buff *skb)
{
	struct pkt *p = packet_begin(skb, HOOK_TO_OVERLAY);
	const struct config *cfg = config_raw();
	int action;

	if (stands_by(skb, cfg))
		return TC_ACT_UNSPEC;
	if (!p)
		return TC_ACT_SHOT;
	action = outcome(skb, p, host_leaves(skb, p, cfg), DIR_EGRESS, TC_ACT_OK);
	/* The outer packet is routed by its addresses, not by our marks. */
	if (action != TC_ACT_UNSPEC)
		skb->mark = 0;
	return action;
}

char _license[] SEC("license") = "Dual BSD/GPL";
