// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/livepoke/<patch>/<object>/<function,sympos>
 *
 * Names, modes and meanings are those of /sys/kernel/livepatch; blockers and
 * timing are additions.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/sysfs.h>
#include "klp_core.h"
#include "klp_control.h"
#include "klp_lockdown.h"
#include "klp_refuse.h"
#include "klp_report.h"
#include "klp_sysfs.h"

/* A set, because its members announce the end of a transition. */
static struct kset *lp_root;

static struct lp_live_patch *lp_live_of(struct kobject *kobj)
{
	return container_of(kobj, struct lp_live_patch, kobj);
}

static ssize_t enabled_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	return sysfs_emit(buf, "%d\n", READ_ONCE(lp_live_of(kobj)->enabled));
}

/* Has a switch set, and logs who wants that; @set says why if it does not. */
static ssize_t lp_switch_store(struct kobject *kobj, const char *file,
			       const char *buf, size_t count,
			       int (*set)(struct lp_live_patch *live, bool on))
{
	struct lp_live_patch *live = lp_live_of(kobj);
	int ret = lp_check_admin(file);
	bool on;

	if (!ret) {
		ret = kstrtobool(buf, &on);
		if (ret)
			lp_refuse("%s of patch '%s' takes 0 or 1\n", file,
				  lp_patch_name(live));
	}
	if (!ret)
		ret = set(live, on);
	lp_log_request(lp_patch_name(live), file, buf, count, ret);
	return ret ?: count;
}

/* To take back an unblocking is to block. */
static int lp_store_enabled(struct lp_live_patch *live, bool enable)
{
	int ret = enable && live->kind ? lp_check_lockdown("engage") : 0;

	return ret ?: lp_set_enabled(live, enable);
}

static ssize_t enabled_store(struct kobject *kobj, struct kobj_attribute *attr,
			     const char *buf, size_t count)
{
	return lp_switch_store(kobj, "enabled", buf, count, lp_store_enabled);
}

static ssize_t transition_show(struct kobject *kobj,
			       struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", lp_in_transition(lp_live_of(kobj)));
}

static int lp_store_force(struct lp_live_patch *live, bool force)
{
	return force ? lp_force(live) : 0;
}

static ssize_t force_store(struct kobject *kobj, struct kobj_attribute *attr,
			   const char *buf, size_t count)
{
	return lp_switch_store(kobj, "force", buf, count, lp_store_force);
}

static ssize_t blockers_show(struct kobject *kobj, struct kobj_attribute *attr,
			     char *buf)
{
	return lp_report_blockers(lp_live_of(kobj), buf);
}

static ssize_t timing_show(struct kobject *kobj, struct kobj_attribute *attr,
			   char *buf)
{
	return lp_report_timing(lp_live_of(kobj), buf);
}

static ssize_t replace_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	return sysfs_emit(buf, "%d\n", lp_live_of(kobj)->patch->replace);
}

static ssize_t stack_order_show(struct kobject *kobj,
				struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", lp_stack_order(lp_live_of(kobj)));
}

static struct kobj_attribute enabled_attr = __ATTR_RW(enabled);
static struct kobj_attribute transition_attr = __ATTR_RO(transition);
static struct kobj_attribute force_attr = __ATTR_WO(force);
static struct kobj_attribute replace_attr = __ATTR_RO(replace);
static struct kobj_attribute stack_order_attr = __ATTR_RO(stack_order);
static struct kobj_attribute blockers_attr = __ATTR_RO_MODE(blockers, 0400);
static struct kobj_attribute timing_attr = __ATTR_RO(timing);

static struct attribute *lp_patch_attrs[] = {
	&enabled_attr.attr,
	&transition_attr.attr,
	&force_attr.attr,
	&replace_attr.attr,
	&stack_order_attr.attr,
	&blockers_attr.attr,
	&timing_attr.attr,
	NULL
};

static ssize_t hits_show(struct kobject *kobj, struct kobj_attribute *attr,
			 char *buf)
{
	struct lp_live_patch *live = lp_live_of(kobj);

	return live->kind->show_hits(live->patch, buf);
}

static ssize_t value_show(struct kobject *kobj, struct kobj_attribute *attr,
			  char *buf)
{
	struct lp_live_patch *live = lp_live_of(kobj);

	return live->kind->show_value(live->patch, buf);
}

static ssize_t override_show(struct kobject *kobj, struct kobj_attribute *attr,
			     char *buf)
{
	struct lp_live_patch *live = lp_live_of(kobj);

	return live->kind->show_override(live->patch, buf);
}

