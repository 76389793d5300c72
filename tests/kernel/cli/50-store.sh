# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# limit: 500
#
# Checking without loading, the patch store, what comes back at boot, a report.
. /lp/lib.sh
. /lp/klp.sh
. /lp/cli.sh

P=patch_cmdline
A=$LP_KO/lp_test_klp_any.ko

install_modules livepoke
sed -i 's/ SMP \(preempt\|mod_unload\)/ SMX \1/' "/lib/modules/$LP_RELEASE/updates/dkms/livepoke.ko"
exits 4 "a livepoke.ko that cannot be loaded" livepoke load "$LP_KO/$P.ko"
check "is not called missing" said "livepoke.ko cannot be loaded: version magic.*ENOEXEC"
install_modules livepoke
golden "check: all is well" livepoke check "$LP_KO/$P.ko" <<'EOF'
ok: built for this kernel
ok: ftrace is on
ok: cmdline_proc_show can be replaced
/lp/product/patch_cmdline.ko would load
[0]
EOF
check_fails "and nothing was loaded" loaded livepoke
sed 's/cmdline_proc_show/cmdline_proc_shoe/; s/ SMP \(preempt\|mod_unload\)/ SMX \1/; s/license=GPL/license=BSD/; s/seq_puts/seq_putz/; s/seq_write/seq_writz/' \
	"$LP_KO/$P.ko" > /tmp/$P.ko
reports 7 "check: everything wrong at once" livepoke check /tmp/$P.ko
check "the kernel" printed "^problem: its version magic is .*SMX"
check "the licence" printed "^problem: its licence is 'BSD'"
check "a missing symbol" printed "^problem: it needs seq_(putz|writz)"
check "the function" printed "^problem: the kernel has no function cmdline_proc_shoe"
check "how many" printed "would not load: 4 problems"
reports 0 "check: what cannot be known" livepoke check "$A"
check "says so" printed "^warning: .*only loading|when it is loaded"
reports 0 "check: symbols and objects" livepoke check "$LP_KO/lp_test_klp_symbols.ko"
check "a symbol of the kernel" printed "^ok: core_kernel_text can be bound"
check "a variable" printed "^ok: linux_banner can be bound"
check "a symbol of a module that is not there" printed \
	"^warning: module lp_test_target is not loaded: lp_target_second_twin cannot be checked"
check "when it is bound" printed "cure: it is bound when that module is loaded"
check "its function, likewise" printed \
	"^warning: module lp_test_target is not loaded: lp_target_twin cannot be checked"
check "when it is patched" printed "cure: it is patched when that module is loaded"
sed 's/core_kernel_text/core_kernel_tixt/' "$LP_KO/lp_test_klp_symbols.ko" > /tmp/lp_test_klp_symbols.ko
reports 7 "check: a symbol that is not there" livepoke check /tmp/lp_test_klp_symbols.ko
check "says so" printed "^problem: the kernel has no symbol core_kernel_tixt"
reports 7 "check: made by klp-build" livepoke check "$LP_KO/lp_test_klp_rela.ko"
check "says so" printed "^problem: kpatch-build or klp-build made it: it has section .klp.rela.lp_test_ground..text"
sed "s/LIVEPOKE$(printf '\001')/LIVEPOKE$(printf '\002')/" "$LP_KO/$P.ko" > /tmp/$P.ko
reports 7 "check: another ABI" livepoke check /tmp/$P.ko
check "says so" printed "^problem: it was built for ABI 2, this command knows ABI 1"
exits 1 "check: no patch" livepoke check "$LP_KO/lp_test_target.ko"
exits 5 "check: no file" livepoke check /no/such.ko
load livepoke > /dev/null
load lp_test_klp_ipmod > /dev/null
reports 7 "check: redirected by another" livepoke check "$LP_KO/$P.ko"
check "says by whom" printed "cmdline_proc_show is redirected already: .*lp_ipmod"
unload lp_test_klp_ipmod > /dev/null
reports 7 "check: what it uses is not installed" livepoke check "$LP_KO/lp_test_klp_pair.ko"
exits 5 "load: likewise" livepoke load "$LP_KO/lp_test_klp_pair.ko"
check "says what is missing" said "'lp_test_klp_pair' uses the module 'lp_test_target'"
install_modules livepoke lp_test_target
reports 0 "check: it is installed" livepoke check "$LP_KO/lp_test_klp_pair.ko"
exits 0 "load: it comes along" livepoke load "$LP_KO/lp_test_klp_pair.ko"
check "and is loaded" loaded lp_test_target
exits 0 "unload, by a name with a dash" livepoke unload lp-test-klp-pair
unload lp_test_target > /dev/null

