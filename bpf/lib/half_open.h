/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/*
 * How many connections without an answer each workload has, opened by it and opened to it: a flood of them must not push
 * the connections of others out of the table. They are counted by when they began, in slots that together are longer than
 * such an entry lives, so that what never ends is forgotten by itself.
 */
#ifndef SLUICE_HALF_OPEN_H
#define SLUICE_HALF_OPEN_H

#include "maps.h"

/* Half of the connection table. */
#define HALF_OPEN_MAX 131072
/* 2^33 ns are 8.6 s. Eight of them outlive the 60 s of an entry without an answer. */
#define HALF_OPEN_SHIFT 33
/* What an entry keeps of the number of its slot. */
#define CHARGE_SLOTS 0x3fff
#define CHARGED (1U << 31)
/* No charge, but: there are too many. */
#define HALF_OPEN_FULL 1U

/* Clears the slots of the time that has passed, without branches. Two processors may do it at once: then a few are not counted. */
static __always_inline void half_open_turn(struct half_open *h, __u32 slot)
{
	__u32 passed = slot - h->newest;

#pragma unroll
	for (__u32 i = 0; i < HALF_OPEN_SLOTS; i++)
		h->count[(slot - i) & (HALF_OPEN_SLOTS - 1)] &= -(__u32)(i >= passed);
	h->newest = slot;
}

/* Counts a connection that begins. What the entry has to keep. */
static __always_inline __u32 half_open_charge(__u32 key, __u64 now)
{
	struct half_open *h = bpf_map_lookup_elem(&half_open, &key);
	__u32 slot = now >> HALF_OPEN_SHIFT, sum = 0;

	if (!h)
		return HALF_OPEN_FULL;
	if (h->newest != slot)
		half_open_turn(h, slot);
#pragma unroll
	for (__u32 i = 0; i < HALF_OPEN_SLOTS; i++)
		sum += h->count[i];
	if (sum >= HALF_OPEN_MAX)
		return HALF_OPEN_FULL;
	__sync_fetch_and_add(&h->count[slot & (HALF_OPEN_SLOTS - 1)], 1);
	return CHARGED | (slot & CHARGE_SLOTS) << 17 | key;
}

/*
 * Takes it back: it was answered. Nothing where its slot is none any more. Not static, like what follows: so the verifier looks
 * at it once, and not on each way that leads here.
 */
__noinline int half_open_release(__u32 charge)
{
	__u32 key = charge & 0x1ffff, slot = charge >> 17 & CHARGE_SLOTS, index = slot & (HALF_OPEN_SLOTS - 1);
	struct half_open *h = bpf_map_lookup_elem(&half_open, &key);

	if (h && ((h->newest - slot) & CHARGE_SLOTS) < HALF_OPEN_SLOTS && h->count[index])
		__sync_fetch_and_add(&h->count[index], -1);
	return 0;
}

/*
 * What an entry has to keep from now on: `present` is what it kept so far, `fresh` says that a connection begins, `answered` that
 * it has an answer. `who` is the endpoint and the direction; 0 or 1: nobody, and nothing is counted.
 */
__noinline __u32 half_open_next(__u32 who, __u32 present, __u32 fresh, __u32 answered, __u64 now)
{
	if (!present && fresh && who > 1 && !answered)
		return half_open_charge(who & 0x1ffff, now);
	if (present && answered) {
		half_open_release(present);
		return 0;
	}
	return present;
}

#endif
