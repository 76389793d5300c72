# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 240
#
# A patch's life as an admin types it: load, status, disable, enable, unload,
# by file and by name, twice, and without livepoke.ko.
. /lp/lib.sh
. /lp/klp.sh
. /lp/cli.sh

P=patch_cmdline

golden "status without livepoke.ko" livepoke status <<'EOF'
livepoke.ko is not loaded
[0]
EOF
reports 4 "status --check tells" livepoke status --check
golden "disable without livepoke.ko" livepoke disable $P <<'EOF'
! livepoke: livepoke.ko is not loaded; load it: modprobe livepoke (package livepoke-dkms)
[4]
EOF
exits 4 "load without livepoke.ko anywhere" livepoke load "$LP_KO/$P.ko"
check "says what to install" said "not installed for kernel .*ENOENT.*livepoke-dkms"

log_mark
is "livepoke.enable=0 keeps it out" "$(load livepoke enable=0)" EPERM
check "the log says how to load it all the same" \
	log_has "not loaded because of livepoke.enable=0; modprobe livepoke enable=1"

install_modules livepoke $P
golden "load by file; livepoke.ko comes along" livepoke load "$LP_KO/$P.ko" <<'EOF'
patch_cmdline: patched, 1 function, in T ms
[0]
EOF
is "the patch works" "$(cat /proc/cmdline)" "$LP_PATCHED_LINE"
golden "load again is no error" livepoke load "$LP_KO/$P.ko" <<'EOF'
patch_cmdline: patched, 1 function, in T ms
[0]
EOF
golden "status" livepoke status <<'EOF'
PATCH          STATE       TASKS    TRANSITION  FUNCTIONS
patch_cmdline  patched         - T ms  cmdline_proc_show
[0]
EOF
golden "status of one patch" livepoke status $P <<'EOF'
PATCH          STATE       TASKS    TRANSITION  FUNCTIONS
patch_cmdline  patched         - T ms  cmdline_proc_show
[0]
EOF
exits 0 "status --check is content" livepoke status --check
golden "blockers of a patch at rest" livepoke blockers $P <<'EOF'
patch_cmdline: patched, nothing to wait for
[0]
EOF
golden "force of a patch at rest" livepoke force --yes $P <<'EOF'
! livepoke: 'patch_cmdline' is not in transition: Invalid argument (EINVAL); there is nothing to force
[1]
EOF
golden "disable" livepoke disable $P <<'EOF'
patch_cmdline: disabled
[0]
EOF
check_fails "the patch is out" grep -q "$LP_PATCHED_LINE" /proc/cmdline
golden "disable again is no error" livepoke disable $P <<'EOF'
patch_cmdline: disabled
[0]
EOF
golden "status shows what is loaded but not in force" livepoke status <<'EOF'
PATCH          STATE       TASKS    TRANSITION  FUNCTIONS
patch_cmdline  disabled        -             -  -
[0]
EOF
golden "enable by name" livepoke enable $P <<'EOF'
patch_cmdline: patched, 1 function, in T ms
[0]
EOF
is "the patch works" "$(cat /proc/cmdline)" "$LP_PATCHED_LINE"
golden "unload" livepoke unload $P <<'EOF'
patch_cmdline: not loaded
[0]
EOF
check_fails "the module is gone" loaded $P
golden "unload again" livepoke unload $P <<'EOF'
! livepoke: no live patch 'patch_cmdline' is loaded: No such file or directory (ENOENT); livepoke status lists them
[5]
EOF
golden "status without patches" livepoke status <<'EOF'
no live patches
[0]
EOF
golden "load by name" livepoke load patch-cmdline <<'EOF'
patch_cmdline: patched, 1 function, in T ms
[0]
EOF
exits 0 "the build that is shipped works too" livepoke-product status
exits 0 "unload by that" livepoke-product unload $P

exits 0 "parameters reach the module" \
	livepoke load "$LP_KO/lp_test_klp_any.ko" name=cmdline_proc_show
check "they did" livepoke status lp_test_klp_any
exits 0 "unload it" livepoke unload lp_test_klp_any
check "unload livepoke" unload_soon livepoke
uninstall_modules
done_testing
