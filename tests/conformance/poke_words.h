/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers of src/poke_core.h, which cannot be included alone.
 */
#ifndef _LP_POKE_WORDS_H
#define _LP_POKE_WORDS_H

enum {
	PHASE_IDLE,
	PHASE_DEPLOY,
	PHASE_COMMIT,
	PHASE_COMMIT_SYNCED,
	PHASE_ABORT,
	PHASES
};

enum { VARIANT_OLD, VARIANT_NEW };

#endif /* _LP_POKE_WORDS_H */
