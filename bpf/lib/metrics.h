/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/* Counters by reason and direction. Events may be sampled or limited, these never are. */
#ifndef SLUICE_METRICS_H
#define SLUICE_METRICS_H

#include "maps.h"

static __always_inline void count(struct __sk_buff *skb, __u32 reason, __u32 direction)
{
	__u32 index = reason * 2 + direction;
	struct metrics_value *m = bpf_map_lookup_elem(&metrics, &index);

	if (m) {
		m->packets++;
		m->bytes += skb->len;
	}
}

#endif
