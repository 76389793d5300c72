// SPDX-License-Identifier: GPL-2.0
/*
 * System states of patches: what a patch changes in the running system, told
 * to the patch that comes after it. The rules are those of kernel livepatch.
 */
#include "klp_core.h"
#include "klp_state.h"
#include "klp_transition.h"

static struct lp_state *lp_find_state(const struct lp_patch *patch, unsigned long id)
{
	struct lp_state *state = patch->states;

	for (; state && state->id; state++) {
		if (state->id == id)
			return state;
	}
	return NULL;
}

struct lp_state *lp_get_state(struct lp_patch *patch, unsigned long id)
{
	return lp_find_state(patch, id);
}

/* The newest state of that id among patches before the one in transition. */
struct lp_state *lp_get_prev_state(unsigned long id)
{
	struct lp_state *state, *last = NULL;
	struct lp_live_patch *live;

	if (WARN_ON_ONCE(!lp_transition_patch))
		return NULL;
	list_for_each_entry(live, &lp_patches, list) {
		if (live == lp_transition_patch)
			break;
		state = lp_is_active(live) ? lp_find_state(live->patch, id) : NULL;
		if (state)
			last = state;
	}
	return last;
}

/*
 * A patch that replaces must know every state that it takes over; one that
 * does not may ignore it. A state must not get older.
 */
static bool lp_state_compatible(const struct lp_patch *patch,
				const struct lp_state *old)
{
	struct lp_state *state = lp_find_state(patch, old->id);

	if (!state)
		return !patch->replace;
	return state->version >= old->version;
}

/* Whether @patch may come on top of the registered ones; under lp_mutex. */
bool lp_states_compatible(const struct lp_patch *patch)
{
	struct lp_live_patch *live;
	struct lp_state *old;

	list_for_each_entry(live, &lp_patches, list) {
		if (!lp_is_active(live))
			continue;
		for (old = live->patch->states; old && old->id; old++) {
			if (!lp_state_compatible(patch, old))
				return false;
		}
	}
	return true;
}
