// SPDX-License-Identifier: GPL-2.0
static const struct poke_reason poke_reasons[] = {
	[RAIN] = { -EPERM,
		"rain is forecast for the site; poke tomorrow" },
	[SNOW] = { -EPERM,
		"snow is forecast for the site; poke tomorrow" },
};
