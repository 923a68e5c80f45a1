/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/* ARP of a workload: the gateway is answered here, with the MAC of the host's side. Nothing else is. */
#ifndef SLUICE_ARP_H
#define SLUICE_ARP_H

#include "maps.h"
#include "packet.h"

struct arp_ipv4 {
	__be16 hardware, protocol;
	__u8 hardware_len, protocol_len;
	__be16 operation;
	__u8 sender_mac[6];
	__u8 sender[4];
	__u8 target_mac[6];
	__u8 target[4];
};

enum neighbour_action { NEIGHBOUR_ANSWERED = 0, NEIGHBOUR_PASS = -1 }; /* > 0: a drop reason */

static __always_inline __be32 arp_address(const __u8 *bytes)
{
	__be32 address;

	__builtin_memcpy(&address, bytes, 4);
	return address;
}

static __always_inline int arp_load(struct __sk_buff *skb, struct arp_ipv4 *arp)
{
	if (bpf_skb_load_bytes(skb, ETH_HLEN, arp, sizeof(*arp)))
		return DROP_MALFORMED;
	if (arp->hardware != bpf_htons(1) || arp->protocol != bpf_htons(ETH_P_IP) || arp->hardware_len != 6 ||
	    arp->protocol_len != 4)
		return DROP_ARP_FORBIDDEN;
	return 0;
}

static __always_inline int arp_answer(struct __sk_buff *skb, struct arp_ipv4 *arp, const __u8 *mac)
{
	__u8 frame[ETH_HLEN + sizeof(*arp)];
	struct arp_ipv4 *answer = (void *)(frame + ETH_HLEN);

	__builtin_memcpy(frame, arp->sender_mac, 6);
	__builtin_memcpy(frame + 6, mac, 6);
	frame[12] = ETH_P_ARP >> 8;
	frame[13] = ETH_P_ARP & 0xff;
	__builtin_memcpy(answer, arp, 6);
	answer->operation = bpf_htons(2);
	__builtin_memcpy(answer->sender_mac, mac, 6);
	__builtin_memcpy(answer->sender, arp->target, 4);
	__builtin_memcpy(answer->target_mac, arp->sender_mac, 6);
	__builtin_memcpy(answer->target, arp->sender, 4);
	return bpf_skb_store_bytes(skb, 0, frame, sizeof(frame), 0) ? DROP_MALFORMED : NEIGHBOUR_ANSWERED;
}

/* From a workload. The Ethernet source has been checked. */
static __noinline int arp_from_endpoint(struct __sk_buff *skb, const struct interface_value *ifc)
{
	struct arp_ipv4 arp;
	int reason = arp_load(skb, &arp);
	__be32 own, sender, target;

	if (reason)
		return reason;
	own = ifc->addr4.a[0];
	sender = arp_address(arp.sender);
	target = arp_address(arp.target);
	if (!mac_equal(arp.sender_mac, ifc->endpoint.mac))
		return DROP_SPOOF_MAC;
	if (sender && sender != own)
		return DROP_SPOOF_ADDR;
	/* A probe for an address conflict, or an announcement of its own: heard, not answered, told to nobody. */
	if (!own || !sender || target == own)
		return DROP_ND_IGNORED;
	if (arp.operation == bpf_htons(2)) /* its answer to the host's question */
		return mac_equal(arp.target_mac, ifc->endpoint.host_mac) ? NEIGHBOUR_PASS : DROP_ARP_FORBIDDEN;
	if (arp.operation != bpf_htons(1) || !ifc->gateway4.a[0] || target != ifc->gateway4.a[0])
		return DROP_ARP_FORBIDDEN;
	return arp_answer(skb, &arp, ifc->endpoint.host_mac);
}

/* To a workload: the host's own questions, and the answers made above. */
static __noinline int arp_to_endpoint(struct __sk_buff *skb, const struct interface_value *ifc)
{
	struct arp_ipv4 arp;
	int reason = arp_load(skb, &arp);

	if (reason)
		return reason;
	if (!mac_equal(arp.sender_mac, ifc->endpoint.host_mac) || arp_address(arp.target) != ifc->addr4.a[0])
		return DROP_ARP_FORBIDDEN;
	return NEIGHBOUR_PASS;
}

#endif
