// SPDX-License-Identifier: GPL-2.0
void a(int *p)
{
	/* flush */
	smp_mb();
}

/* Pairs with the acquire in b(). */


void c(int *p)
{
	smp_store_release(p, 1);
}

void b(int *p)
{
	/* Pairs with the release in c(). */
	smp_load_acquire(p);
}

void d(atomic_t *p)
{
	atomic_set_release(p, 0);
}
