# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# The live patches that come with the kernel's source do for livepoke what
# their comments say they do: the same effects, and the same words in the same
# order in the log, but for the name in front.
. /lp/lib.sh
. /lp/klp.sh

S=/lp/samples
D=livepatch_callbacks_demo
M=livepatch_callbacks_mod
B=livepatch_callbacks_busymod
LIVE='[MODULE_STATE_LIVE] Normal state'
COMING='[MODULE_STATE_COMING] Full formed, running module_init'
GOING='[MODULE_STATE_GOING] Going away'

# ins NAME [PARAMETER...] - load a module of the kernel's samples
ins()
{
	file=$1
	shift
	kcall insmod "$S/$file.ko" "$@"
}

off() { kcall write "$LP_SYS/$1/enabled" 0; }

# The log since the mark, of livepoke and the modules for callbacks, but for
# who wrote to a file: of that the kernel logs nothing.
transcript()
{
	log_since | sed 's/^\[[^]]*\] //' |
		grep -E "^(livepoke: |$D: |$M: )" |
		grep -vE "^livepoke: $D/enabled: kcall\[[0-9]+\] uid 0: '[01]'$" | sed "s/^livepoke: //; s/^$D: /demo: /; s/^$M: /mod: /; s/'$D'/DEMO/g; s/'$M'/MOD/g; s/$M ->/mod ->/; s/$B ->/busy ->/"
}

# says DESC - the transcript is what standard input says
says()
{
	cat > /tmp/wanted
	transcript > /tmp/got
	check "$1" diff /tmp/wanted /tmp/got
}

# transition patch|unpatch OBJECT... - the words of one, to its end
transition()
{
	way=$1
	shift
	echo "DEMO: initializing ${way}ing transition"
	for o; do echo "demo: pre_${way}_callback: $o"; done
	echo "DEMO: starting ${way}ing transition"
	echo "DEMO: completing ${way}ing transition"
	for o; do echo "demo: post_${way}_callback: $o"; done
	echo "DEMO: ${way}ing complete"
}

patching()		# OBJECT... - the words of a patch that is enabled
{
	echo "enabling patch DEMO"
	transition patch "$@"
}

unpatching() { transition unpatch "$@"; }

# demo_on, demo_off, demo_out [OBJECT...] - and what the log says
demo_on()
{
	log_mark
	check "load the patch" ins livepatch-callbacks-demo
	check "it is enabled" wait_for 30 settled $D
	patching "$@" > /tmp/words
	says "its callbacks in order" < /tmp/words
}

demo_out() { check "unload the patch" unload_soon $D; }

demo_off()
{
	log_mark
	check "disable the patch" off $D
	check "it is gone" wait_for 30 gone $D
	unpatching "$@" > /tmp/words
	says "its callbacks in order" < /tmp/words
	demo_out
}

sample()
{
	diag "livepatch-sample"
	before=$(cat /proc/cmdline)
	check "load it" ins livepatch-sample
	check "it is enabled" wait_for 30 settled livepatch_sample
	is "/proc/cmdline" "$(cat /proc/cmdline)" "this has been live patched"
	check "write 0 to enabled" off livepatch_sample
	check "it is gone" wait_for 30 gone livepatch_sample
	is "/proc/cmdline is back" "$(cat /proc/cmdline)" "$before"
	check "unload it" unload_soon livepatch_sample
}

callbacks_module_first()
{
	diag "callbacks: the module, then the patch"
	check "load the module" ins livepatch-callbacks-mod
	demo_on vmlinux "mod -> $LIVE"
	demo_off vmlinux "mod -> $LIVE"
	check "unload the module" unload $M
}

