// SPDX-License-Identifier: GPL-2.0
/*
 * J1..J5 of the transition protocol.
 */
#include <stdlib.h>
#include <string.h>
#include "conform.h"
#include "klp_words.h"

#define FRAMES		32	/* open calls of patched functions of one task */
#define SECTIONS	16	/* open sections of one CPU */

/* As in src/klp_tasks.h */
enum { UNKNOWN, UNPATCHED, PATCHED };

/*
 * A call: chosen by the handler, and not yet begun, or running
 */
struct call {
	unsigned int universe;
	u64 function;
	bool begun, forced;
};

/* A section by context */
#define CONTEXTS	4

struct section {
	unsigned int context;
	size_t at;
};

/*
 * @universe, @dead, @entered, @overflow: of transition @epoch
 * @section: the last ones, which a handler has made its choice in
 * @listed: it was there when the tasks were listed
 * @entered: it called a patched function since the flags were set
 * @overflow: the table had no room for it
 * @holder: who keeps it off its CPU, and looks at it
 * @offline: likewise, an idle task whose CPU is offline
 */
struct task {
	u64 key;
	struct task *next;
	unsigned long epoch;
	unsigned int universe;
	bool dead, entered, overflow, listed;
	u64 holder, offline;
	struct call call[FRAMES];
	unsigned int calls;
	struct section section[CONTEXTS];
};

static struct map tasks;
static struct task *all_tasks;
static struct history words;
static unsigned long epoch = 1;
static bool flags_set;

/* From here on a handler that starts has to choose. */
static size_t choose_from = NONE;

/* Between two transitions, what each call is to be; else UNKNOWN */
static unsigned int settled;

/* Functions for which handlers choose in this record */
#define FUNCTIONS	8
static bool chosen[FUNCTIONS];

/* Entries of the open sections of each CPU */
static struct {
	size_t at[SECTIONS];
	unsigned int n;
} sections[CPUS];

static size_t sync_began, sync_ended, frozen_at, closing_at, rescan_at;

/* Holders of the lock that keeps CPUs from coming and going */
static struct map lockers;

static struct task *task_of(u64 key)
{
	void **at = map_at(&tasks, key ? key : 1);
	struct task *task = *at;

	if (!task) {
		task = calloc(1, sizeof(*task));
		if (!task)
			abort();
		task->key = key;
		task->next = all_tasks;
		all_tasks = task;
		*at = task;
	}
	if (task->epoch != epoch) {
		task->epoch = epoch;
		task->universe = UNKNOWN;
		task->dead = false;
		task->entered = false;
		task->overflow = false;
		task->listed = false;
	}
	return task;
}

static unsigned int target_of(u64 word)
{
	return word & W_TARGET ? PATCHED : UNPATCHED;
}

static unsigned int ini_of(u64 word)
{
	return word & W_INI ? PATCHED : UNPATCHED;
}

static u64 word_now(void)
{
	return history_now(&words);
}

static const char *name_of(unsigned int universe)
{
	return universe == PATCHED ? "patched" : universe == UNPATCHED ? "unpatched" : "unknown";
}

/*
 * Sections, and waiting for them
 */

/* The last section that this task was in, in this context */
static struct section *own_section(struct task *task, const struct lp_record *r)
{
	struct section *oldest = task->section;
	unsigned int j;

	for (j = 0; j < CONTEXTS; j++) {
		if (task->section[j].at && task->section[j].context == context_of(r))
			return &task->section[j];
		if (task->section[j].at < oldest->at)
			oldest = &task->section[j];
	}
	*oldest = (struct section){ .context = context_of(r) };
	return oldest;
}

static void on_section(const struct lp_record *r, size_t i)
{
	seen.sections++;
	own_section(task_of(r->task), r)->at = i;
	if (sections[r->cpu].n == SECTIONS)
		violated(RULE_FORM, i, "sections nest too deep");
	else
		sections[r->cpu].at[sections[r->cpu].n++] = i;
}

static void on_section_end(const struct lp_record *r, size_t i)
{
	if (!sections[r->cpu].n)
		violated(RULE_FORM, i, "a section ends that has not begun");
	else
		sections[r->cpu].n--;
}

/* Is a section open that began before @i? */
static bool section_since(size_t i)
{
	unsigned int cpu;

	for (cpu = 0; cpu < CPUS; cpu++) {
		if (sections[cpu].n && sections[cpu].at[0] < i)
			return true;
	}
	return false;
}

static void on_sync_end(size_t i)
{
	if (section_since(sync_began))
		violated(RULE_SYNC, i, "a synchronise is over, a section from before it is not");
	sync_ended = i;
}

