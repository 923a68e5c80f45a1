/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/*
 * How many connections without an answer each workload has, opened by it and opened to it: a flood of them must not push
 * the connections of others out of the table. They are counted by when they began, in slots that together are longer than
 * such an entry lives, so that what never ends is forgotten by itself.
 */
#ifndef SLUICE_HALF_OPEN_H
#define SLUICE_HALF_OPEN_H

#include "maps.h"

#define HALF_OPEN_MAX 16384
/* 2^33 ns are 8.6 s. Eight of them outlive the 60 s of an entry without an answer. */
#define HALF_OPEN_SHIFT 33
/* What an entry keeps of the number of its slot. */
#define CHARGE_SLOTS 0x3fff
#define CHARGED (1U << 31)

static __always_inline struct half_open *half_open_find(__u32 endpoint_id, bool ingress)
{
	__u32 key = (endpoint_id & 0xffff) << 1 | ingress;

	return bpf_map_lookup_elem(&half_open, &key);
}

/* Clears the slots of the time that has passed. Two processors may do it at once: then a few are not counted. */
static __always_inline void half_open_turn(struct half_open *h, __u32 slot)
{
	__u32 passed = slot - h->newest;

#pragma unroll
	for (__u32 i = 1; i <= HALF_OPEN_SLOTS; i++)
		if (i <= passed)
			h->count[(slot - i + 1) & (HALF_OPEN_SLOTS - 1)] = 0;
	h->newest = slot;
}

/* Counts a connection that begins. What the entry has to keep, or 0: there are too many. */
static __always_inline __u32 half_open_charge(__u32 endpoint_id, bool ingress, __u64 now)
{
	struct half_open *h = half_open_find(endpoint_id, ingress);
	__u32 slot = now >> HALF_OPEN_SHIFT, sum = 0;

	if (!h)
		return 0;
	if (h->newest != slot)
		half_open_turn(h, slot);
#pragma unroll
	for (__u32 i = 0; i < HALF_OPEN_SLOTS; i++)
		sum += h->count[i];
	if (sum >= HALF_OPEN_MAX)
		return 0;
	__sync_fetch_and_add(&h->count[slot & (HALF_OPEN_SLOTS - 1)], 1);
	return CHARGED | (slot & CHARGE_SLOTS) << 17 | (endpoint_id & 0xffff) << 1 | ingress;
}

/* Takes it back: it was answered. Nothing where its slot is none any more. */
static __noinline void half_open_release(__u32 charge)
{
	__u32 key = charge & 0x1ffff, slot = charge >> 17 & CHARGE_SLOTS, index = slot & (HALF_OPEN_SLOTS - 1);
	struct half_open *h = bpf_map_lookup_elem(&half_open, &key);

	if (h && ((h->newest - slot) & CHARGE_SLOTS) < HALF_OPEN_SLOTS && h->count[index])
		__sync_fetch_and_add(&h->count[index], -1);
}

#endif
