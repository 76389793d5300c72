// SPDX-License-Identifier: GPL-2.0
/*
 * Values over time, and maps.
 */
#include <stdlib.h>
#include "conform.h"

#define NEVER	((size_t)-1)

void history_start(struct history *h, u64 v)
{
	*h = (struct history){ .next = 1 };
	h->value[0] = (struct value){ .v = v, .to = NEVER };
}

static struct value *history_pending(struct history *h, unsigned int depth)
{
	unsigned int i;

	for (i = 0; i < HISTORY; i++) {
		if (h->value[i].pending && h->value[i].depth == depth)
			return &h->value[i];
	}
	return NULL;
}

/* The value that is now is not overwritten, however many are tried. */
void history_to(struct history *h, u64 v, size_t at, unsigned int depth)
{
	struct value *old = history_pending(h, depth);

	if (old) {
		old->pending = false;
		old->to = at;
	}
	if (h->next == h->now)
		h->next = (h->next + 1) % HISTORY;
	h->value[h->next] = (struct value){
		.v = v, .from = at, .to = NEVER, .depth = depth, .pending = true,
	};
	h->next = (h->next + 1) % HISTORY;
}

void history_is(struct history *h, u64 v, size_t at, unsigned int depth)
{
	struct value *new = history_pending(h, depth);

	if (new)
		new->pending = false;
	if (new && new->v == v) {
		h->value[h->now].to = at;
		h->now = new - h->value;
	} else if (new) {
		new->to = at;
	}
}

u64 history_now(const struct history *h)
{
	return h->value[h->now].v;
}

/* Could somebody who looked after @since have seen @v? */
bool history_had(const struct history *h, u64 v, size_t since)
{
	unsigned int i;

	for (i = 0; i < HISTORY; i++) {
		if (h->value[i].v == v && h->value[i].to &&
		    h->value[i].to >= since)
			return true;
	}
	return false;
}

static size_t map_slot(const struct map *m, u64 key)
{
	size_t i = (key * 0x9e3779b97f4a7c15ull >> 20) & (m->size - 1);

	while (m->key[i] && m->key[i] != key)
		i = (i + 1) & (m->size - 1);
	return i;
}

static void map_grow(struct map *m)
{
	struct map old = *m;
	size_t i, slot;

	m->size = old.size ? 2 * old.size : 1024;
	m->key = calloc(m->size, sizeof(*m->key));
	m->value = calloc(m->size, sizeof(*m->value));
	if (!m->key || !m->value)
		abort();
	for (i = 0; i < old.size; i++) {
		if (!old.key[i])
			continue;
		slot = map_slot(m, old.key[i]);
		m->key[slot] = old.key[i];
		m->value[slot] = old.value[i];
	}
	free(old.key);
	free(old.value);
}

/* Where the value of @key is, which is made with a value of NULL if new. */
void **map_at(struct map *m, u64 key)
{
	size_t i;

	if (2 * m->used >= m->size)
		map_grow(m);
	i = map_slot(m, key);
	if (!m->key[i]) {
		m->key[i] = key;
		m->used++;
	}
	return &m->value[i];
}
