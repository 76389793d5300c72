// SPDX-License-Identifier: GPL-2.0
/*
 * livepoke events - follow transitions as they happen
 *
 * The kernel announces patches that come, go and end a transition as uevents;
 * how many tasks are left is only in sysfs, which is read in between.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <json-c/json.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "clock.h"
#include "cmd.h"
#include "msg.h"
#include "status.h"

#define LP_LOOK_MS	200

/**
 * struct lp_seen - what was last said about a patch
 * @lives:	all patches at the last look
 * @left:	for each, the tasks that were left; -1 if that is not known
 */
struct lp_seen {
	struct lp_lives lives;
	int *left;
};

static int lp_open_uevents(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			NETLINK_KOBJECT_UEVENT);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static void lp_say_json(const char *name, const char *state, int left)
{
	struct json_object *json = json_object_new_object();

	json_object_object_add(json, "time", json_object_new_int64(time(NULL)));
	json_object_object_add(json, "patch", json_object_new_string(name));
	json_object_object_add(json, "state", json_object_new_string(state));
	json_object_object_add(json, "tasks_left",
			       left < 0 ? NULL : json_object_new_int(left));
	puts(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN));
	json_object_put(json);
}

static void lp_say_event(const struct lp_args *args, const char *name,
			 const char *state, int left)
{
	time_t now = time(NULL);
	char stamp[16];

	if (args->json) {
		lp_say_json(name, state, left);
	} else {
		strftime(stamp, sizeof(stamp), "%H:%M:%S", localtime(&now));
		printf("%s %s: %s", stamp, name, state);
		if (left > 0)
			printf(", %d task%s left", left, left == 1 ? "" : "s");
		putchar('\n');
	}
	fflush(stdout);
}

static int lp_index(const struct lp_lives *lives, const char *name)
{
	size_t i;

	for (i = 0; i < lives->count; i++) {
		if (!strcmp(lives->item[i].name, name))
			return i;
	}
	return -1;
}

static struct lp_seen lp_look(void)
{
	struct lp_seen seen = { .lives = lp_read_patches() };
	size_t i;

	seen.left = calloc(seen.lives.count + 1, sizeof(*seen.left));
	if (!seen.left)
		lp_out_of_memory();
	for (i = 0; i < seen.lives.count; i++) {
		if (lp_in_motion(seen.lives.item[i].state))
			seen.left[i] = lp_tasks_left(seen.lives.item[i].name);
	}
	return seen;
}

static void lp_forget(struct lp_seen *seen)
{
	lp_free_patches(&seen->lives);
	free(seen->left);
}

/* Says what differs between two looks. */
static void lp_compare_looks(const struct lp_args *args, const struct lp_seen *old,
			     const struct lp_seen *new)
{
	size_t i;
	int k;

	for (i = 0; i < new->lives.count; i++) {
		const struct lp_live *live = &new->lives.item[i];

		k = lp_index(&old->lives, live->name);
		if (k < 0 || old->lives.item[k].state != live->state ||
		    old->left[k] != new->left[i])
			lp_say_event(args, live->name, lp_state_name(live->state),
				     new->left[i]);
	}
	for (i = 0; i < old->lives.count; i++) {
		if (lp_index(&new->lives, old->lives.item[i].name) < 0)
			lp_say_event(args, old->lives.item[i].name,
				     lp_state_name(LP_GONE), 0);
	}
}

/*
 * Says the end of a transition that began and ended between two looks:
 * "change@/kernel/livepoke/NAME", then strings, among them TRANSITION=STATE.
 */
static void lp_take_uevent(const struct lp_args *args, int fd,
			   struct lp_seen *seen)
{
	static const char where[] = "change@/kernel/livepoke/";
	const char *name, *text, *state = NULL;
	char buf[4096];
	ssize_t size;
	int i;

	size = recv(fd, buf, sizeof(buf) - 1, 0);
	if (size <= 0 || strncmp(buf, where, sizeof(where) - 1))
		return;
	buf[size] = '\0';
	name = buf + sizeof(where) - 1;
	for (text = buf; text < buf + size; text += strlen(text) + 1) {
		if (lp_starts(text, "TRANSITION="))
			state = text + strlen("TRANSITION=");
	}
	i = lp_index(&seen->lives, name);
	if (!state || strcmp(state, "patched") ||
	    (i >= 0 && seen->lives.item[i].state == LP_PATCHED))
		return;
	lp_say_event(args, name, state, 0);
	if (i >= 0) {
		seen->lives.item[i].state = LP_PATCHED;
		seen->left[i] = 0;
	}
}

int lp_cmd_events(const struct lp_args *args)
{
	double end = args->seconds < 0 ? 0 : lp_now() + args->seconds;
	struct pollfd poller = { .fd = lp_open_uevents(), .events = POLLIN };
	struct lp_seen nothing = { 0 }, old = lp_look(), new;

	lp_compare_looks(args, &nothing, &old);
	while (!end || lp_now() < end) {
		if (poll(&poller, 1, LP_LOOK_MS) > 0)
			lp_take_uevent(args, poller.fd, &old);
		new = lp_look();
		lp_compare_looks(args, &old, &new);
		lp_forget(&old);
		old = new;
	}
	lp_forget(&old);
	if (poller.fd >= 0)
		close(poller.fd);
	return LP_OK;
}
