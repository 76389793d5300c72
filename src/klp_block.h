/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Blocking: a function returns a value at once, to every caller.
 */
#ifndef _LIVEPOKE_KLP_BLOCK_H
#define _LIVEPOKE_KLP_BLOCK_H

#include <linux/atomic.h>
#include <linux/types.h>

#define LP_BLOCKS		256	/* at once */
#define LP_BLOCK_NAME_LEN	192	/* of "module:function,N" */

/* What an engage request may override; see livepoke(8). */
#define LP_OVERRIDE_DENY	0x1	/* the deny list */
#define LP_OVERRIDE_TYPE	0x2	/* what BTF says of the return type */

/**
 * struct lp_block_request - what a user asks for
 * @function:	"function" or "module:function", with ",N" for the Nth of that name
 * @has_value:	a value was given
 * @value:	what the function is to return
 * @overrides:	LP_OVERRIDE_*
 */
struct lp_block_request {
	const char *function;
	bool has_value;
	long value;
	unsigned int overrides;
};

/* One slot of the stubs: what it returns, and how often it did. */
struct lp_block_slot {
	long value;
	atomic64_t hits;
};

extern struct lp_block_slot lp_block_slots[LP_BLOCKS];
void *lp_block_stub(unsigned int slot);

int lp_block_engage(const struct lp_block_request *request);
int lp_block_disengage(const char *function);

const char *lp_block_denied(const char *module, const char *function);
int lp_block_check_type(const char *module, const char *function,
			const struct lp_block_request *request);
int lp_block_check_ahead(const char *module, const char *function,
			 const struct lp_block_request *request);
int lp_parse_errno(const char *word, long *value);

int lp_block_init(void);
void lp_block_exit(void);

#endif /* _LIVEPOKE_KLP_BLOCK_H */
