/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/* Neighbour discovery of a workload, as ARP: only the gateway is answered. */
#ifndef SLUICE_ND_H
#define SLUICE_ND_H

#include "arp.h"
#include "identity.h"

#define ND_SOLICIT 135
#define ND_ADVERT 136

struct nd_message {
	__u8 type, code;
	__u16 checksum;
	__u8 flags[4];
	struct ip_addr target;
	__u8 option[8]; /* the link-layer address: type, length, MAC */
};

struct nd_frame {
	__u8 eth[ETH_HLEN];
	__u8 ip[8];
	struct ip_addr src, dst;
	struct nd_message nd;
} __attribute__((packed));

static __always_inline __u16 csum_fold(__u64 sum)
{
	sum = (sum & 0xffff) + ((sum >> 16) & 0xffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static __noinline int nd_answer(struct __sk_buff *skb, struct pkt *p, const struct interface_value *ifc)
{
	struct {
		struct ip_addr src, dst;
		struct nd_message nd;
	} body = {
		.src = ifc->gateway6,
		.dst = p->src,
		.nd = { .type = ND_ADVERT, .flags = { 0xe0 }, .target = ifc->gateway6, .option = { 2, 1 } }, /* router, solicited, override */
	};
	__u8 head[ETH_HLEN + 8] = { [12] = ETH_P_IPV6 >> 8, [13] = ETH_P_IPV6 & 0xff, [14] = 0x60, [19] = 32, [20] = 58, [21] = 255 };
	__s64 sum;

	__builtin_memcpy(head, ifc->endpoint.mac, 6);
	__builtin_memcpy(head + 6, ifc->endpoint.host_mac, 6);
	__builtin_memcpy(body.nd.option + 2, ifc->endpoint.host_mac, 6);
	sum = bpf_csum_diff(NULL, 0, (__be32 *)&body, sizeof(body), bpf_htonl(32) + bpf_htonl(58));
	if (sum < 0)
		return DROP_MALFORMED;
	body.nd.checksum = csum_fold(sum);
	if (bpf_skb_change_tail(skb, sizeof(head) + sizeof(body), 0))
		return DROP_MALFORMED;
	if (bpf_skb_store_bytes(skb, 0, head, sizeof(head), 0) ||
	    bpf_skb_store_bytes(skb, sizeof(head), &body, sizeof(body), 0))
		return DROP_MALFORMED;
	return NEIGHBOUR_ANSWERED;
}

/* From a workload. The Ethernet source, the hop limit and the code have been checked. */
static __noinline int nd_from_endpoint(struct __sk_buff *skb, struct pkt *p, const struct interface_value *ifc,
				       const struct config *cfg)
{
	struct ip_addr target;
	bool own;

	if (bpf_skb_load_bytes(skb, p->l4_off + 8, &target, sizeof(target)))
		return DROP_MALFORMED;
	own = addr_is(&ifc->addr6, &target) || is_link_local(&target);
	if (addr_is_zero(&p->src)) /* a probe for an address conflict */
		return bpf_ntohs(p->port) >> 8 == ND_SOLICIT ? DROP_ND_IGNORED : DROP_ND_FORBIDDEN;
	if (!addr_is(&ifc->addr6, &p->src) && !is_link_local(&p->src))
		return DROP_SPOOF_ADDR;
	if (bpf_ntohs(p->port) >> 8 == ND_ADVERT) {
		if (!own || addr_is(&ifc->gateway6, &target))
			return DROP_ND_FORBIDDEN;
		/* Said to everybody it is heard and told to nobody. */
		if (bpf_ntohl(p->dst.a[0]) >> 24 == 0xff)
			return DROP_ND_IGNORED;
		/* To the host that asked, and no farther: no policy is asked, and a router would forward it with all that it carries. */
		if (!addr_is(&ifc->gateway6, &p->dst) && !is_link_local(&p->dst) && !is_own_node(cfg, &p->dst, 6))
			return DROP_ND_FORBIDDEN;
		return NEIGHBOUR_PASS;
	}
	if (!addr_is(&ifc->gateway6, &target))
		return DROP_ND_FORBIDDEN;
	return nd_answer(skb, p, ifc);
}

/* To a workload: the host's own questions and the answers made above, known by the host side's MAC and the hop limit. */
static __noinline int nd_to_endpoint(struct __sk_buff *skb, const struct interface_value *ifc)
{
	__u8 source[6];

	if (bpf_skb_load_bytes(skb, 6, source, sizeof(source)))
		return DROP_MALFORMED;
	return mac_equal(source, ifc->endpoint.host_mac) ? NEIGHBOUR_PASS : DROP_ND_FORBIDDEN;
}

#endif
