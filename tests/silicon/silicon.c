// SPDX-License-Identifier: GPL-2.0
/*
 * The poke protocol of src/ on the processors of this machine.
 *
 * silicon SECONDS [PLACE [VARIANT]]: one thread pokes, one on every other processor executes
 * the sites without a pause. Each place of an instruction is tried with the
 * protocol as it is, without one of its syncs, and with mistakes that must
 * show. Lines "ok - " and "not ok - " are results, the last line sums up.
 */
#define _GNU_SOURCE
#include <sched.h>
#include "silicon.h"

#define PATIENCE	60		/* seconds for what a loaded machine delays */
/* Of each place, under the protocol as it is */
#define GOAL_POKES	100000ul
#define GOAL_EXECUTED	10000000ul
#define GOAL_TRAPS	10000ul

/*
 * PROTOCOL: torn means broken. EVIDENCE: what the processor shows is told.
 * MISTAKE: memory holds a mixture for a while, which every processor executes.
 */
enum kind { PROTOCOL, EVIDENCE, MISTAKE };

/* @weight: share of the time; @mistake: see src/test_break.h */
static const struct variant {
	const char *name;
	enum kind kind;
	unsigned int weight;
	bool middle, signals, no_sync1, no_int3;
	int mistake;
} variants[] = {
	{ .name = "the protocol", .kind = PROTOCOL, .weight = 40, .middle = true },
	{ .name = "by signals alone", .kind = PROTOCOL, .weight = 5, .middle = true,
	  .signals = true },
	{ .name = "without sync 2", .kind = EVIDENCE, .weight = 12 },
	{ .name = "without sync 1", .kind = EVIDENCE, .weight = 10, .middle = true,
	  .no_sync1 = true },
	{ .name = "without syncs 1 and 2", .kind = EVIDENCE, .weight = 10,
	  .no_sync1 = true },
	{ .name = "the same without INT3", .kind = EVIDENCE, .weight = 2,
	  .no_sync1 = true, .no_int3 = true },
	/* What a mixture, or an old instruction, would look like if it showed */
	{ .name = "without any sync", .kind = EVIDENCE, .weight = 4,
	  .no_sync1 = true, .mistake = LP_BRK_NO_SYNC3 },
	{ .name = "without INT3", .kind = MISTAKE, .weight = 1, .middle = true,
	  .no_int3 = true },
	{ .name = "first byte before tail", .kind = MISTAKE, .weight = 1, .middle = true,
	  .mistake = LP_BRK_FIRST_BEFORE_TAIL },
};
#define VARIANTS	ARRAY_SIZE(variants)

/* @least: executions of old or new by the thread that has fewest */
struct result {
	u64 pokes, executed, torn, stale, traps, deploy, commit, unclaimed, least;
	u64 wrong_bytes, failed;
};
static struct result results[VARIANTS][PLACES];

static char model[256];
static bool keeps_order;	/* sync 2 is left out, see src/poke_batch.c */
static bool all_good = true;
/* To be tried */
static unsigned int first_place, last_place = PLACES - 1;
static unsigned int first_variant, last_variant = VARIANTS - 1;

/*
 * The machine
 */

static void read_model(void)
{
	static const char *const keys[] = {
		"model name", "cpu family", "model\t", "stepping", "microcode",
	};
	FILE *f = fopen("/proc/cpuinfo", "r");
	bool amd = false, family = false;
	char line[512];
	unsigned int seen = 0, i;

	while (f && fgets(line, sizeof(line), f) && line[0] != '\n') {
		for (i = 0; i < ARRAY_SIZE(keys); i++) {
			char *value = strchr(line, ':');

			if (strncmp(line, keys[i], strlen(keys[i])) || !value)
				continue;
			value[strcspn(value, "\n")] = 0;
			snprintf(model + strlen(model), sizeof(model) - strlen(model),
				 "%s%.*s%s", seen++ ? ", " : "",
				 (int)strcspn(line, "\t:"), line, value + 1);
		}
		amd |= strstr(line, "AuthenticAMD") != NULL;
		family |= !strncmp(line, "cpu family", 10) && strstr(line, ": 26");
	}
	if (f)
		fclose(f);
	keeps_order = amd && family;
}

