// SPDX-License-Identifier: GPL-2.0
/*
 * A first live patch: change what /proc/cmdline says.
 *
 *   before  $ cat /proc/cmdline
 *           console=ttyS0 root=/dev/sda1 ...
 *   load    # insmod livepoke.ko && insmod patch_cmdline.ko
 *   after   $ cat /proc/cmdline
 *           livepoke: this line comes from a live patch
 *   undo    # echo 0 > /sys/kernel/livepoke/patch_cmdline/enabled
 *           # rmmod patch_cmdline
 *
 * The running kernel keeps its old function; calls of it are redirected to
 * ours. Every task changes over at a moment when neither version is on its
 * stack, so no task ever runs half of the old and half of the new code.
 */
#include <linux/module.h>
#include <linux/seq_file.h>
#include <livepoke/livepatch.h>

/*
 * Step 1: the replacement.
 *
 * Copy the prototype of the function that you replace exactly: callers pass
 * arguments and take the return value as they always did. The name is yours
 * to choose, and the function may be static.
 *
 * The body runs in place of the old one, in the same context: here in a
 * read() of /proc/cmdline, where sleeping is allowed. It can use whatever a
 * module can use, that is, exported symbols. The old body is in
 * fs/proc/cmdline.c of the kernel; it prints a variable that modules cannot
 * see, so this one prints something else.
 */
static int patched_cmdline_proc_show(struct seq_file *m, void *v)
{
	seq_puts(m, "livepoke: this line comes from a live patch\n");
	return 0;
}

/*
 * Step 2: say what replaces what.
 *
 * One line for every function, and an empty element at the end. The old
 * function is found by its name in the kernel's symbol table, static or not.
 * If several functions have that name, .old_sympos tells which is meant, in
 * the order of /proc/kallsyms (1 is the first); without it a name that is
 * not unique is refused.
 *
 * A function that the compiler inlined into its callers cannot be replaced
 * that way: replace the callers then.
 */
static struct lp_func funcs[] = {
	{
		.old_name = "cmdline_proc_show",
		.new_func = patched_cmdline_proc_show,
	}, { }
};

/*
 * Step 3: say where the functions live. No name means the kernel itself; a
 * name means a module:  { .name = "ext4", .funcs = ext4_funcs }, { }
 */
static struct lp_object objs[] = {
	{
		.funcs = funcs,
	}, { }
};

/*
 * Step 4: the patch. It belongs to this module, which stays in memory for as
 * long as any task may still run one of its functions.
 */
static struct lp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
};

/*
 * Step 5: loading the module enables the patch.
 *
 * Return what lp_enable_patch() returns. On an error nothing was changed,
 * insmod fails, and the kernel log says why. On success the transition has
 * begun: it ends when /sys/kernel/livepoke/patch_cmdline/transition reads 0,
 * usually some milliseconds later.
 */
static int __init patch_cmdline_init(void)
{
	return lp_enable_patch(&patch);
}

/*
 * Step 6: nothing to do. An exit function must exist, or the module could
 * never be unloaded; it is only called after the patch was disabled.
 */
static void __exit patch_cmdline_exit(void)
{
}

module_init(patch_cmdline_init);
module_exit(patch_cmdline_exit);
MODULE_DESCRIPTION("livepoke sample: a different /proc/cmdline");
MODULE_AUTHOR("The livepoke authors");
MODULE_LICENSE("GPL");
