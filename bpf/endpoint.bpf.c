// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
/* The two programs of a workload's host-side interface. */
#include "arp.h"
#include "forward.h"
#include "judge.h"
#include "nd.h"
#include "outcome.h"
#include "parse.h"
#include "too_long.h"

/* Packets that pretend to be a tunnel's are dropped before any policy is asked. */
static __always_inline bool forges_tunnel(const struct pkt *p, const struct config *cfg, bool to_node)
{
	return to_node && p->protocol == IPPROTO_UDP && p->dport == cfg->tunnel_port;
}

static __always_inline int to_remote(struct __sk_buff *skb, struct pkt *p, const struct config *cfg,
				     const struct interface_value *ifc, int *action)
{
	const struct ipcache_value *peer = ipcache_find(&p->dst, p->family);
	bool gateway = addr_is(p->family == 4 ? &ifc->gateway4 : &ifc->gateway6, &p->dst);
	bool own = gateway || is_own_node(cfg, &p->dst, p->family);
	__u32 identity = own ? ID_HOST : peer ? peer->identity : world_of(p->family);
	int reason;

	p->dst_identity = identity;
	if (!own && is_machine_local(&p->dst, p->family))
		return DROP_UNKNOWN_DEST;
	if (forges_tunnel(p, cfg, identity == ID_HOST || is_remote_node(identity) || (peer && (peer->flags & IPC_NODE))))
		return DROP_TUNNEL_FORGED;
	if (!own && peer) {
		bool tunnel = peer->flags & IPC_TUNNEL;

		if (identity == ID_UNKNOWN && !tunnel)
			return DROP_UNKNOWN_DEST;
		/* What is to be encrypted does not leave in the clear, and this version cannot encrypt. */
		if (peer->encrypt_key || (is_workload(identity) && !tunnel && (cfg->flags & CFG_TUNNEL)))
			return DROP_NO_TUNNEL;
	}
	reason = judge(skb, p, &ifc->endpoint, own ? host_find() : NULL);
	if (reason)
		return reason;
	if (!own && peer && (peer->flags & IPC_TUNNEL))
		return forward_tunnel(skb, p, cfg, &ifc->endpoint, peer, action);
	if (!own && is_workload(identity) && cfg->underlay_ifindex)
		return forward_native(skb, p, cfg, &ifc->endpoint, action);
	*action = TC_ACT_OK; /* the host's stack: routes, masquerades, or receives */
	return 0;
}

static __always_inline int to_local(struct __sk_buff *skb, struct pkt *p, const struct config *cfg,
				    const struct interface_value *ifc, const struct endpoint_value *ep, int *action)
{
	bool short_way = ep->flags & EP_REDIRECT_PEER;
	int reason;

	p->dst_identity = ep->identity;
	if (ep->endpoint_id == ifc->endpoint.endpoint_id) {
		p->event_flags = EVF_SELF; /* a workload always reaches itself */
		return ep->flags & EP_READY ? forward_local(skb, p, ep, short_way, action) : DROP_NOT_READY;
	}
	reason = judge(skb, p, &ifc->endpoint, short_way ? ep : NULL);
	return reason ? reason : forward_local(skb, p, ep, short_way, action);
}

static __always_inline int check_source(const struct pkt *p, const struct interface_value *ifc)
{
	return addr_is(p->family == 4 ? &ifc->addr4 : &ifc->addr6, &p->src) ? 0 : DROP_SPOOF_ADDR;
}

static __always_inline int neighbour(struct __sk_buff *skb, int result, int *action)
{
	if (result == NEIGHBOUR_PASS) {
		*action = TC_ACT_OK;
		return 0;
	}
	if (result != NEIGHBOUR_ANSWERED)
		return result;
	return redirected(bpf_redirect(skb->ifindex, 0), action);
}

static __always_inline int leave(struct __sk_buff *skb, struct pkt *p, const struct config *raw, int *action)
{
	const struct config *cfg = config_checked(raw);
	const struct interface_value *ifc;
	const struct endpoint_value *ep;
	__u32 ifindex = skb->ifindex;
	const struct ethhdr *eth;
	__be16 ethertype;
	int reason;

	ifc = bpf_map_lookup_elem(&interfaces, &ifindex);
	if (!ifc)
		return DROP_UNKNOWN_INTERFACE;
	p->src_identity = ifc->endpoint.identity;
	p->endpoint_id = ifc->endpoint.endpoint_id;
	if (!cfg)
		return DROP_NO_CONFIG;
	eth = frame_open(skb, &reason);
	if (!eth)
		return reason;
	ethertype = eth->h_proto;
	if (!mac_equal(eth->h_source, ifc->endpoint.mac))
		return DROP_SPOOF_MAC;
	if (ethertype == bpf_htons(ETH_P_ARP))
		return neighbour(skb, arp_from_endpoint(skb, ifc), action);
	reason = parse(skb, p, ethertype);
	if (reason)
		return reason;
	if (p->kind == PKT_ND)
		return neighbour(skb, nd_from_endpoint(skb, p, ifc, cfg), action);
	reason = check_source(p, ifc);
	if (reason)
		return reason;
	if (is_multicast(p))
		return DROP_MULTICAST;
	if (p->frag == FRAG_LATER) {
		reason = frag_resolve(p);
		if (reason)
			return reason;
	}
	ep = endpoint_find(&p->dst, p->family);
	return ep ? to_local(skb, p, cfg, ifc, ep, action) : to_remote(skb, p, cfg, ifc, action);
}