/* The poker's core and those of the executors. */
static int choose_cores(void)
{
	cpu_set_t set;
	int core;

	if (sched_getaffinity(0, sizeof(set), &set))
		return -1;
	for (core = 0; core < CPU_SETSIZE && poke_cpu_count < THREADS_MAX; core++) {
		if (CPU_ISSET(core, &set))
			threads[poke_cpu_count++].core = core;
	}
	CPU_ZERO(&set);
	CPU_SET(threads[0].core, &set);
	return sched_setaffinity(0, sizeof(set), &set);
}

static void skip(const char *why)
{
	printf("ok - the protocol on processors # SKIP %s\n", why);
	printf("silicon: skipped: %s\n", why);
	exit(0);
}

/*
 * One variant at one place
 */

static void clear_threads(void)
{
	int i;

	for (i = 0; i < poke_cpu_count; i++) {
		struct thread *t = &threads[i];

		/* What was acknowledged stays acknowledged. */
		*t = (struct thread) {
			.poke = t->poke, .number = i, .core = t->core,
			.random = 0x9e3779b97f4a7c15ull * (i + 1),
		};
	}
}

static void prepare(const struct variant *v, enum site_place place)
{
	harness_break = v->mistake;
	skip_int3 = v->no_int3;
	skip_sync1 = v->no_sync1;
	by_signal = v->signals;
	sites_reset(place);
	clear_threads();
}

static bool poke(const struct variant *v, enum site_place place, bool value,
		 struct result *r)
{
	static const struct poke_policy policy = {
		.sync_timeout_ms = PATIENCE * 1000,
		.hand_over_ms = 100,
		.report_ms = PATIENCE * 1000,
	};
	struct poke_vec *vec = &poke_state.vec;
	int i, laggard, ret;

	vec->count = SITES;
	vec->middle_sync = v->middle;
	for (i = 0; i < SITES; i++)
		site_fill(&vec->ent[i], place, i, value);
	unsettle();
	ret = poke_run(&policy, &laggard);
	settle(value);
	for (i = 0; i < SITES; i++)
		r->wrong_bytes += memcmp(vec->ent[i].alias, insn_bytes(value), LEN) != 0;
	r->failed += ret != 0;
	r->pokes++;
	return !ret;
}

static void add_up(struct result *r)
{
	int i;

	r->least = UINT64_MAX;
	r->executed = r->torn = r->stale = r->traps = r->unclaimed = 0;
	r->deploy = r->commit = 0;
	for (i = 1; i < poke_cpu_count; i++) {
		struct thread *t = &threads[i];
		u64 old = READ_ONCE(t->old), new = READ_ONCE(t->new);

		r->executed += old + new;
		r->torn += READ_ONCE(t->torn);
		r->stale += READ_ONCE(t->stale);
		r->traps += READ_ONCE(t->traps);
		r->unclaimed += READ_ONCE(t->unclaimed);
		r->deploy += READ_ONCE(t->count[POKE_STAT_HIT_DEPLOY]);
		r->commit += READ_ONCE(t->count[POKE_STAT_HIT_COMMIT]) +
			     READ_ONCE(t->count[POKE_STAT_HIT_SYNCED]);
		r->least = r->least < old ? r->least : old;
		r->least = r->least < new ? r->least : new;
	}
}

static bool enough(const struct variant *v, const struct result *r)
{
	switch (v->kind) {
	case PROTOCOL:
		return r->least >= 1000 && r->deploy >= 50 && r->commit >= 50;
	case EVIDENCE:
		return r->least >= 1000;
	default:
		return r->torn > 0;
	}
}

static void run_variant(const struct variant *v, enum site_place place, double seconds,
			struct result *r)
{
	u64 start = poke_now_ns(), now = start;
	bool value = false, going = true;
	int i;

	prepare(v, place);
	if (executors_start(place)) {
		r->failed++;
		return;
	}
	while (going && now - start < PATIENCE * 1000000000ull) {
		for (i = 0; i < 16 && going; i++) {
			value = !value;
			going = poke(v, place, value, r);
		}
		now = poke_now_ns();
		add_up(r);
		if (now - start >= seconds * 1e9 && enough(v, r))
			break;
	}
	executors_stop();
	add_up(r);
}

/*
 * Reporting
 */

static bool must_hold(const struct variant *v, enum site_place place)
{
	return v->kind == PROTOCOL ||
	       (v->kind == EVIDENCE && !v->no_sync1 && place == IN_8 && keeps_order);
}

