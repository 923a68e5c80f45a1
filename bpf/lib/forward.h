/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/* The ways out. Each returns 0 and sets `*action`, or a drop reason. */
#ifndef SLUICE_FORWARD_H
#define SLUICE_FORWARD_H

#include "mtu.h"

/* Writes new MACs and takes one from the hop limit, as a router does. */
static __always_inline int forward_rewrite(struct __sk_buff *skb, const struct pkt *p, const __u8 *dst, const __u8 *src)
{
	void *data = packet_data(skb), *end = packet_end(skb);
	struct ethhdr *eth = data;

	if (p->ttl <= 1)
		return DROP_TTL;
	if (p->family == 4) {
		struct iphdr *ip = data + ETH_HLEN;
		__u32 check;

		if ((void *)(ip + 1) > end)
			return DROP_MALFORMED;
		ip->ttl--;
		check = ip->check + bpf_htons(0x0100);
		ip->check = check + (check >= 0xffff);
	} else {
		struct ipv6hdr *ip = data + ETH_HLEN;

		if ((void *)(ip + 1) > end)
			return DROP_MALFORMED;
		ip->hop_limit--;
	}
	__builtin_memcpy(eth->h_dest, dst, 6);
	__builtin_memcpy(eth->h_source, src, 6);
	return 0;
}

static __always_inline int redirected(long result, int *action)
{
	*action = result;
	return result == TC_ACT_REDIRECT ? 0 : DROP_REDIRECT;
}

/*
 * To a workload of this node. With `short_way` straight into its namespace: the receiver's policy has been asked here.
 * Otherwise through its host side, where to_endpoint asks it.
 */
static __always_inline int forward_local(struct __sk_buff *skb, const struct pkt *p, const struct endpoint_value *ep,
					 bool short_way, int *action)
{
	int reason = forward_rewrite(skb, p, ep->mac, ep->host_mac);

	if (reason)
		return reason;
	/* A frame that came for somebody else would die silently at the receiver, who no longer looks at the MAC. */
	if (skb->pkt_type != PACKET_HOST && bpf_skb_change_type(skb, PACKET_HOST))
		return DROP_REDIRECT;
	return redirected(short_way ? bpf_redirect_peer(ep->ifindex, 0) : bpf_redirect(ep->ifindex, 0), action);
}

/* Sets the tunnel key: `identity` is the VNI, the outer source is this node's address. 0 or a drop reason. */
static __always_inline int tunnel_key_set(struct __sk_buff *skb, const struct config *cfg,
					  const struct ipcache_value *peer, __u32 identity)
{
	struct bpf_tunnel_key key = { .tunnel_id = identity, .tunnel_ttl = 64 };
	__u64 flags = BPF_F_ZERO_CSUM_TX;

	if (addr_is_zero(&peer->tunnel))
		return DROP_NO_TUNNEL;
	if (peer->flags & IPC_TUNNEL6) {
		__builtin_memcpy(key.remote_ipv6, &peer->tunnel, 16);
		__builtin_memcpy(key.local_ipv6, &cfg->node6, 16);
		flags = BPF_F_TUNINFO_IPV6;
	} else {
		key.remote_ipv4 = bpf_ntohl(peer->tunnel.a[0]);
		key.local_ipv4 = bpf_ntohl(cfg->node4.a[0]);
	}
	return bpf_skb_set_tunnel_key(skb, &key, sizeof(key), flags) ? DROP_NO_TUNNEL : 0;
}

/* Into the tunnel of a remote peer. */
static __always_inline int forward_tunnel(struct __sk_buff *skb, struct pkt *p, const struct config *cfg,
					  const struct endpoint_value *ep, const struct ipcache_value *peer, int *action)
{
	enum fit fit;
	int reason;

	if (!(cfg->flags & CFG_TUNNEL) || !cfg->vxlan_ifindex)
		return DROP_NO_TUNNEL;
	/* Only numbers that the whole cluster knows mean anything to the other node. */
	if (p->src_identity < ID_CLUSTER_MIN || p->src_identity > ID_CLUSTER_MAX)
		return DROP_OVERLAY_IDENTITY;
	fit = fit_of(skb, p, cfg, peer);
	if (fit == FITS_NOT)
		return DROP_MTU;
	if (fit == FITS_CUT) {
		/* The stack cuts it up and routes the pieces to the tunnel, where to_overlay knows them by this. */
		skb->mark = MARK_IDENTITY | p->src_identity;
		*action = TC_ACT_OK;
		return 0;
	}
	reason = forward_rewrite(skb, p, ep->host_mac, ep->mac);
	if (!reason)
		reason = tunnel_key_set(skb, cfg, peer, p->src_identity);
	if (reason)
		return reason;
	skb->mark = MARK_TUNNELLED;
	return redirected(bpf_redirect(cfg->vxlan_ifindex, 0), action);
}

/* Native routing: past the stack, with the next hop's MAC from the neighbour table. */
static __always_inline int forward_native(struct __sk_buff *skb, struct pkt *p, const struct config *cfg,
					  const struct endpoint_value *ep, int *action)
{
	enum fit fit;
	int reason;

	fit = fit_of(skb, p, cfg, NULL);
	if (fit) {
		*action = TC_ACT_OK; /* the stack cuts it up */
		return fit == FITS_CUT ? 0 : DROP_MTU;
	}
	reason = forward_rewrite(skb, p, ep->host_mac, ep->mac);
	if (reason)
		return reason;
	return redirected(bpf_redirect_neigh(cfg->underlay_ifindex, NULL, 0, 0), action);
}

#endif
