/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/* From bytes to struct pkt. Whatever is not fully understood is refused with a reason; nothing is skipped over. */
#ifndef SLUICE_PARSE_H
#define SLUICE_PARSE_H

#include "packet.h"

#define IP_MF 0x2000
#define IP_OFFSET 0x1fff
#define IPPROTO_HOPOPTS_ 0
#define IPPROTO_IGMP_ 2
#define IPPROTO_ROUTING_ 43
#define IPPROTO_FRAGMENT_ 44
#define IPPROTO_AH_ 51
#define IPPROTO_ICMPV6_ 58
#define IPPROTO_DSTOPTS_ 60
#define IPPROTO_MH_ 135

#define HEADERS_MAX (ETH_HLEN + 40 + 8 + 20)

struct frag_header {
	__u8 next;
	__u8 reserved;
	__be16 offset;
	__be32 id;
};

/*
 * How much of the packet the parser reads. TCP keeps its payload outside the linear part: asking for more than its
 * headers would copy, and often reallocate, every packet of a bulk transfer.
 */
static __always_inline __u32 headers_length(const void *data, const void *end)
{
	const struct ethhdr *eth = data;
	const struct ipv6hdr *ip6 = data + ETH_HLEN;

	if ((const void *)(ip6 + 1) > end)
		return HEADERS_MAX;
	if (eth->h_proto == bpf_htons(ETH_P_IP))
		return ETH_HLEN + 20 + 20;
	return ip6->nexthdr == IPPROTO_TCP ? ETH_HLEN + 40 + 20 : HEADERS_MAX;
}

/* Brings the headers into the linear part where they are not. Packet pointers are to be read anew afterwards. */
static __always_inline int headers_linear(struct __sk_buff *skb)
{
	void *data = packet_data(skb), *end = packet_end(skb);
	__u32 want = headers_length(data, end);

	if (data + want <= end || (__u64)(end - data) >= skb->len)
		return 0;
	if (skb->len < want)
		want = skb->len;
	return bpf_skb_pull_data(skb, want) ? DROP_MALFORMED : 0;
}

/* The Ethernet header, with the headers behind it in the linear part. NULL, and why. */
static __always_inline const struct ethhdr *frame_open(struct __sk_buff *skb, int *reason)
{
	const struct ethhdr *eth;

	*reason = skb->vlan_present ? DROP_UNKNOWN_L3 : headers_linear(skb);
	if (*reason)
		return NULL;
	eth = packet_data(skb);
	if ((const void *)(eth + 1) <= packet_end(skb))
		return eth;
	*reason = DROP_MALFORMED;
	return NULL;
}

static __always_inline int parse_tcp(struct pkt *p, const __u8 *l4, const void *end, int too_short)
{
	__u8 state;
	__u32 header;

	if (p->l4_len < 20 || (const void *)(l4 + 20) > end)
		return too_short;
	header = (l4[12] >> 4) * 4;
	if (header < 20)
		return DROP_MALFORMED;
	if (header > p->l4_len)
		return too_short;
	p->sport = *(const __be16 *)l4;
	p->dport = *(const __be16 *)(l4 + 2);
	p->port = p->dport;
	p->tcp_flags = l4[13];
	state = p->tcp_flags & (TCP_FIN | TCP_SYN | TCP_RST | TCP_ACK);
	if (!state || state == TCP_FIN || ((state & TCP_SYN) && (state & (TCP_FIN | TCP_RST))))
		return DROP_CT_INVALID;
	p->kind = state == TCP_SYN ? PKT_OPEN : PKT_TRACKED;
	return 0;
}

static __always_inline int parse_udp(struct pkt *p, const __u8 *l4, const void *end, int too_short)
{
	__u32 length;

	if (p->l4_len < 8 || (const void *)(l4 + 8) > end)
		return too_short;
	length = bpf_ntohs(*(const __be16 *)(l4 + 4));
	if (length < 8 || (p->frag == FRAG_NONE && length > p->l4_len))
		return DROP_MALFORMED;
	p->sport = *(const __be16 *)l4;
	p->dport = *(const __be16 *)(l4 + 2);
	p->port = p->dport;
	return 0;
}

static __always_inline int parse_sctp(struct pkt *p, const __u8 *l4, const void *end, int too_short)
{
	if (p->l4_len < 12 || (const void *)(l4 + 12) > end)
		return too_short;
	p->sport = *(const __be16 *)l4;
	p->dport = *(const __be16 *)(l4 + 2);
	p->port = p->dport;
	return 0;
}

static __always_inline void echo(struct pkt *p, const __u8 *l4, bool request)
{
	__be16 id = *(const __be16 *)(l4 + 4);

	p->sport = request ? id : 0;
	p->dport = request ? 0 : id;
	p->kind = request ? PKT_OPEN : PKT_REPLY_ONLY;
}

