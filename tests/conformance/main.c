// SPDX-License-Identifier: GPL-2.0
/*
 * lpconform [-m RULE[:PERCENT]] [-n] FILE - check a record
 *
 *   -m   first make a mistake against that invariant (I1..I7, J1..J5), at that
 *        share of the places where it can be made; the check must find it
 *   -n   print the violations only, whatever was seen
 *
 * Exit status: 0 the record keeps the rules and nothing was lost, 1 it does
 * not, 2 the file cannot be used.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "conform.h"

#define RULE_NAME(name)	#name,
static const char *const rule_names[] = { RULES_OF(RULE_NAME) };
static unsigned long violations[RULES];

#define RECORD_NAME(name)	#name,
static const char *const record_names[] = { LP_RECORDS(RECORD_NAME) };

struct seen seen;
static const struct trace *checked;

void violated(enum rule which, size_t at, const char *fmt, ...)
{
	va_list args;

	if (violations[which]++ >= 3)
		return;
	printf("against %s, entry %zu", rule_names[which], at);
	if (at < checked->n)
		printf(" (%s, CPU %u, task %#llx)", record_names[checked->r[at].what],
		       checked->r[at].cpu, (unsigned long long)checked->r[at].task);
	printf(": ");
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
}

static void die(const char *why, const char *what)
{
	fprintf(stderr, "lpconform: %s: %s\n", what, why);
	exit(2);
}

static size_t file_size(FILE *f)
{
	long size;

	fseek(f, 0, SEEK_END);
	size = ftell(f);
	rewind(f);
	return size < 0 ? 0 : size;
}

static void load(struct trace *t, const char *path)
{
	FILE *f = fopen(path, "rb");
	size_t i, n;

	if (!f)
		die("cannot be read", path);
	n = file_size(f) / sizeof(*t->r);
	t->room = n + 16;
	t->r = calloc(t->room, sizeof(*t->r));
	if (!t->r || fread(t->r, sizeof(*t->r), n, f) != n)
		die("cannot be read", path);
	fclose(f);
	if (!n || t->r[0].what != LP_REC_HEADER || t->r[0].a != n)
		die("is no record", path);
	t->lost = t->r[0].b;
	for (i = 0; i < n; i++) {
		if (t->r[i].what == LP_REC_NONE)
			t->lost++;
		if (t->r[i].what >= LP_REC_COUNT)
			die("has an entry of an unknown kind", path);
	}
	/* Entry 0, the header, stays: it says nothing to the checks. */
	t->n = n;
}

/* RULE[:PERCENT]; "I3b" is the second mistake against I3 */
static void make_mistake(struct trace *t, const char *how)
{
	const char *colon = strchr(how, ':');
	size_t len = colon ? (size_t)(colon - how) : strlen(how);
	bool second = len && how[len - 1] == 'b';
	unsigned int rule;

	len -= second;

	for (rule = 0; rule < RULES; rule++) {
		if (strlen(rule_names[rule]) == len && !strncmp(rule_names[rule], how, len))
			break;
	}
	if (rule == RULES || !mutate(t, rule, second, colon ? atoi(colon + 1) : 0))
		die("no such mistake can be made in this record", how);
}

static void print_seen(const struct trace *t)
{
	printf("entries %zu\nlost %llu\n", t->n - 1, (unsigned long long)t->lost);
	printf("pokes %lu\nerrors %lu\nrounds %lu\ntraps %lu\n", seen.pokes,
	       seen.errors, seen.rounds, seen.traps);
	printf("old %lu\nnew %lu\nrolled %lu\n", seen.old, seen.new, seen.rolled);
	printf("transitions %lu\nreversals %lu\nsections %lu\n",
	       seen.transitions, seen.reversals, seen.sections);
	printf("records %lu\nsets %lu\nchoices %lu\nframes %lu\n",
	       seen.records, seen.sets, seen.choices, seen.frames);
}

/* The rules that were broken, in one line */
static bool verdict(void)
{
	bool good = true;
	int rule;

	printf("broken");
	for (rule = 0; rule < RULES; rule++) {
		if (violations[rule])
			printf(" %s:%lu", rule_names[rule], violations[rule]);
		good &= !violations[rule];
	}
	printf("%s\n", good ? " none" : "");
	return good;
}

int main(int argc, char **argv)
{
	const char *mistake = NULL;
	bool quiet = false;
	struct trace t;
	int i;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "-n"))
			quiet = true;
		else if (!strcmp(argv[i], "-m") && i + 1 < argc)
			mistake = argv[++i];
		else
			die("unknown option", argv[i]);
	}
	if (i != argc - 1)
		die("one file is wanted", "usage");
	load(&t, argv[i]);
	if (mistake)
		make_mistake(&t, mistake);
	checked = &t;
	check_poke(&t);
	check_klp(&t);
	if (!quiet)
		print_seen(&t);
	return verdict() && !t.lost ? 0 : 1;
}
