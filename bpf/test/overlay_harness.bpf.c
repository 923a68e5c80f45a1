// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
/*
 * For tests only: what BPF_PROG_TEST_RUN cannot give to a packet, nor tell of it. This program writes an outer header
 * (what bpf_skb_get_tunnel_key reads as `remote` is what set_tunnel_key calls `local`) or a VLAN tag that the hardware
 * took off, and goes on into the program under test. Run twice on the same packet (`repeat`), the second time it reads the
 * outer header that the program under test has ordered.
 */
#include "base.h"

#define HARNESS_PROGRAMS 8

struct harness_setting {
	struct ip_addr src; /* of the outer header */
	__u32 family; /* of the outer header; 0: there is none */
	__u32 vni;
	__u32 vlan; /* 0: none */
	__u32 next; /* index into harness_next */
	__u32 order; /* enum harness_order */
};

enum harness_order { ORDER_NONE = 0, ORDER_RUN_THEN_READ, ORDER_READ };

struct harness_key {
	struct ip_addr src, dst;
	__u32 family; /* 0: no outer header has been ordered */
	__u32 vni;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct harness_setting);
} harness_setting SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct harness_key);
} harness_key SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, HARNESS_PROGRAMS);
	__type(key, __u32);
	__type(value, __u32);
} harness_next SEC(".maps");

/* What no program under test returns: the harness itself has failed. */
#define HARNESS_FAILED 99

static __always_inline long outer_write(struct __sk_buff *skb, const struct harness_setting *s)
{
	struct bpf_tunnel_key key = { .tunnel_id = s->vni };

	if (s->family == 6) {
		__builtin_memcpy(key.local_ipv6, &s->src, 16);
		return bpf_skb_set_tunnel_key(skb, &key, sizeof(key), BPF_F_TUNINFO_IPV6);
	}
	key.local_ipv4 = bpf_ntohl(s->src.a[0]);
	return bpf_skb_set_tunnel_key(skb, &key, sizeof(key), 0);
}

static __always_inline void key_read(struct __sk_buff *skb, struct harness_key *found)
{
	struct bpf_tunnel_key key = {};

	__builtin_memset(found, 0, sizeof(*found));
	if (!bpf_skb_get_tunnel_key(skb, &key, sizeof(key), 0)) {
		found->family = 4;
		found->src.a[0] = bpf_htonl(key.remote_ipv4);
		found->dst.a[0] = bpf_htonl(key.local_ipv4);
	} else if (!bpf_skb_get_tunnel_key(skb, &key, sizeof(key), BPF_F_TUNINFO_IPV6)) {
		found->family = 6;
		__builtin_memcpy(&found->src, key.remote_ipv6, 16);
		__builtin_memcpy(&found->dst, key.local_ipv6, 16);
	}
	found->vni = key.tunnel_id;
}

SEC("tc")
int overlay_harness(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct harness_setting *s = bpf_map_lookup_elem(&harness_setting, &zero);

	struct harness_key *found = bpf_map_lookup_elem(&harness_key, &zero);

	if (!s || !found)
		return HARNESS_FAILED;
	if (s->order == ORDER_READ) {
		key_read(skb, found);
		return TC_ACT_OK;
	}
	if (s->order == ORDER_RUN_THEN_READ)
		s->order = ORDER_READ;
	if (s->family && outer_write(skb, s))
		return HARNESS_FAILED;
	if (s->vlan && bpf_skb_vlan_push(skb, bpf_htons(0x8100), s->vlan))
		return HARNESS_FAILED;
	bpf_tail_call(skb, &harness_next, s->next);
	return HARNESS_FAILED;
}

char _license[] SEC("license") = "Dual BSD/GPL";