static __always_inline int parse_icmp(struct pkt *p, const __u8 *l4, const void *end, int too_short)
{
	if (p->l4_len < 8 || (const void *)(l4 + 8) > end)
		return too_short;
	p->port = *(const __be16 *)l4;
	p->kind = PKT_UNTRACKED;
	switch (l4[0]) {
	case 8:
	case 0:
		if (l4[1])
			return DROP_MALFORMED;
		echo(p, l4, l4[0] == 8);
		return 0;
	case 3:
	case 11:
	case 12:
		p->kind = PKT_ICMP_ERROR;
		return p->frag == FRAG_NONE ? 0 : DROP_ICMP_UNRELATED;
	case 4: /* source quench: deprecated, an attack where it is seen */
	case 5: /* redirect */
	case 9: /* router advertisement and solicitation */
	case 10:
		return DROP_ND_FORBIDDEN;
	default:
		return 0;
	}
}

static __always_inline int parse_icmp6(struct pkt *p, const __u8 *l4, const void *end, int too_short)
{
	if (p->l4_len < 8 || (const void *)(l4 + 8) > end)
		return too_short;
	p->port = *(const __be16 *)l4;
	p->kind = PKT_UNTRACKED;
	switch (l4[0]) {
	case 128:
	case 129:
		if (l4[1])
			return DROP_MALFORMED;
		echo(p, l4, l4[0] == 128);
		return 0;
	case 1 ... 4:
		p->kind = PKT_ICMP_ERROR;
		return p->frag == FRAG_NONE ? 0 : DROP_ICMP_UNRELATED;
	case 130 ... 132: /* MLD */
	case 143:
	case 133: /* router solicitation */
		return DROP_ND_IGNORED;
	case 134: /* router advertisement */
	case 137: /* redirect */
		return DROP_ND_FORBIDDEN;
	case 135:
	case 136:
		p->kind = PKT_ND;
		/* RFC 6980: never behind a fragment header. RFC 4861: from a neighbour only, code 0. */
		return !p->fragment_header && p->ttl == 255 && !l4[1] && p->l4_len >= 24 ? 0 : DROP_ND_FORBIDDEN;
	default:
		return 0;
	}
}

static __always_inline int parse_l4(struct pkt *p, const __u8 *l4, const void *end)
{
	int too_short = p->frag == FRAG_FIRST ? DROP_FRAG_SHORT : DROP_MALFORMED;

	switch (p->protocol) {
	case IPPROTO_TCP:
		return p->frag == FRAG_LATER ? 0 : parse_tcp(p, l4, end, too_short);
	case IPPROTO_UDP:
		return p->frag == FRAG_LATER ? 0 : parse_udp(p, l4, end, too_short);
	case IPPROTO_SCTP:
		return p->frag == FRAG_LATER ? 0 : parse_sctp(p, l4, end, too_short);
	case IPPROTO_ICMP:
		if (p->family != 4)
			return DROP_UNKNOWN_L4;
		return p->frag == FRAG_LATER ? 0 : parse_icmp(p, l4, end, too_short);
	case IPPROTO_ICMPV6_:
		if (p->family != 6)
			return DROP_UNKNOWN_L4;
		return p->frag == FRAG_LATER ? 0 : parse_icmp6(p, l4, end, too_short);
	default:
		return DROP_UNKNOWN_L4;
	}
}

/* A fragment that is not the last holds a multiple of 8 bytes, none holds nothing, none ends beyond 64 KiB. */
static __always_inline int frag_check(struct pkt *p, bool more)
{
	if (p->frag_off || more)
		p->frag = p->frag_off ? FRAG_LATER : FRAG_FIRST;
	if (p->frag == FRAG_NONE)
		return 0;
	if (!p->l4_len || (more && (p->l4_len & 7)) || (__u32)p->frag_off + p->l4_len > 65535)
		return DROP_MALFORMED;
	return 0;
}