golden "list: nothing" livepoke list <<EOF
no patches for kernel $LP_RELEASE
[0]
EOF
golden "install" livepoke install "$LP_KO/$P.ko" <<EOF
patch_cmdline: installed for kernel $LP_RELEASE
[0]
EOF
golden "list" livepoke list <<'EOF'
PATCH                             ACCEPTED  STATE
patch_cmdline                     no        not loaded
[0]
EOF
exits 1 "accept what is not in force" livepoke accept $P
exits 0 "load by name, from the store" livepoke load $P
golden "accept" livepoke accept $P <<'EOF'
patch_cmdline: accepted for boot
! livepoke: there is no systemd here: have 'livepoke restore' run at boot, and 'livepoke came-up' two minutes later
[0]
EOF
exits 0 "block" livepoke block version_proc_show 0
golden "accept all" livepoke accept <<'EOF'
2 accepted for boot
! livepoke: there is no systemd here: have 'livepoke restore' run at boot, and 'livepoke came-up' two minutes later
[0]
EOF
check "the list" grep -qx "block version_proc_show 0" /var/lib/livepoke/accepted
check "the list" grep -qx "patch $P" /var/lib/livepoke/accepted

# As if the machine was booted anew
exits 0 "unload" livepoke unload $P
exits 0 "unblock" livepoke unblock version_proc_show
check "unload livepoke" unload_soon livepoke
golden "restore" livepoke restore <<'EOF'
2 of 2 restored
[0]
EOF
is "the patch works" "$(cat /proc/cmdline)" "$LP_PATCHED_LINE"
is "the block works" "$(cat /proc/version)" ""
is "one boot is counted" "$(cat /var/lib/livepoke/restores)" 1
exits 0 "restore again changes nothing" livepoke restore
exits 0 "nor a third time" livepoke restore
is "that was one boot" "$(cat /var/lib/livepoke/restores)" 1
rm /run/livepoke/restored
exits 0 "a second boot restores" livepoke restore
is "it is counted" "$(cat /var/lib/livepoke/restores)" 2
rm /run/livepoke/restored
check "a third one is skipped" sh -c 'livepoke restore 2>&1 | grep -q "nothing is restored: the machine did not come up"'
reports 7 "status --check tells" livepoke status --check
check "and status" printed "nothing was restored at boot"
reports 7 "so does doctor" livepoke doctor
check "with a cure" printed "cure: when the cause is gone: livepoke came-up"
exits 0 "came-up" livepoke came-up
is "resets the count" "$(cat /var/lib/livepoke/restores)" 0
echo 'frobnicate the kernel' >> /var/lib/livepoke/accepted
exits 1 "a bad line does not stop the others" livepoke restore
check "is named" said "'frobnicate the kernel' .*means nothing"
check "they are restored" printed "2 of 3 restored"
reports 7 "status --check: it is not in force" livepoke status --check
check "it is named" printed "not in force: frobnicate the kernel"

