// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
/*
 * For tests only: BPF_PROG_TEST_RUN cannot give a packet an outer header. This program writes one (what
 * bpf_skb_get_tunnel_key reads as `remote` is what set_tunnel_key calls `local`) and goes on into from_overlay.
 */
#include "base.h"

struct harness_outer {
	struct ip_addr src;
	__u32 family;
	__u32 vni;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct harness_outer);
} harness_outer SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} harness_next SEC(".maps");

SEC("tc")
int overlay_harness(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct harness_outer *outer = bpf_map_lookup_elem(&harness_outer, &zero);
	struct bpf_tunnel_key key = {};
	__u64 flags = 0;

	if (!outer)
		return TC_ACT_SHOT;
	key.tunnel_id = outer->vni;
	if (outer->family == 6) {
		__builtin_memcpy(key.local_ipv6, &outer->src, 16);
		flags = BPF_F_TUNINFO_IPV6;
	} else {
		key.local_ipv4 = bpf_ntohl(outer->src.a[0]);
	}
	if (bpf_skb_set_tunnel_key(skb, &key, sizeof(key), flags))
		return TC_ACT_SHOT;
	bpf_tail_call(skb, &harness_next, 0);
	return TC_ACT_SHOT;
}

char _license[] SEC("license") = "Dual BSD/GPL";