/* Was there a whole synchronise since entry @i? */
static bool synchronised_since(size_t i)
{
	return i < sync_began && sync_began < sync_ended;
}

/*
 * The word
 */

static const bool may_follow[W_PHASES][W_PHASES] = {
	[W_IDLE] = { [W_PREP] = true },
	[W_PREP] = { [W_ACTIVE] = true, [W_IDLE] = true },
	[W_ACTIVE] = { [W_FROZEN] = true, [W_CLOSING] = true },
	[W_FROZEN] = { [W_ACTIVE] = true },
	[W_CLOSING] = { [W_ACTIVE] = true, [W_IDLE] = true },
};

static void on_phase(u64 old, u64 new, size_t i)
{
	unsigned int from = old & W_PHASE, to = new & W_PHASE;

	if (from >= W_PHASES || to >= W_PHASES || !may_follow[from][to])
		violated(RULE_ORDER, i, "phase %u after %u", to, from);
	switch (to) {
	case W_PREP:
		epoch++;
		settled = UNKNOWN;
		rescan_at = 0;
		seen.transitions++;
		if (ini_of(new) == target_of(new))
			violated(RULE_ORDER, i, "begins with the target as the initial universe");
		break;
	case W_ACTIVE:
		if (from == W_PREP && target_of(new) == PATCHED)
			choose_from = i;
		break;
	case W_FROZEN:
		frozen_at = i;
		seen.reversals++;
		break;
	case W_CLOSING:
		closing_at = i;
		if (ini_of(new) != target_of(new))
			violated(RULE_ORDER, i, "closes with another initial universe than the target");
		break;
	}
}

/* J2 */
static void check_target(u64 old, u64 new, size_t i)
{
	if (target_of(old) == target_of(new) || (old & W_PHASE) == W_IDLE ||
	    (new & W_PHASE) == W_IDLE)
		return;
	if ((old & W_PHASE) != W_FROZEN)
		violated(RULE_J2, i, "the target changes in phase %u", (unsigned int)(old & W_PHASE));
	else if (!synchronised_since(frozen_at))
		violated(RULE_J2, i, "the target changes without a synchronise since FROZEN");
	else if (section_since(frozen_at))
		violated(RULE_J2, i, "the target changes inside a section from before FROZEN");
}

static void on_word(const struct lp_record *r, size_t i)
{
	u64 old = word_now(), new = r->a & ~(u64)W_NOTES;

	history_is(&words, new, i, 0);
	if (word_now() != new) {
		violated(RULE_FORM, i, "the word is not what was announced");
		return;
	}
	if (old == new)
		return;
	check_target(old, new, i);
	if ((old & W_PHASE) != (new & W_PHASE))
		on_phase(old, new, i);
}

/*
 * Universes
 */

static bool held_by(const struct task *task, u64 who)
{
	return task->holder == who;
}

/* J1 */
static void check_setter(const struct lp_record *r, const struct task *task, size_t i)
{
	if (r->task == r->a) {
		if (!(r->flags & LP_REC_PREEMPT_OFF))
			violated(RULE_J1, i, "a task writes its universe with preemption on");
		return;
	}
	if (held_by(task, r->task))
		return;
	if (task->offline == r->task && *map_at(&lockers, r->task))
		return;
	violated(RULE_J1, i, "the universe of a task is written by another that does not hold it");
}

/* J3, and J4 for a task that was not known */
static void check_frames(const struct task *task, unsigned int universe, size_t i)
{
	unsigned int j;

	for (j = 0; j < task->calls; j++) {
		if (task->call[j].universe != universe && !task->call[j].forced) {
			violated(RULE_J3, i, "the universe becomes %s inside a function of the other",
				 name_of(universe));
			return;
		}
	}
}

static void on_set(const struct lp_record *r, size_t i)
{
	struct task *task = task_of(r->a);

	seen.sets++;
	check_setter(r, task, i);
	check_frames(task, r->b, i);
	if (task->universe == UNKNOWN && task->entered)
		violated(RULE_J4, i, "an unknown task has called a patched function");
	task->universe = r->b;
	task->dead = false;
	task->overflow = false;
}

static size_t section_of(const struct lp_record *r)
{
	return sections[r->cpu].n ? sections[r->cpu].at[sections[r->cpu].n - 1] : 0;
}

/* A synchronise waits for whoever records or chooses. */
static void check_inside(const struct lp_record *r, size_t i)
{
	if (!sections[r->cpu].n)
		violated(RULE_J1, i, "recorded or chosen outside a section");
}

