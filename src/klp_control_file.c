// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/livepoke/control: requests in words.
 *
 *	engage [MODULE:]FUNCTION[,N] [VALUE] [override=deny,type]
 *	disengage [MODULE:]FUNCTION[,N]
 *
 * What lockdown forbids is decided here.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include "klp_block.h"
#include "klp_lockdown.h"
#include "klp_refuse.h"
#include "klp_sysfs.h"
#include "test_break.h"

#define LP_CONTROL_LEN	512
#define LP_CONTROL_WORDS 4

static int lp_parse_overrides(const char *word, unsigned int *overrides)
{
	if (!strcmp(word, "override=deny"))
		*overrides = LP_OVERRIDE_DENY;
	else if (!strcmp(word, "override=type"))
		*overrides = LP_OVERRIDE_TYPE;
	else if (!strcmp(word, "override=deny,type") ||
		 !strcmp(word, "override=type,deny"))
		*overrides = LP_OVERRIDE_DENY | LP_OVERRIDE_TYPE;
	else
		return -EINVAL;
	return 0;
}

static int lp_parse_value(const char *word, struct lp_block_request *request)
{
	request->has_value = true;
	if (!kstrtol(word, 0, &request->value))
		return 0;
	return lp_parse_errno(word, &request->value);
}

/* The words behind the function's name. */
static int lp_parse_rest(char **words, struct lp_block_request *request)
{
	int ret = 0;

	if (*words && strncmp(*words, "override=", 9))
		ret = lp_parse_value(*words++, request);
	if (!ret && *words)
		ret = lp_parse_overrides(*words++, &request->overrides);
	return ret ?: *words ? -EINVAL : 0;
}

static int lp_control_engage(char **words)
{
	struct lp_block_request request = { .function = words[0] };
	int ret;

	if (!words[0] || lp_parse_rest(words + 1, &request)) {
		lp_refuse("control: usage: engage [MODULE:]FUNCTION[,N] [VALUE] [override=deny,type]; VALUE is a number or an error's name\n");
		return -EINVAL;
	}
	ret = lp_check_lockdown("engage");
	return ret ?: lp_block_engage(&request);
}

static int lp_control_disengage(char **words)
{
	if (!words[0] || words[1]) {
		lp_refuse("control: usage: disengage [MODULE:]FUNCTION[,N]\n");
		return -EINVAL;
	}
	return lp_block_disengage(words[0]);
}

/* Splits at blanks; the array ends with NULL. */
static int lp_control_split(char *line, char **words)
{
	char *word;
	int n = 0;

	while ((word = strsep(&line, " \t"))) {
		if (!*word)
			continue;
		if (n == LP_CONTROL_WORDS) {
			lp_refuse("control: a request has at most %d words\n", n);
			return -E2BIG;
		}
		words[n++] = word;
	}
	return 0;
}

static int lp_control_run(char *line)
{
	char *words[LP_CONTROL_WORDS + 1] = { NULL };
	int ret = lp_control_split(line, words);

	if (ret)
		return ret;
	if (words[0] && !strcmp(words[0], "engage"))
		return lp_control_engage(words + 1);
	if (words[0] && !strcmp(words[0], "disengage"))
		return lp_control_disengage(words + 1);
	lp_refuse("control: unknown request; use engage or disengage\n");
	return -EINVAL;
}

/* One line of printable characters; what follows can be printed and parsed. */
static int lp_control_check(const char *line, size_t len)
{
	const char *wrong = NULL;
	size_t i;

	if (LP_BREAK(CONTROL_RAW))
		return 0;
	if (len > LP_CONTROL_LEN)
		wrong = "is too long";
	for (i = 0; i < len && !wrong; i++) {
		if (line[i] == '\n')
			wrong = "has more than one line; write one at a time";
		else if ((line[i] < ' ' && line[i] != '\t') || line[i] > '~')
			wrong = "has characters that no name has";
	}
	if (!wrong)
		return 0;
	lp_refuse("control: the request %s\n", wrong);
	return -EINVAL;
}

static ssize_t control_store(struct kobject *kobj, struct kobj_attribute *attr,
			     const char *buf, size_t count)
{
	size_t len = count;
	char *line;
	int ret;

	if (len && buf[len - 1] == '\n')
		len--;
	ret = lp_check_admin("control") ?: lp_control_check(buf, len);
	if (!ret) {
		line = kmemdup_nul(buf, len, GFP_KERNEL);
		ret = line ? lp_control_run(line) : -ENOMEM;
		kfree(line);
	}
	if (ret == -ENOMEM)
		pr_err("control: no memory for the request\n");
	lp_log_request(NULL, "control", buf, len, ret);
	return ret ?: count;
}

static struct kobj_attribute control_attr = __ATTR_WO(control);

int lp_block_init(void)
{
	return lp_sysfs_add_control(&control_attr.attr);
}

void lp_block_exit(void)
{
	lp_sysfs_remove_control(&control_attr.attr);
}
