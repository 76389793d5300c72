// SPDX-License-Identifier: GPL-2.0
LP_UINT_PARAM(hidden_number, 0600);
LP_BOOL_PARAM(hidden_switch, 0600);
LP_ENUM_PARAM(hidden_word, words, 0600);
module_param_named(hidden_name, lp_hidden, bool, 0444);
module_param_cb(no_file, &lp_ops, NULL, 0);
module_param_cb(hidden_cb, &lp_ops, NULL, 0200);
module_param_named(other_mode, lp_other, bool, 0644);
