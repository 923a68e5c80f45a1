// SPDX-License-Identifier: Apache-2.0
/*
 * The load generator of scripts/bench: request/response, connect/request/response and bulk over TCP, between two network
 * namespaces. Client and server run on the one CPU that they are told, so that scheduling between CPUs is not measured.
 *
 *   netbench server ADDR PORT CPU          serves until its standard input closes; prints "ready"
 *   netbench rr|crr|bulk ADDR PORT CPU MS  runs for MS milliseconds; prints operations (bulk: bytes) and nanoseconds
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static char buffer[128 * 1024];

static void die(const char *what)
{
	fprintf(stderr, "netbench: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("sched_setaffinity");
	if (setpriority(PRIO_PROCESS, 0, -20))
		die("setpriority");
}

static long long now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static socklen_t address(const char *text, const char *port, struct sockaddr_storage *out)
{
	struct sockaddr_in *v4 = (void *)out;
	struct sockaddr_in6 *v6 = (void *)out;

	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(atoi(port));
		return sizeof(*v4);
	}
	if (inet_pton(AF_INET6, text, &v6->sin6_addr) != 1)
		die("address");
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(atoi(port));
	return sizeof(*v6);
}

static void nodelay(int fd)
{
	int one = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

/* One byte in: one byte out. More: bulk, counted and thrown away until the peer ends. */
static void serve(int listener)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = listener }, events[64];
	int ep = epoll_create1(0);

	epoll_ctl(ep, EPOLL_CTL_ADD, listener, &event);
	event.data.fd = 0;
	epoll_ctl(ep, EPOLL_CTL_ADD, 0, &event);
	puts("ready");
	fflush(stdout);
	for (;;) {
		int n = epoll_wait(ep, events, 64, -1);

		for (int i = 0; i < n; i++) {
			int fd = events[i].data.fd;

			if (fd == 0)
				return;
			if (fd == listener) {
				int c = accept4(listener, NULL, NULL, 0);

				if (c < 0)
					continue;
				nodelay(c);
				event.data.fd = c;
				epoll_ctl(ep, EPOLL_CTL_ADD, c, &event);
				continue;
			}
			ssize_t got = recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT);

			if (got == 1)
				got = send(fd, buffer, 1, MSG_NOSIGNAL);
			if (got <= 0 && errno != EAGAIN)
				close(fd);
			else if (got == 0)
				close(fd);
		}
	}
}

static int dial(const struct sockaddr_storage *to, socklen_t length)
{
	int fd = socket(to->ss_family, SOCK_STREAM, 0);

	if (fd < 0)
		die("socket");
	nodelay(fd);
	if (connect(fd, (void *)to, length))
		die("connect");
	return fd;
}

static void round_trip(int fd)
{
	char byte = 'x';

	if (send(fd, &byte, 1, MSG_NOSIGNAL) != 1)
		die("send");
	if (recv(fd, &byte, 1, 0) != 1)
		die("recv");
}

int main(int argc, char **argv)
{
	struct sockaddr_storage to;
	socklen_t length;

	signal(SIGPIPE, SIG_IGN);
	if (argc == 5 && !strcmp(argv[1], "server")) {
		int one = 1, fd;

		length = address(argv[2], argv[3], &to);
		pin(atoi(argv[4]));
		fd = socket(to.ss_family, SOCK_STREAM, 0);
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		if (bind(fd, (void *)&to, length) || listen(fd, 4096))
			die("listen");
		serve(fd);
		return 0;
	}
	if (argc != 6) {
		fputs("usage: netbench server ADDR PORT CPU | rr|crr|bulk ADDR PORT CPU MS\n", stderr);
		return 2;
	}
	length = address(argv[2], argv[3], &to);
	pin(atoi(argv[4]));
	long long count = 0, start = now_ns(), end = start + atoll(argv[5]) * 1000000LL;

	if (!strcmp(argv[1], "crr")) {
		do {
			int fd = dial(&to, length);

			round_trip(fd);
			close(fd);
			count++;
		} while (now_ns() < end);
	} else if (!strcmp(argv[1], "rr")) {
		int fd = dial(&to, length);

		do {
			round_trip(fd);
			count++;
		} while (now_ns() < end);
	} else if (!strcmp(argv[1], "bulk")) {
		int fd = dial(&to, length);

		do {
			ssize_t sent = send(fd, buffer, 65536, MSG_NOSIGNAL);

			if (sent < 0)
				die("send");
			count += sent;
		} while (now_ns() < end);
	} else {
		return 2;
	}
	printf("%lld %lld\n", count, now_ns() - start);
	return 0;
}