# Two that change one function: the later one wins, whatever their names.
exits 0 "unblock" livepoke unblock version_proc_show
check "which says that it comes back" said "accept --revoke block-version_proc_show"
exits 0 "block what the patch changes" livepoke block cmdline_proc_show 0
is "the block is in force" "$(cat /proc/cmdline)" ""
as_booted()
{
	livepoke unblock cmdline_proc_show > /dev/null 2>&1
	livepoke unload $P > /dev/null 2>&1
	is "nothing is in force" "$(grep -c console /proc/cmdline)" 1
	exits 0 "restore" livepoke restore
	is "the block is in force again" "$(cat /proc/cmdline)" ""
}
exits 0 "accept the upper one" livepoke accept block-cmdline_proc_show
exits 0 "then the lower one" livepoke accept $P
exits 0 "forget the other block" livepoke accept --revoke block-version_proc_show
sed -i /frobnicate/d /var/lib/livepoke/accepted
as_booted
exits 0 "accept both at once" livepoke accept
as_booted
exits 0 "status --check is content" livepoke status --check
golden "list has both" livepoke list <<'EOF'
PATCH                             ACCEPTED  STATE
patch_cmdline                     yes       patched
block-cmdline_proc_show           yes       patched
[0]
EOF
exits 0 "unblock" livepoke unblock cmdline_proc_show
is "the patch is in force" "$(cat /proc/cmdline)" "$LP_PATCHED_LINE"
exits 0 "revoke one" livepoke accept --revoke $P
exits 5 "revoke it again" livepoke accept --revoke $P
exits 0 "revoke all" livepoke accept --revoke
is "nothing is accepted" "$(cat /var/lib/livepoke/accepted)" ""
exits 0 "uninstall" livepoke uninstall $P
exits 5 "uninstall again" livepoke uninstall $P
exits 5 "uninstall a path" livepoke uninstall ../accepted
exits 2 "another kernel's path" livepoke list --kernel=../../x

echo "livepoke: planted 0xffff888012345678 deadbeef 1234567 00:16:3e:ab:cd:ef" > /dev/kmsg
echo "Command line: livepoke.planted=secret" > /dev/kmsg
exits 0 "report" livepoke report --output=/tmp/report
is "is for its owner alone" "$(stat -c %a /tmp/report)" 600
check "has a line of the log, with addresses masked" \
	grep -q 'livepoke: planted 0x\*\{16\} \*\{8\} 1234567 \*\{17\}$' /tmp/report
check_fails "has nothing that was typed at boot" grep -q 'planted=secret' /tmp/report
check "has the patch" grep -q "\"name\": *\"$P\"" /tmp/report
check "has the kernel's log" grep -q "enabling patch '$P'" /tmp/report
check_fails "has no addresses" grep -Eq '0x[0-9a-f]{16}|ffff[0-9a-f]{12}' /tmp/report
exits 1 "report: an existing file is kept" livepoke report --output=/tmp/report

golden "new" livepoke new /tmp/my_fix <<'EOF'
my_fix: edit /tmp/my_fix/my_fix.c, then: livepoke build /tmp/my_fix
[0]
EOF
is "its files" "$(cd /tmp/my_fix && echo *)" "Kbuild Makefile dkms.conf my_fix.c"
check_fails "all is filled in" grep -r '@[A-Z]*@' /tmp/my_fix
exits 1 "new: the directory exists" livepoke new /tmp/my_fix
exits 2 "new: a bad name" livepoke new /tmp/my-fix
exits 2 "new: a bad function" livepoke new /tmp/x --function='f(); g'
exits 1 "build without headers" livepoke build /tmp/my_fix
check "says what to install" said "install the package linux-headers"
exits 5 "build: no such directory" livepoke build /tmp/none
exits 1 "sign without sign-file" livepoke sign "$LP_KO/$P.ko"
exits 1 "sign: no module" livepoke sign /lp/lib.sh

exits 0 "unload" livepoke unload $P
check "unload livepoke" unload_soon livepoke
uninstall_modules
done_testing