callbacks_patch_first()
{
	diag "callbacks: the patch, then the module"
	demo_on vmlinux
	log_mark
	check "load the module" ins livepatch-callbacks-mod
	says "callbacks before its init" <<-EOM
	applying patch DEMO to loading module MOD
	demo: pre_patch_callback: mod -> $COMING
	demo: post_patch_callback: mod -> $COMING
	mod: livepatch_callbacks_mod_init
	EOM
	log_mark
	check "unload the module" unload $M
	says "callbacks after its exit" <<-EOM
	mod: livepatch_callbacks_mod_exit
	demo: pre_unpatch_callback: mod -> $GOING
	reverting patch DEMO on unloading module MOD
	demo: post_unpatch_callback: mod -> $GOING
	EOM
	demo_off vmlinux
}

callbacks_refusing()
{
	diag "callbacks: pre_patch fails"
	log_mark
	is "the patch is refused" "$(ins livepatch-callbacks-demo pre_patch_ret=-19)" ENODEV
	says "the log says so" <<-EOM
	enabling patch DEMO
	DEMO: initializing patching transition
	demo: pre_patch_callback: vmlinux
	pre-patch callback failed for object 'vmlinux'
	failed to enable patch DEMO
	DEMO: canceling patching transition, going to unpatch
	DEMO: completing unpatching transition
	DEMO: unpatching complete
	EOM
	check "nothing is left" gone $D
	check_fails "it is not loaded" loaded $D
	demo_on vmlinux
	echo -19 > /sys/module/$D/parameters/pre_patch_ret
	log_mark
	is "the module is refused" "$(ins livepatch-callbacks-mod)" ENODEV
	says "the log says so" <<-EOM
	applying patch DEMO to loading module MOD
	demo: pre_patch_callback: mod -> $COMING
	pre-patch callback failed for object MOD
	patch DEMO failed for module MOD, refusing to load module MOD
	EOM
	check_fails "it is not loaded" loaded $M
	demo_off vmlinux
}

# In every order of events the patch waits for the module's work.
callbacks_busy()
{
	diag "callbacks: a module that is busy"
	log_mark
	check "load the busy module" ins livepatch-callbacks-busymod sleep_secs=15
	check "it is busy" wait_for 10 log_has "busymod_work_func, sleeping 15 seconds"
	log_mark
	check "load the patch" ins livepatch-callbacks-demo
	check "it is in transition" in_transition $D
	says "no callback after patching yet" <<-EOM
	enabling patch DEMO
	DEMO: initializing patching transition
	demo: pre_patch_callback: vmlinux
	demo: pre_patch_callback: busy -> $LIVE
	DEMO: starting patching transition
	EOM
	log_mark
	check "load the module" ins livepatch-callbacks-mod
	check "unload the module" unload $M
	says "it is patched and reverted meanwhile" <<-EOM
	applying patch DEMO to loading module MOD
	demo: pre_patch_callback: mod -> $COMING
	mod: livepatch_callbacks_mod_init
	mod: livepatch_callbacks_mod_exit
	reverting patch DEMO on unloading module MOD
	demo: post_unpatch_callback: mod -> $GOING
	EOM
	check "still in transition" in_transition $D
	echo 'func lp_debug_verdict +p' > /proc/dynamic_debug/control
	check "the log can tell why" wait_for 4 log_has \
		"livepoke: klp_try_switch_task: kworker/[^ ]*:[0-9]+ is sleeping on function busymod_work_func"
	echo 'func lp_debug_verdict -p' > /proc/dynamic_debug/control
	log_mark
	check "disable the patch" off $D
	check "it is gone" wait_for 60 gone $D
	says "the transition was reversed" <<-EOM
	DEMO: reversing transition from patching to unpatching
	DEMO: starting unpatching transition
	DEMO: completing unpatching transition
	demo: post_unpatch_callback: vmlinux
	demo: post_unpatch_callback: busy -> $LIVE
	DEMO: unpatching complete
	EOM
	demo_out
	check "unload the busy module" unload $B
}

# how_many REGEX - lines of the shadow modules since the mark
how_many() { log_since | grep -cE "\] (livepatch_shadow_fix[12]: )?$1"; }
at_least() { [ "$(how_many "$2")" -ge "$1" ]; }

