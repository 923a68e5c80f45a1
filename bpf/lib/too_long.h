/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/* What a workload is told whose packet does not fit: the same as by a router (RFC 1191, RFC 8201). */
#ifndef SLUICE_TOO_LONG_H
#define SLUICE_TOO_LONG_H

#include "nd.h"

/* Answers for one workload: a hundred a second, and twenty at once. */
#define ANSWER_EVERY_NS 10000000ULL
#define ANSWERS_AT_ONCE 20

/* As much of the packet as is quoted: its headers, and that of TCP. */
#define QUOTE4 48
#define QUOTE6 80

/* By endpoint: until when the answers given so far count. Each agent begins anew. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 65536);
	__type(key, __u32);
	__type(value, __u64);
} answered SEC(".maps");

/* A token bucket without a lock: two at the same moment may both be answered. */
static __always_inline bool may_answer(__u32 endpoint_id)
{
	__u64 *until = bpf_map_lookup_elem(&answered, &endpoint_id);
	__u64 now = bpf_ktime_get_ns(), next;

	if (!until)
		return false;
	next = *until > now ? *until : now;
	if (next - now >= ANSWERS_AT_ONCE * ANSWER_EVERY_NS)
		return false;
	*until = next + ANSWER_EVERY_NS;
	return true;
}

/* Cuts the packet down to what is quoted and makes room for `room` bytes in front of it. */
static __always_inline bool quote(struct __sk_buff *skb, __u32 quoted, __u32 room)
{
	return !bpf_skb_change_tail(skb, ETH_HLEN + quoted, 0) && !bpf_skb_adjust_room(skb, room, BPF_ADJ_ROOM_MAC, 0);
}

/* ICMP 3/4. */
static __noinline bool answer4(struct __sk_buff *skb, const struct interface_value *ifc, __u32 mtu)
{
	struct {
		__u8 type, code;
		__u16 checksum;
		__be16 unused, mtu;
		__u8 quote[QUOTE4];
	} body = { .type = 3, .code = 4, .mtu = bpf_htons(mtu) };
	struct {
		__u8 version, tos;
		__be16 length, id, fragment;
		__u8 ttl, protocol;
		__u16 checksum;
		__be32 src, dst;
	} ip = {
		.version = 0x45,
		.length = bpf_htons(sizeof(ip) + sizeof(body)),
		.ttl = 64,
		.protocol = IPPROTO_ICMP,
		.src = ifc->gateway4.a[0],
		.dst = ifc->addr4.a[0],
	};
	__s64 sum;

	if (!ip.src || !quote(skb, QUOTE4, sizeof(ip) + 8) ||
	    bpf_skb_load_bytes(skb, ETH_HLEN + sizeof(ip) + 8, body.quote, QUOTE4))
		return false;
	sum = bpf_csum_diff(NULL, 0, (__be32 *)&ip, sizeof(ip), 0);
	ip.checksum = csum_fold(sum);
	sum = bpf_csum_diff(NULL, 0, (__be32 *)&body, sizeof(body), 0);
	body.checksum = csum_fold(sum);
	return !bpf_skb_store_bytes(skb, ETH_HLEN, &ip, sizeof(ip), 0) &&
	       !bpf_skb_store_bytes(skb, ETH_HLEN + sizeof(ip), &body, 8, 0);
}

/* ICMPv6 2. */
static __noinline bool answer6(struct __sk_buff *skb, const struct interface_value *ifc, __u32 mtu)
{
	struct {
		struct ip_addr src, dst;
		__u8 type, code;
		__u16 checksum;
		__be32 mtu;
		__u8 quote[QUOTE6];
	} body = { .src = ifc->gateway6, .dst = ifc->addr6, .type = 2, .mtu = bpf_htonl(mtu) };
	__u8 head[8] = { 0x60, 0, 0, 0, 0, 8 + QUOTE6, 58, 64 };
	__s64 sum;

	if (addr_is_zero(&body.src) || !quote(skb, QUOTE6, 48) || bpf_skb_load_bytes(skb, ETH_HLEN + 48, body.quote, QUOTE6))
		return false;
	sum = bpf_csum_diff(NULL, 0, (__be32 *)&body, sizeof(body), bpf_htonl(8 + QUOTE6) + bpf_htonl(58));
	body.checksum = csum_fold(sum);
	return !bpf_skb_store_bytes(skb, ETH_HLEN, head, sizeof(head), 0) &&
	       !bpf_skb_store_bytes(skb, ETH_HLEN + sizeof(head), &body, 40, 0);
}

/*
 * Makes the answer out of a packet that was dropped because it is too long, and sends it back to the workload. Nobody is
 * told of errors, nor of later fragments, which do not say whose they are (RFC 1122, 3.2.2). The action.
 */
static __noinline int too_long_answer(struct __sk_buff *skb, const struct pkt *p)
{
	__u32 ifindex = skb->ifindex, mtu = p->mtu;
	const struct interface_value *ifc = bpf_map_lookup_elem(&interfaces, &ifindex);
	__u8 macs[12];

	if (!ifc || !(ifc->endpoint.flags & EP_REDIRECT_PEER) || p->kind == PKT_ICMP_ERROR || p->frag == FRAG_LATER ||
	    !may_answer(ifc->endpoint.endpoint_id))
		return TC_ACT_SHOT;
	if (!(p->family == 4 ? answer4(skb, ifc, mtu) : answer6(skb, ifc, mtu)))
		return TC_ACT_SHOT;
	__builtin_memcpy(macs, ifc->endpoint.mac, 6);
	__builtin_memcpy(macs + 6, ifc->endpoint.host_mac, 6);
	if (bpf_skb_store_bytes(skb, 0, macs, sizeof(macs), 0))
		return TC_ACT_SHOT;
	return bpf_redirect_peer(ifindex, 0) == TC_ACT_REDIRECT ? TC_ACT_REDIRECT : TC_ACT_SHOT;
}

#endif
