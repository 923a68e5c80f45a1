/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/* Every map, declared once. Pinned by name, so that all objects of an instance share them. */
#ifndef SLUICE_MAPS_H
#define SLUICE_MAPS_H

#include "base.h"

#define POLICY_SLOTS 4096
#define POLICY_ENTRIES 16384

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, struct endpoint_key);
	__type(value, struct endpoint_value);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} endpoints SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, struct interface_value);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} interfaces SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 524288);
	__type(key, struct ipcache_key);
	__type(value, struct ipcache_value);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} ipcache SEC(".maps");

/*
 * The prototype of an inner map: what user space creates for a slot must agree in type, sizes and flags. Sizes, not types:
 * Linux 6.1 refuses an inner map without BTF where the prototype has some (it compares what looking for a timer in the
 * value gave: not found in a struct, not asked without one).
 */
struct policy_inner {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, POLICY_ENTRIES);
	__uint(key_size, sizeof(struct policy_key));
	__uint(value_size, sizeof(struct policy_entry));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, POLICY_SLOTS);
	__type(key, __u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__array(values, struct policy_inner);
} policy SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, POLICY_SLOTS);
	__type(key, __u32);
	__type(value, struct policy_class_value);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} policy_classes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 262144);
	__type(key, struct ct4_key);
	__type(value, struct ct_value);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} ct4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 262144);
	__type(key, struct ct6_key);
	__type(value, struct ct_value);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} ct6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct break_glass);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} break_glass SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2 * 65536);
	__type(key, __u32);
	__type(value, struct half_open);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} half_open SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct frag_key);
	__type(value, struct frag_value);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} frag SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct config);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} config SEC(".maps");

/* By ifindex: where programs of another layout stand behind ours, until ours have taken over from them. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, __u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} predecessors SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct endpoint_value);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} host SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct infrastructure_key);
	__type(value, __u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} infrastructure SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} events SEC(".maps");

/* Index: reason * 2 + direction. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, REASON_MAX * 2);
	__type(key, __u32);
	__type(value, struct metrics_value);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} metrics SEC(".maps");

/* As it is in the map: an array's element is always there, also where nobody has written it. */
static __always_inline const struct config *config_raw(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&config, &zero);
}

/* NULL where nobody has written it: it has no lifetimes. */
static __always_inline const struct config *config_checked(const struct config *cfg)
{
	if (!cfg || !cfg->ct_other || !cfg->ct_tcp_syn || !cfg->ct_tcp_established || !cfg->ct_tcp_closing)
		return NULL;
	return cfg;
}

static __always_inline const struct config *config_get(void)
{
	return config_checked(config_raw());
}

/*
 * Never called, never loaded: it puts the types that no map names into the object's BTF, from which the codecs of
 * user space are generated.
 */
struct sluice_btf {
	struct policy_key policy_key;
	struct policy_entry policy_entry;
	struct flow_event event;
	enum sluice_identity identity;
	enum sluice_direction direction;
	enum sluice_verdict verdict;
	enum sluice_endpoint_flags endpoint_flags;
	enum sluice_ipcache_flags ipcache_flags;
	enum sluice_class_flags class_flags;
	enum sluice_ct_flags ct_flags;
	enum sluice_config_flags config_flags;
	enum sluice_reason reason;
	enum sluice_hook hook;
	enum sluice_event_type event_type;
	enum sluice_event_flags event_flags;
};

__weak int sluice_btf_anchor(struct sluice_btf *types)
{
	return types ? types->event.length : 0;
}

#endif