# Every dummy that was allocated before there was a fix has expired.
all_leaked() { [ "$(how_many '.*dummy @ .* leaked!')" -ge "$plain" ]; }

shadow()
{
	diag "shadow variables"
	log_mark
	check "load the buggy module" ins livepatch-shadow-mod
	check "it makes dummies" wait_for 60 at_least 2 'dummy_alloc: dummy @ .*, expires @'
	check "load fix1" ins livepatch-shadow-fix1
	check "it is enabled" wait_for 30 settled livepatch_shadow_fix1
	plain=$(how_many 'dummy_alloc: dummy @')
	check "it makes the dummies now" wait_for 60 at_least 2 'livepatch_fix1_dummy_alloc: dummy @ .*, expires @'
	check "it tells of those that leaked before" wait_for 90 all_leaked
	check "it prevents leaks" wait_for 90 at_least 1 \
		'livepatch_fix1_dummy_leak_dtor: dummy @ .*, prevented leak @'
	is "nothing leaks any more" "$(how_many '.*dummy @ .* leaked!')" "$plain"
	check "load fix2" ins livepatch-shadow-fix2
	check "it is enabled" wait_for 30 settled livepatch_shadow_fix2
	is "on top of fix1" "$(attr livepatch_shadow_fix1 stack_order)$(attr livepatch_shadow_fix2 stack_order)" 12
	check "it counts checks" wait_for 90 at_least 1 \
		'livepatch_fix2_dummy_free: dummy @ .*, check counter = [1-9]'
	check "and prevents leaks" wait_for 60 at_least 1 \
		'livepatch_fix2_dummy_leak_dtor: dummy @ .*, prevented leak @'
	check "it counts all checks of a dummy's life" wait_for 90 at_least 1 \
		'livepatch_fix2_dummy_free: dummy @ .*, check counter = [45]'
	is "still nothing leaks" "$(how_many '.*dummy @ .* leaked!')" "$plain"
	check "disable fix2" off livepatch_shadow_fix2
	check "it is gone" wait_for 30 gone livepatch_shadow_fix2
	check "disable fix1" off livepatch_shadow_fix1
	check "it is gone" wait_for 30 gone livepatch_shadow_fix1
	log_mark
	check "unload fix2" unload_soon livepatch_shadow_fix2
	check "unload fix1" unload_soon livepatch_shadow_fix1
	check "which frees what was left" at_least 1 \
		'livepatch_fix1_dummy_leak_dtor: dummy @ .*, prevented leak @'
	check "unload the module" unload livepatch_shadow_mod
	check "its own function frees again" at_least 1 'dummy_free: dummy @ .*, expired ='
}

# The words that only debugging shows; no signals meanwhile, as in the kernel.
load_livepoke()
{
	load livepoke "$@" || return 1
	echo 'module livepoke +p' > /proc/dynamic_debug/control
	echo 'func lp_debug_verdict -p' > /proc/dynamic_debug/control
	echo 15000 > /sys/module/livepoke/parameters/signal_ms
}

# caught MISTAKE SCENARIO - the scenario fails with a livepoke that makes it
caught()
{
	load_livepoke lp_break="$1"
	("$2") > /tmp/broken 2>&1
	for name in $D $M; do
		! loaded "$name" || { off "$name"; wait_for 30 gone "$name"; unload_soon "$name"; } > /dev/null
	done
	check "$1 is noticed" grep -q '^not ok' /tmp/broken
	check "unload livepoke" unload_soon livepoke
}

check "load livepoke" load_livepoke
sample
callbacks_module_first
callbacks_patch_first
callbacks_refusing
callbacks_busy
shadow
check "unload livepoke" unload_soon livepoke

use test
caught IGNORE_COMING callbacks_patch_first
caught NO_GOING_CALLBACK callbacks_patch_first
caught IGNORE_PRE_PATCH callbacks_refusing
done_testing