/* The handler records a task that it does not know. */
static void on_record(const struct lp_record *r, size_t i)
{
	struct task *task = task_of(r->a);
	u64 word = r->b >> 8 & ~(u64)W_NOTES;
	unsigned int universe = r->b >> 4 & 0xf;

	seen.records++;
	check_inside(r, i);
	if (r->task != r->a || !(r->flags & LP_REC_PREEMPT_OFF))
		violated(RULE_J1, i, "recorded by another, or with preemption on");
	if (!history_had(&words, word, section_of(r)))
		violated(RULE_FORM, i, "word %#x seen, which was not there", (unsigned int)word);
	if (!(r->b & 1)) {
		if (universe != task->universe)
			violated(RULE_J4, i, "recorded before, but as another");
		return;
	}
	if (universe != ini_of(word) &&
	    (!(r->b >> 8 & W_LISTED) || task->listed || universe != target_of(word)))
		violated(RULE_J4, i, "recorded as %s, the initial universe is the other", name_of(universe));
	if (task->universe != UNKNOWN)
		violated(RULE_J1, i, "recorded twice");
	check_frames(task, universe, i);
	task->universe = universe;
	task->dead = false;
	task->overflow = false;
}

/* J4: whoever enters a patched function in a transition is known. */
static void on_choice(const struct lp_record *r, size_t i)
{
	struct task *task = task_of(r->task);
	unsigned int universe = r->b & 0xf;

	seen.choices++;
	check_inside(r, i);
	if (task->universe != universe && !task->overflow)
		violated(RULE_J4, i, "an %s task is sent to the %s function",
			 name_of(task->universe), name_of(universe));
	if (flags_set)
		task->entered = true;
	if (task->calls < FRAMES)
		task->call[task->calls++] = (struct call){ .universe = universe };
}

/*
 * Calls, as the patched functions tell
 */

/*
 * J4: a handler that has run since the flags were set, and the functions put on,
 * has chosen. One from before that, or none because the redirection was not
 * there yet, need not; nor one that comes when all is done, and the functions
 * are taken off before the flags are cleared.
 */
static void check_chosen(const struct lp_record *r, struct task *task, size_t i)
{
	size_t section = own_section(task, r)->at;

	if (flags_set && settled != UNPATCHED && section > choose_from &&
	    r->a < FUNCTIONS && chosen[r->a])
		violated(RULE_J4, i, "a function is called in a transition, and no handler has chosen it");
}

static void on_frame(const struct lp_record *r, size_t i)
{
	struct task *task = task_of(r->task);
	struct call *top = task->calls ? &task->call[task->calls - 1] : NULL;
	bool forced = top && !top->begun && top->forced;

	seen.frames++;
	if (top && !top->begun) {
		if (top->universe != r->b)
			violated(RULE_FORM, i, "another function runs than was chosen");
	} else {
		check_chosen(r, task, i);
		top = task->calls < FRAMES ? &task->call[task->calls++] : NULL;
	}
	if (settled != UNKNOWN && r->b != settled && !forced)
		violated(RULE_J5, i, "complete, but a function of the other universe is called");
	own_section(task, r)->at = 0;
	if (top)
		*top = (struct call){ .universe = r->b, .function = r->a, .begun = true };
}

/* A call from before the record is over: not seen. */
static void on_frame_end(const struct lp_record *r, size_t i)
{
	struct task *task = task_of(r->task);
	struct call *top = task->calls ? &task->call[task->calls - 1] : NULL;

	if (!top)
		return;
	if (!top->begun || top->universe != r->b || top->function != r->a)
		violated(RULE_FORM, i, "a function ends that was not called last");
	task->calls--;
}

/*
 * The end
 */

static void check_over(const struct task *task, unsigned int target, size_t i)
{
	if (task->epoch == epoch && !task->dead && task->universe != UNKNOWN &&
	    task->universe != target)
		violated(RULE_J5, i, "complete, but task %#llx is known to be %s",
			 (unsigned long long)task->key, name_of(task->universe));
	if (task->calls && task->call[0].universe != target && !task->call[0].forced)
		violated(RULE_J5, i, "complete, but task %#llx is in a function of the other universe",
			 (unsigned long long)task->key);
}

/* J5 */
static void on_done(const struct lp_record *r, size_t i)
{
	unsigned int target = r->a ? PATCHED : UNPATCHED;
	const struct task *task;

	if ((word_now() & W_PHASE) != W_CLOSING || target != target_of(word_now()))
		violated(RULE_J5, i, "complete, but not in CLOSING");
	else if (!synchronised_since(closing_at) || section_since(closing_at))
		violated(RULE_J5, i, "complete without a synchronise since CLOSING");
	else if (rescan_at < sync_ended)
		violated(RULE_J5, i, "complete without a second look");
	for (task = all_tasks; task; task = task->next)
		check_over(task, target, i);
	settled = target;
}