static bool is_good(const struct variant *v, enum site_place place, const struct result *r)
{
	if (!enough(v, r) || r->failed || r->wrong_bytes)
		return false;
	return !must_hold(v, place) || (!r->torn && !r->stale && !r->unclaimed);
}

static void report(const struct variant *v, enum site_place place, const struct result *r)
{
	bool good = is_good(v, place, r);
	const char *said = "0 torn, 0 stale";

	if (v->kind == MISTAKE)
		said = "torn, as it must be";
	else if (!must_hold(v, place))
		said = r->torn ? "torn on this processor" :
		       r->stale ? "stale on this processor" : "nothing shown on this processor";
	printf("%s - %s, %s: %s\n", good ? "ok" : "not ok", place_names[place], v->name,
	       good ? said : "see the figures");
	printf("# | %s | %s | %lu | %lu | %lu | %lu / %lu | %lu |\n",
	       place_names[place], v->name, r->pokes, r->executed, r->traps,
	       r->deploy, r->commit, r->torn);
	if (!good)
		printf("# stale %lu, unclaimed %lu, wrong bytes %lu, failed %lu, least per thread %lu\n",
		       r->stale, r->unclaimed, r->wrong_bytes, r->failed, r->least);
	all_good &= good;
}

static void run_all(double seconds)
{
	unsigned int v, place, weights = 0;

	for (v = first_variant; v <= last_variant; v++)
		weights += variants[v].weight * (last_place - first_place + 1);
	printf("# | instruction | variant | pokes | executions | SIGTRAPs | in deploy / commit | torn |\n");
	printf("# |---|---|---|---|---|---|---|\n");
	for (v = first_variant; v <= last_variant; v++) {
		for (place = first_place; place <= last_place; place++) {
			struct result *r = &results[v][place];

			run_variant(&variants[v], place,
				    seconds * variants[v].weight / weights, r);
			report(&variants[v], place, r);
			fflush(stdout);
		}
	}
}

/*
 * The least of all places under the protocol as it is. SIGTRAPs at sites; as
 * many again end the slots.
 */
static struct result least_of_places(void)
{
	struct result least = results[0][first_place];
	unsigned int place;
	u64 traps;

	least.traps = UINT64_MAX;
	least.torn = 0;
	for (place = first_place; place <= last_place; place++) {
		const struct result *r = &results[0][place];

		least.pokes = r->pokes < least.pokes ? r->pokes : least.pokes;
		least.executed = r->executed < least.executed ? r->executed : least.executed;
		traps = r->deploy + r->commit;
		least.traps = traps < least.traps ? traps : least.traps;
		least.torn += r->torn;
	}
	return least;
}

static void sum_up(void)
{
	struct result least = least_of_places();
	bool goal = least.pokes >= GOAL_POKES && least.executed >= GOAL_EXECUTED &&
		    least.traps >= GOAL_TRAPS;
	unsigned int v, place;

	printf("silicon: %s: %s: %lu torn; each place at least %lu pokes, %lu executions, %lu SIGTRAPs: %s",
	       model, all_good ? "passed" : "FAILED", least.torn, least.pokes,
	       least.executed, least.traps, goal ? "enough" : "less than the goal");
	for (v = first_variant; v <= last_variant; v++) {
		u64 torn = 0;

		if (variants[v].kind == PROTOCOL)
			continue;
		for (place = first_place; place <= last_place; place++)
			torn += results[v][place].torn;
		if (torn)
			printf("; %s: %lu torn", variants[v].name, torn);
		else
			printf("; %s: nothing shown here", variants[v].name);
	}
	printf("\n");
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 4;

	if (argc > 2)
		first_place = last_place = atoi(argv[2]) % PLACES;
	if (argc > 3)
		first_variant = last_variant = atoi(argv[3]) % VARIANTS;
	self = &threads[0];
	read_model();
	printf("# %s\n", model);
	if (choose_cores() || sites_map() || signals_init()) {
		perror("silicon");
		return 2;
	}
	if (poke_cpu_count < 2)
		skip("needs two processors");
	if (membarrier_init())
		skip("needs membarrier(PRIVATE_EXPEDITED_SYNC_CORE)");
	printf("# 1 poker, %d executors, %d sites at a time\n", poke_cpu_count - 1, SITES);
	run_all(seconds);
	sum_up();
	return !all_good;
}
