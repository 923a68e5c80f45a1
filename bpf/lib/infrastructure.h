/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/* What keeps the cluster together passes whatever a host policy says: the tunnel, etcd's and the control planes' ports. */
#ifndef SLUICE_INFRASTRUCTURE_H
#define SLUICE_INFRASTRUCTURE_H

#include "identity.h"

static __always_inline bool infrastructure_port(const struct ip_addr *addr, __u32 family, __u8 protocol, __be16 port)
{
	struct infrastructure_key key = { .addr = *addr, .family = family, .port = port, .protocol = protocol };

	return bpf_map_lookup_elem(&infrastructure, &key);
}

/* A node, or a machine that an infrastructure service runs on (its entry has neither protocol nor port). */
static __always_inline bool infrastructure_member(const struct ip_addr *addr, __u32 family)
{
	const struct ipcache_value *peer = ipcache_find(addr, family);

	return (peer && (peer->flags & IPC_NODE)) || infrastructure_port(addr, family, 0, 0);
}

static __noinline bool is_infrastructure(const struct pkt *p, const struct config *cfg)
{
	bool port;

	if (!p || !cfg)
		return false;
	if (p->protocol == IPPROTO_UDP)
		port = p->dport == cfg->tunnel_port;
	else if (p->protocol == IPPROTO_TCP)
		port = infrastructure_port(&p->dst, p->family, p->protocol, p->dport) ||
		       infrastructure_port(&p->src, p->family, p->protocol, p->sport);
	else
		return false;
	return port && infrastructure_member(&p->src, p->family) && infrastructure_member(&p->dst, p->family);
}

#endif