/* By the administrator: the promise is void for what the task is in. */
static void on_forced(const struct lp_record *r)
{
	struct task *task = task_of(r->a);
	unsigned int j;

	task->universe = r->b;
	for (j = 0; j < task->calls; j++)
		task->call[j].forced = true;
}

/* Nobody runs while he is held. */
static void check_held(const struct lp_record *r, size_t i)
{
	struct task *task = task_of(r->task);

	if ((task->holder && !held_by(task, r->task)) || task->offline)
		violated(RULE_J1, i, "a task runs while it is held off its CPU");
}

static void held_step(const struct lp_record *r, size_t i)
{
	struct task *task = task_of(r->a);

	switch (r->what) {
	case LP_REC_KLP_HELD:
		task->holder = r->task;
		if (r->b)
			violated(RULE_J1, i, "held, but on a CPU");
		break;
	case LP_REC_KLP_RELEASED:
		task->holder = 0;
		break;
	case LP_REC_KLP_OFFLINE:
		task->offline = r->b ? 0 : r->task;
		if (r->b)
			violated(RULE_J1, i, "taken for offline, but the CPU is online");
		break;
	case LP_REC_KLP_DEAD:
		task->dead = true;
		break;
	case LP_REC_KLP_GONE:
		/* Another task may be made at this address. */
		task->universe = UNKNOWN;
		task->entered = false;
		task->listed = false;
		break;
	case LP_REC_KLP_LISTED:
		task->listed = true;
		break;
	}
}

static void transition_step(const struct lp_record *r, size_t i)
{
	switch (r->what) {
	case LP_REC_KLP_WORD_TO:
		history_to(&words, r->a & ~(u64)W_NOTES, i, 0);
		break;
	case LP_REC_KLP_WORD:
		on_word(r, i);
		break;
	case LP_REC_KLP_FLAGS:
		flags_set = r->a;
		/*
		 * Until all are set, a handler may have seen none; nor a
		 * function to choose, where the redirection of an earlier
		 * patch is left and empty.
		 */
		choose_from = r->a == 2 && !is_enabling(word_now()) ? i : NONE;
		break;
	case LP_REC_KLP_SYNC:
		sync_began = i;
		break;
	case LP_REC_KLP_SYNC_END:
		on_sync_end(i);
		break;
	case LP_REC_KLP_CPUS:
		*map_at(&lockers, r->task) = &lockers;
		break;
	case LP_REC_KLP_CPUS_END:
		*map_at(&lockers, r->task) = NULL;
		break;
	case LP_REC_KLP_RESCAN:
		rescan_at = r->a ? i : 0;
		break;
	case LP_REC_KLP_DONE:
		on_done(r, i);
		break;
	}
}

static void task_step(const struct lp_record *r, size_t i)
{
	switch (r->what) {
	case LP_REC_KLP_SECTION:
		on_section(r, i);
		break;
	case LP_REC_KLP_SECTION_END:
		on_section_end(r, i);
		break;
	case LP_REC_KLP_OVERFLOW:
		task_of(r->task)->overflow = true;
		break;
	case LP_REC_KLP_RECORD:
		on_record(r, i);
		break;
	case LP_REC_KLP_SET:
		on_set(r, i);
		task_of(r->a)->offline = 0;
		break;
	case LP_REC_KLP_FORCED:
		on_forced(r);
		break;
	case LP_REC_KLP_CHOICE:
		on_choice(r, i);
		break;
	case LP_REC_FRAME:
		on_frame(r, i);
		break;
	case LP_REC_FRAME_END:
		on_frame_end(r, i);
		break;
	}
}

/* What a task calls after a handler has chosen for it was chosen. */
static void find_chosen(const struct trace *t)
{
	struct map pending = { };
	size_t i;

	for (i = 0; i < t->n; i++) {
		const struct lp_record *r = &t->r[i];
		void **at = r->task ? map_at(&pending, r->task) : NULL;

		if (at && r->what == LP_REC_KLP_CHOICE)
			*at = &pending;
		if (!at || r->what != LP_REC_FRAME)
			continue;
		if (*at && r->a < FUNCTIONS)
			chosen[r->a] = true;
		*at = NULL;
	}
}

void check_klp(const struct trace *t)
{
	size_t i;

	find_chosen(t);
	history_start(&words, W_IDLE);
	for (i = 0; i < t->n; i++) {
		const struct lp_record *r = &t->r[i];

		if (r->cpu >= CPUS || r->what < LP_REC_KLP_WORD_TO)
			continue;
		check_held(r, i);
		held_step(r, i);
		transition_step(r, i);
		task_step(r, i);
	}
}