static __always_inline int parse4(struct __sk_buff *skb, struct pkt *p)
{
	void *data = packet_data(skb), *end = packet_end(skb);
	struct iphdr *ip = data + ETH_HLEN;
	__u32 total;
	__u16 field;
	__u8 first;
	int reason;

	if ((void *)(ip + 1) > end)
		return DROP_MALFORMED;
	first = *(__u8 *)ip;
	total = bpf_ntohs(ip->tot_len);
	if (first >> 4 != 4 || (first & 15) < 5 || total < (first & 15) * 4u || total > skb->len - ETH_HLEN)
		return DROP_MALFORMED;
	p->family = 4;
	p->length = total;
	p->src.a[0] = ip->saddr;
	p->dst.a[0] = ip->daddr;
	p->protocol = ip->protocol;
	p->ttl = ip->ttl;
	if (p->protocol == IPPROTO_IGMP_)
		return DROP_ND_IGNORED;
	if (first != 0x45)
		return DROP_IP_OPTIONS;
	field = bpf_ntohs(ip->frag_off);
	if ((field & 0x8000) || !p->ttl)
		return DROP_MALFORMED;
	p->frag_off = (field & IP_OFFSET) * 8;
	p->frag_id = (__be32)ip->id;
	p->l4_off = ETH_HLEN + 20;
	p->l4_len = total - 20;
	reason = frag_check(p, field & IP_MF);
	return reason ? reason : parse_l4(p, (__u8 *)(ip + 1), end);
}

/* A Hop-by-Hop header is taken in front of MLD only, and MLD is ignored: so it is either that or a drop. */
static __always_inline int parse_hop_by_hop(const __u8 *header, const void *end)
{
	const __u8 *inner = header + 8;

	if ((const void *)(inner + 1) > end)
		return DROP_MALFORMED;
	if (header[0] != IPPROTO_ICMPV6_ || header[1])
		return DROP_EXT_HEADER;
	return (inner[0] >= 130 && inner[0] <= 132) || inner[0] == 143 ? DROP_ND_IGNORED : DROP_EXT_HEADER;
}

static __always_inline bool is_extension(__u8 next)
{
	return next == IPPROTO_HOPOPTS_ || next == IPPROTO_ROUTING_ || next == IPPROTO_FRAGMENT_ || next == IPPROTO_AH_ ||
	       next == IPPROTO_DSTOPTS_ || next == IPPROTO_MH_ || next == 139 || next == 140 || next == 253 || next == 254;
}

static __always_inline int parse6_fragment(struct pkt *p, const struct frag_header *f, const void *end)
{
	__u16 field;
	int reason;

	if (p->l4_len < sizeof(*f) || (const void *)(f + 1) > end)
		return DROP_MALFORMED;
	field = bpf_ntohs(f->offset);
	p->protocol = f->next;
	p->frag_id = f->id;
	p->frag_off = field & ~7;
	p->l4_off += sizeof(*f);
	p->l4_len -= sizeof(*f);
	p->fragment_header = 1;
	if (is_extension(f->next))
		return DROP_EXT_HEADER;
	reason = frag_check(p, field & 1);
	return reason ? reason : parse_l4(p, (const __u8 *)(f + 1), end);
}

static __always_inline int parse6(struct __sk_buff *skb, struct pkt *p)
{
	void *data = packet_data(skb), *end = packet_end(skb);
	struct ipv6hdr *ip = data + ETH_HLEN;
	__u32 payload;

	if ((void *)(ip + 1) > end)
		return DROP_MALFORMED;
	payload = bpf_ntohs(ip->payload_len);
	if (*(__u8 *)ip >> 4 != 6 || !payload || payload + 40 > skb->len - ETH_HLEN)
		return DROP_MALFORMED;
	p->family = 6;
	p->length = payload + 40;
	__builtin_memcpy(&p->src, &ip->saddr, 16);
	__builtin_memcpy(&p->dst, &ip->daddr, 16);
	p->protocol = ip->nexthdr;
	p->ttl = ip->hop_limit;
	p->l4_off = ETH_HLEN + 40;
	p->l4_len = payload;
	if (!p->ttl)
		return DROP_MALFORMED;
	if (p->protocol == IPPROTO_FRAGMENT_)
		return parse6_fragment(p, (void *)(ip + 1), end);
	if (p->protocol == IPPROTO_HOPOPTS_)
		return parse_hop_by_hop((__u8 *)(ip + 1), end);
	if (is_extension(p->protocol))
		return DROP_EXT_HEADER;
	return parse_l4(p, (__u8 *)(ip + 1), end);
}

/* Neighbour discovery, router advertisements and group membership keep the link itself going, which is the stack's affair. */
static __always_inline bool is_link_business(const struct pkt *p, int reason)
{
	return p->kind == PKT_ND || reason == DROP_ND_IGNORED || (reason == DROP_ND_FORBIDDEN && p->family == 6);
}

/* Fills in `p` for an IPv4 or IPv6 packet behind an Ethernet header. 0 or a drop reason. */
__noinline int parse(struct __sk_buff *skb, struct pkt *p, __be16 ethertype)
{
	if (!p)
		return DROP_MALFORMED;
	if (ethertype == bpf_htons(ETH_P_IP))
		return parse4(skb, p);
	if (ethertype == bpf_htons(ETH_P_IPV6))
		return parse6(skb, p);
	return DROP_UNKNOWN_L3;
}

#endif
