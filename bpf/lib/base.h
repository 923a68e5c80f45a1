/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/* What every program includes first: the kernel's types, libbpf's helpers, and constants that BTF does not carry. */
#ifndef SLUICE_BASE_H
#define SLUICE_BASE_H

/* Some kernels have a type of this name, and C has one name space for types and maps. */
#define config vmlinux_config
#include "vmlinux.h"
#undef config
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include "types.h"

/* Valid for TCX and for clsact alike. UNSPEC is TCX_NEXT: the next program, or the stack, decides. */
#define TC_ACT_UNSPEC (-1)
#define TC_ACT_OK 0
#define TC_ACT_SHOT 2

#define ETH_HLEN 14
#define ETH_P_IP 0x0800
#define ETH_P_ARP 0x0806
#define ETH_P_IPV6 0x86dd
#define PACKET_HOST 0

/* From this address on, bpf_redirect and friends have said yes. */
#define TC_ACT_REDIRECT 7

/*
 * Marks that only Sluice's own programs set and that its own programs take away again. A workload cannot forge them:
 * a mark is scrubbed between network namespaces, and from_endpoint zeroes it besides.
 */
#define MARK_MASK 0xff000000
#define MARK_TUNNELLED 0x5c000000 /* from_endpoint to to_overlay: judged, tunnel key set */
#define MARK_IDENTITY 0x5d000000 /* from_overlay to to_endpoint, from_endpoint through the stack to to_overlay: the low 24 bits are the sender's identity */

#define barrier() asm volatile("" ::: "memory")
/* Hides a value from the compiler, so that it does not undo the bounds that the verifier has seen. */
#define opaque(x) asm volatile("" : "+r"(x))

/*
 * The packet's bounds. In assembly, because the compiler otherwise joins branches by adding an offset to the context's
 * pointer, which the verifier refuses.
 */
static __always_inline void *packet_data(const struct __sk_buff *skb)
{
	void *data;

	asm volatile("%0 = *(u32 *)(%1 + %2)" : "=r"(data) : "r"(skb), "i"(__builtin_offsetof(struct __sk_buff, data)));
	return data;
}

static __always_inline void *packet_end(const struct __sk_buff *skb)
{
	void *end;

	asm volatile("%0 = *(u32 *)(%1 + %2)" : "=r"(end) : "r"(skb), "i"(__builtin_offsetof(struct __sk_buff, data_end)));
	return end;
}

#endif
