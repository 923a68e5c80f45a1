// SPDX-License-Identifier: Apache-2.0
/*
 * Tells when a verdict changes: a datagram each millisecond, and whether it comes back.
 *
 *   effect echo ADDR PORT    sends back what comes, until its standard input closes; prints "ready"
 *   effect watch ADDR PORT   prints "open NS" and "shut NS" whenever that changes, until its standard input closes
 *
 * NS is CLOCK_MONOTONIC in nanoseconds: of the first answer, or of the first datagram that had none. Shut is told once
 * nothing came back for SILENCE.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define MILLISECOND 1000000LL
#define SILENCE (30 * MILLISECOND)
#define KEPT 1024 /* datagrams whose moment is known: more than SILENCE has */

static void die(const char *what)
{
	fprintf(stderr, "effect: %s: %s\n", what, strerror(errno));
	exit(1);
}

static long long now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int open_socket(const char *text, const char *port, int (*use)(int, const struct sockaddr *, socklen_t))
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(atoi(port)) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	if (inet_pton(AF_INET, text, &to.sin_addr) != 1)
		die("address");
	if (fd < 0 || use(fd, (struct sockaddr *)&to, sizeof(to)))
		die("socket");
	return fd;
}

static void echo(int fd)
{
	struct pollfd polled[2] = { { .fd = fd, .events = POLLIN }, { .fd = 0, .events = POLLIN } };
	struct sockaddr_storage from;
	char buffer[64];
	socklen_t size;
	ssize_t length;

	for (;;) {
		poll(polled, 2, -1);
		if (polled[1].revents)
			return;
		for (;;) {
			size = sizeof(from);
			length = recvfrom(fd, buffer, sizeof(buffer), 0, (struct sockaddr *)&from, &size);
			if (length < 0)
				break;
			sendto(fd, buffer, length, 0, (struct sockaddr *)&from, size);
		}
	}
}

static void tell(const char *what, long long when)
{
	printf("%s %lld\n", what, when);
	fflush(stdout);
}

static void watch(int fd)
{
	struct itimerspec each = { { 0, MILLISECOND }, { 0, MILLISECOND } };
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
	struct pollfd polled[3] = {
		{ .fd = fd, .events = POLLIN }, { .fd = timer, .events = POLLIN }, { .fd = 0, .events = POLLIN }
	};
	static long long sent[KEPT];
	unsigned long long next = 0, answered = 0, number, ticks; /* answered: one more than the last that came back */
	int open = 0;

	if (timerfd_settime(timer, 0, &each, NULL))
		die("timer");
	for (;;) {
		poll(polled, 3, -1);
		if (polled[2].revents)
			return;
		while (recv(fd, &number, sizeof(number), 0) == sizeof(number)) {
			if (number >= answered)
				answered = number + 1;
			if (!open)
				tell("open", now_ns());
			open = 1;
		}
		if (read(timer, &ticks, sizeof(ticks)) != sizeof(ticks))
			continue;
		if (open && next > answered && now_ns() - sent[answered % KEPT] > SILENCE) {
			tell("shut", sent[answered % KEPT]);
			open = 0;
		}
		/* A tick that came late is not made up for. While it is shut an old moment is of no use. */
		if (!open)
			answered = next;
		sent[next % KEPT] = now_ns();
		send(fd, &next, sizeof(next), 0);
		next++;
	}
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "echo")) {
		int fd = open_socket(argv[2], argv[3], bind);

		tell("ready", 0);
		echo(fd);
	} else if (argc == 4 && !strcmp(argv[1], "watch")) {
		watch(open_socket(argv[2], argv[3], connect));
	} else {
		fprintf(stderr, "usage: effect echo|watch ADDR PORT\n");
		return 2;
	}
	return 0;
}