static struct kobj_attribute hits_attr = __ATTR_RO(hits);
static struct kobj_attribute value_attr = __ATTR_RO(value);
static struct kobj_attribute override_attr = __ATTR_RO(override);

static struct attribute *lp_block_attrs[] = {
	&hits_attr.attr,
	&value_attr.attr,
	&override_attr.attr,
	NULL
};

static umode_t lp_block_visible(struct kobject *kobj, struct attribute *attr,
				int n)
{
	return lp_live_of(kobj)->kind ? attr->mode : 0;
}

static const struct attribute_group lp_patch_group = {
	.attrs = lp_patch_attrs,
};

static const struct attribute_group lp_block_group = {
	.attrs = lp_block_attrs,
	.is_visible = lp_block_visible,
};

static const struct attribute_group *lp_patch_groups[] = {
	&lp_patch_group,
	&lp_block_group,
	NULL
};

static ssize_t patched_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	struct lp_live_object *object =
		container_of(kobj, struct lp_live_object, kobj);

	return sysfs_emit(buf, "%d\n", READ_ONCE(object->patched));
}

static struct kobj_attribute patched_attr = __ATTR_RO(patched);

static struct attribute *lp_object_attrs[] = {
	&patched_attr.attr,
	NULL
};
ATTRIBUTE_GROUPS(lp_object);

static void lp_patch_release(struct kobject *kobj)
{
	complete(&lp_live_of(kobj)->released);
}

/* Objects and functions live in the patch, which outlasts their kobjects. */
static void lp_part_release(struct kobject *kobj)
{
}

static struct kobj_type lp_patch_ktype = {
	.release = lp_patch_release,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = lp_patch_groups,
};

static struct kobj_type lp_object_ktype = {
	.release = lp_part_release,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = lp_object_groups,
};

static struct kobj_type lp_version_ktype = {
	.release = lp_part_release,
	.sysfs_ops = &kobj_sysfs_ops,
};

static int lp_sysfs_add_object(struct lp_live_object *object)
{
	struct lp_version *version;
	int ret;

	ret = kobject_init_and_add(&object->kobj, &lp_object_ktype,
				   &object->live->kobj, "%s",
				   lp_object_name(object));
	if (ret)
		return ret;
	lp_for_each_version(object, version) {
		if (lp_version_is_nop(version))
			continue;
		ret = kobject_init_and_add(&version->kobj, &lp_version_ktype,
					   &object->kobj, "%s,%lu",
					   version->name, version->sympos ?: 1);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * lp_sysfs_add() - show a patch
 * @live:	the patch
 *
 * Context: process context, sleeps.
 * Return: 0 or an error; lp_sysfs_remove() is due in both cases.
 */
int lp_sysfs_add(struct lp_live_patch *live)
{
	struct lp_live_object *object;
	int ret;

	live->kobj.kset = lp_root;
	ret = kobject_init_and_add(&live->kobj, &lp_patch_ktype, NULL, "%s",
				   lp_patch_name(live));
	if (ret)
		return ret;
	lp_for_each_live_object(live, object) {
		if (!object->obj)
			continue;
		ret = lp_sysfs_add_object(object);
		if (ret)
			return ret;
	}
	return 0;
}

/* A kobject that was never initialised has no type. */
static void lp_sysfs_drop(struct kobject *kobj)
{
	if (kobj->ktype)
		kobject_put(kobj);
}

/**
 * lp_sysfs_remove() - hide a patch and wait until nobody looks at it
 * @live:	the patch
 *
 * Context: process context, sleeps; not under lp_mutex, which readers take.
 */
void lp_sysfs_remove(struct lp_live_patch *live)
{
	struct lp_live_object *object;
	struct lp_version *version;

	lp_for_each_live_object(live, object) {
		lp_for_each_version(object, version)
			lp_sysfs_drop(&version->kobj);
		lp_sysfs_drop(&object->kobj);
	}
	lp_sysfs_drop(&live->kobj);
	wait_for_completion(&live->released);
}

int lp_sysfs_add_control(const struct attribute *attr)
{
	return sysfs_create_file(&lp_root->kobj, attr);
}

void lp_sysfs_remove_control(const struct attribute *attr)
{
	sysfs_remove_file(&lp_root->kobj, attr);
}

int lp_sysfs_init(void)
{
	lp_root = kset_create_and_add("livepoke", NULL, kernel_kobj);
	return lp_root ? 0 : -ENOMEM;
}

void lp_sysfs_exit(void)
{
	kset_unregister(lp_root);
}