/* tc ingress of the host side: what a workload sends. */
SEC("tc")
int from_endpoint(struct __sk_buff *skb)
{
	struct pkt *p = packet_begin(skb, HOOK_FROM_ENDPOINT);
	const struct config *cfg = config_raw();
	int action = TC_ACT_SHOT, reason;

	if (stands_by(skb, cfg))
		return TC_ACT_UNSPEC;
	if (!p)
		return TC_ACT_SHOT;
	skb->mark = 0; /* nothing that a workload sends bears a mark of the host's */
	reason = leave(skb, p, cfg, &action);
	action = outcome(skb, p, reason, DIR_EGRESS, action);
	return reason == DROP_MTU ? too_long_answer(skb, p) : action;
}

/* Who sent what the stack delivers: never by the address alone. 0 or a drop reason. */
static __always_inline int sender_identity(struct __sk_buff *skb, struct pkt *p, const struct config *cfg)
{
	const struct endpoint_value *ep;
	const struct ipcache_value *peer;

	if (from_local_host(skb, cfg)) {
		p->src_identity = ID_HOST;
		return 0;
	}
	ep = endpoint_find(&p->src, p->family);
	if (ep) {
		p->src_identity = ep->identity;
		return skb->ingress_ifindex == ep->ifindex ? 0 : DROP_SPOOF_ADDR;
	}
	if (cfg->vxlan_ifindex && skb->ingress_ifindex == cfg->vxlan_ifindex) {
		if ((skb->mark & MARK_MASK) != MARK_IDENTITY)
			return DROP_OVERLAY_SOURCE;
		p->src_identity = skb->mark & ~MARK_MASK;
		return 0;
	}
	peer = ipcache_find(&p->src, p->family);
	p->src_identity = peer ? peer->identity : world_of(p->family);
	if (p->src_identity == ID_HOST || is_own_node(cfg, &p->src, p->family))
		return DROP_SPOOF_ADDR;
	/* What belongs to the cluster comes through the tunnel; outside it an address proves nothing. */
	if ((cfg->flags & CFG_TUNNEL) &&
	    (is_workload(p->src_identity) || is_remote_node(p->src_identity) || p->src_identity == ID_UNKNOWN))
		return DROP_UNDERLAY_SOURCE;
	return 0;
}

static __always_inline int arrive(struct __sk_buff *skb, struct pkt *p, const struct config *raw)
{
	const struct config *cfg = config_checked(raw);
	const struct interface_value *ifc;
	__u32 ifindex = skb->ifindex;
	const struct ethhdr *eth;
	__be16 ethertype;
	int reason, action;

	ifc = bpf_map_lookup_elem(&interfaces, &ifindex);
	if (!ifc)
		return DROP_UNKNOWN_INTERFACE;
	p->dst_identity = ifc->endpoint.identity;
	p->endpoint_id = ifc->endpoint.endpoint_id;
	if (!cfg)
		return DROP_NO_CONFIG;
	eth = frame_open(skb, &reason);
	if (!eth)
		return reason;
	ethertype = eth->h_proto;
	if (ethertype == bpf_htons(ETH_P_ARP))
		return neighbour(skb, arp_to_endpoint(skb, ifc), &action);
	reason = parse(skb, p, ethertype);
	if (reason)
		return reason;
	if (p->kind == PKT_ND)
		return neighbour(skb, nd_to_endpoint(skb, ifc), &action);
	if (is_multicast(p))
		return DROP_MULTICAST;
	if (!addr_is(p->family == 4 ? &ifc->addr4 : &ifc->addr6, &p->dst))
		return DROP_UNKNOWN_DEST;
	reason = sender_identity(skb, p, cfg);
	if (reason)
		return reason;
	if (addr_equal(&p->src, &p->dst)) {
		/* Itself is who sent it here, not who bears the address: there may be no entry for that yet, or no more. */
		if (skb->ingress_ifindex != ifindex)
			return DROP_SPOOF_ADDR;
		return ifc->endpoint.flags & EP_READY ? 0 : DROP_NOT_READY;
	}
	if (p->frag == FRAG_LATER) {
		reason = frag_resolve(p);
		if (reason)
			return reason;
	}
	return judge(skb, p, p->src_identity == ID_HOST ? host_find() : NULL, &ifc->endpoint);
}

/* tc egress of the host side: what the stack, or a plain redirect, delivers to a workload. */
SEC("tc")
int to_endpoint(struct __sk_buff *skb)
{
	struct pkt *p = packet_begin(skb, HOOK_TO_ENDPOINT);
	const struct config *cfg = config_raw();
	int action;

	if (stands_by(skb, cfg))
		return TC_ACT_UNSPEC;
	if (!p)
		return TC_ACT_SHOT;
	action = outcome(skb, p, arrive(skb, p, cfg), DIR_INGRESS, TC_ACT_OK);
	if (action != TC_ACT_UNSPEC)
		skb->mark = 0;
	return action;
}

char _license[] SEC("license") = "Dual BSD/GPL";
