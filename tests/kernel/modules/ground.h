/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What lp_test_ground and the patches of it agree on.
 */
#ifndef _LP_TEST_GROUND_H
#define _LP_TEST_GROUND_H

/* Sleeps for as long as the parameter `hold` of lp_test_ground is set. */
void lp_ground_pause(void);

#endif /* _LP_TEST_GROUND_H */
