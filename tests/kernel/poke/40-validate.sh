# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# What the validator refuses, with which errno and sentence; nothing that the
# kernel's own kprobe checks refuse is accepted; nothing is written.
# limit: 400
. /lp/lib.sh
. /lp/poke.sh

use test
P=/sys/module/tp_validate/parameters
BREAK=/sys/module/livepoke/parameters/lp_break

# verdict ADDRESS [OLD] - errno and sentence
verdict()
{
	echo "$1 ${2:--}" > $P/check
	cat $P/check
}

# refused DESC ERRNO REASON ADDRESS [OLD] - refused with that errno, and with
# the reason both as answer and in one line of the log
refused()
{
	lp_d=$1 lp_e=$2 lp_r=$3
	shift 3
	log_mark
	lp_v=$(verdict "$@")
	lp_l=$(log_since | grep -c "livepoke: refused to poke .*: .*$lp_r")
	case "$lp_l $lp_v" in
	"1 $lp_e "*"$lp_r"*) ok "refused: $lp_d" ;;
	*) not_ok "refused: $lp_d" "verdict '$lp_v', wanted $lp_e '$lp_r', in $lp_l lines of the log" ;;
	esac
}

accepted()
{
	lp_d=$1
	shift
	is "accepted: $lp_d" "$(verdict "$@")" "0 accepted"
}

# offer ADDRESS NEW - what a batch says of a new instruction: its return value,
# whether the bytes have changed, lines of the log; the site is then released
offer()
{
	log_mark
	pk take at="$1" || { echo "not taken: $(pk_get ret)"; return; }
	pk replace with="$2" || :
	echo "$(pk_get ret) $(pk_get changed) $(log_since | grep -c 'livepoke: cannot poke ')"
	pk drop || echo "not dropped: $(pk_get ret)"
}

# refused_new DESC ERRNO REASON ADDRESS NEW - the same of a new instruction, by
# the way of a poke
refused_new()
{
	log_mark
	is "refused: $1" "$(offer "$4" "$5")" "-$2 0 1"
	check "refused: $1, says the log" log_has "livepoke: cannot poke .*: .*$3"
}

accepted_new() { is "accepted: $1" "$(offer "$2" "$3")" "0 1 0"; }

# symbol NAME - its address; fails if there is none
symbol() { awk -v n="$1" '$3 == n { print $1; found = 1; exit } END { exit !found }' /tmp/symbols; }

# read_sites - the places in tp_validate: NAME=ADDRESS
read_sites()
{
	cat $P/sites > /tmp/sites
	sed -n 's/^\([^ ]*\) t tp_\([a-z0-9]*\)\t\[tp_validate]$/\2=\1/p;
		s/^\([^ ]*\) [tT] __cfi_tp_preamble\t.*/cfi=\1/p' /proc/kallsyms >> /tmp/sites
}

# site NAME - address of a place in tp_validate
site() { sed -n "s/^$1=//p" /tmp/sites | head -n 1; }

# value NAME LINE - of NAME=VALUE in what "random" says
value() { echo "$2" | tr ' ' '\n' | sed -n "s/^$1=//p"; }

# plus ADDRESS N
plus() { printf '%x' $((0x$1 + $2)); }

# caught DESC BREAK ADDRESS - a broken validator accepts what must be refused
caught()
{
	echo "$2" > $BREAK
	is "noticed: $1" "$(verdict "$3")" "0 accepted"
	echo NONE > $BREAK
}

expect 0 "livepoke loads" insmod "$LP_KO/livepoke.ko"
expect 0 "tp_validate loads" insmod "$LP_KO/tp_validate.ko"
expect 0 "tp_poke loads" insmod "$LP_KO/tp_poke.ko"
grep -wE '_stext|_etext|jiffies_64|start_kernel|entry_SYSCALL_64|exc_int3|notify_die|kprobe_int3_handler|hw_breakpoint_exceptions_notify|__rcu_read_lock|rcu_read_unlock_strict|lock_acquire|lock_release|trace_hwlat_callback|trace_osnoise_callback|__x86_return_thunk|__x86_indirect_thunk_rax|poke_validate_sites|poke_trap|poke_slots|ftrace_regs_caller|ftrace_regs_call|ftrace_call|function_trace_call|int_sqrt|vfs_read' /proc/kallsyms > /tmp/symbols
read_sites
nop1=$(site nop1)
nop2=$(site nop2)
nop3=$(site nop3)
nop4=$(site nop4)
nop5=$(site nop5)
nop6=$(site nop6)
nop7=$(site nop7)
nop8=$(site nop8)
nop10=$(site nop10)
cli=$(site cli)
sti=$(site sti)
pushf=$(site pushf)
cfi=$(site cfi)
data=$(site data)
traced=$(site traced)
trampoline=$(site trampoline)
jump_label=$(site jump_label)
static_call=$(site static_call)
bug=$(site bug)
extable=$(site extable)

# what is right
for n in 1 2 3 4 5 6 7 8 10; do
	accepted "a NOP of $n bytes" "$(site nop$n)"
done
accepted "with its old bytes" "$nop5" 0f1f440000
accepted_new "xor for a NOP of two bytes" "$nop2" 31c0
accepted_new "mov \$imm32 for a NOP of five" "$nop5" b878563412
accepted_new "a call for a NOP of five" "$nop5" e800000000
accepted_new "a RIP-relative load for a NOP of seven" "$nop7" 488b0500000000
accepted_new "a shorter instruction, padded" "$nop5" 31c0
accepted_new "a short jump, padded" "$nop5" eb10

# not text that can be poked
refused "address 0" EINVAL "neither kernel nor module text" 0
refused "a user address" EINVAL "neither kernel nor module text" 400000
refused "a non-canonical address" EINVAL "neither kernel nor module text" 8000000000000000
refused "the end of the address space" EINVAL "neither kernel nor module text" ffffffffffffffff
refused "kernel data" EINVAL "neither kernel nor module text" "$(symbol jiffies_64)"
refused "module data" EINVAL "neither kernel nor module text" "$data"
refused "freed init text of the kernel" EINVAL "neither kernel nor module text" "$(symbol start_kernel)"
is "refused: init text of a module" "$(cat $P/init_text)" \
	"EINVAL init text is freed after start-up; poke code that stays"
refused "livepoke" EPERM "livepoke's own text" "$(symbol poke_validate_sites)"
refused "livepoke's handler" EPERM "livepoke's own text" "$(symbol poke_trap)"

# not an instruction, or not the one that was meant
refused "the middle of an instruction" EILSEQ "not the start of an instruction" "$(plus "$nop10" 1)"
refused "other old bytes" ESTALE "does not hold the expected old bytes" "$nop5" b878563412
refused "part of an instruction" EINVAL "of the given length" "$nop5" 0f1f44
refused "more than one instruction" EINVAL "of the given length" "$nop1" 906690
refused_new "several new instructions" 22 "of the given length" "$nop5" 31c0909090
refused_new "a longer new instruction" 22 "of the given length" "$nop2" b878563412
refused_new "a new instruction cut short" 84 "not a valid instruction" "$nop3" 488b05
# The slots lie above the site or below it: one side is out of reach of them
log_mark
far=$(offer "$nop7" 488b05ffffff7f; offer "$nop7" 488b0500000080)
is "refused: an operand out of reach, on one side or the other" \
	"$(echo "$far" | grep -c '^-34 0 1$') $(echo "$far" | grep -c '^0 1 0$')" "1 1"
check "refused: it, says the log" log_has "livepoke: cannot poke .*: .*more than 2 GiB from livepoke's slots"
refused_new "a short jump that padding takes out of reach" 34 "short branch does not reach" "$nop5" eb80

# owned by others
ftrace=$traced
verdict "$ftrace" | grep -q ENDBR && ftrace=$(plus "$traced" 4)
refused "an ftrace site" EBUSY "belongs to ftrace" "$ftrace"
refused "the middle of an ftrace site" EBUSY "belongs to ftrace" "$(plus "$ftrace" 1)"
refused "a static branch" EBUSY "is a static branch" "$jump_label"
refused "a static call" EBUSY "is a static call" "$static_call"
refused "a static-call trampoline" EBUSY "is a static call or its trampoline" "$trampoline"
refused "a WARN() site" EPERM "BUG() or WARN() trap" "$bug"
refused "an instruction whose fault is fixed up" EPERM "fixes it up by its address" "$extable"
refused "a CFI preamble" EPERM "CFI preamble" "$cfi"

# on the way to the handler
refused "entry text" EPERM "entry text" "$(symbol entry_SYSCALL_64)"
refused "noinstr text" EPERM "noinstr text" "$(symbol exc_int3)"
refused "notify_die()" EPERM "kprobe blacklist" "$(symbol notify_die)"
refused "kprobe_int3_handler()" EPERM "kprobe blacklist" "$(symbol kprobe_int3_handler)"
refused "hw_breakpoint_exceptions_notify()" EPERM "on the way to the breakpoint handler and would recurse" \
	"$(plus "$(symbol hw_breakpoint_exceptions_notify)" 9)"
refused "RCU functions of the breakpoint path" EPERM "on the way to the breakpoint handler and would recurse" \
	"$(symbol __rcu_read_lock || symbol rcu_read_unlock_strict)"
refused "ftrace_regs_caller()" EPERM "on the way to the breakpoint handler and would recurse" \
	"$(symbol ftrace_regs_caller)"
for f in ftrace_call ftrace_regs_call; do
	refused "$f(), behind the call" EPERM "on the way to the breakpoint handler and would recurse" \
		"$(plus "$(symbol $f)" 5)"
done
refused "function_trace_call()" EPERM "on the way to the breakpoint handler and would recurse" \
	"$(symbol function_trace_call)"
for f in lock_acquire lock_release trace_hwlat_callback trace_osnoise_callback; do
	at=$(symbol $f) || continue	# not every kernel is built with it
	refused "$f()" EPERM "on the way to the breakpoint handler and would recurse" "$at"
done
refused "the return thunk" EPERM "thunks run on the way" "$(symbol __x86_return_thunk)"
refused "an indirect-branch thunk" EPERM "thunks run on the way" "$(symbol __x86_indirect_thunk_rax)"

# instructions, old and new
refused "old cli" EOPNOTSUPP "reads or changes IF" "$cli"
refused "old sti" EOPNOTSUPP "reads or changes IF" "$sti"
refused "old pushf" EOPNOTSUPP "reads or changes IF" "$pushf"
refused_new "new popf" 95 "reads or changes IF" "$nop1" 9d
refused_new "new hlt" 95 "waits, and in a slot interrupts are off" "$nop1" f4
refused_new "new INT3" 95 "INT3" "$nop1" cc
refused_new "new int1" 95 "raises an interrupt" "$nop1" f1
refused_new "new int 0x80" 95 "raises an interrupt" "$nop2" cd80
refused_new "new ud2" 95 "#UD on purpose" "$nop2" 0f0b
refused_new "new mov to SS" 95 "segment register" "$nop2" 8ed0
refused_new "new wrmsr" 95 "changes processor state" "$nop2" 0f30
refused_new "new mov to CR3" 95 "changes processor state" "$nop3" 0f22d8
refused_new "new iret" 95 "far branches" "$nop2" 48cf
refused_new "new syscall" 95 "far branches" "$nop2" 0f05
refused_new "new vmcall" 95 "sets up a guest" "$nop3" 0f01c1
refused_new "new xbegin" 95 "memory transaction" "$nop6" c7f800000000
refused_new "new rep movsb" 95 "repeated string instruction" "$nop2" f3a4
refused_new "new ENDBR" 95 "ENDBR is where" "$nop4" f30f1efa
refused_new "new 16-bit jump" 95 "branch with a prefix" "$nop6" 66e900000000
refused_new "new call through GS" 95 "FS- or GS-based" "$nop8" 65ff142500000000
refused_new "new EIP-relative load" 95 "truncated to 32 bits" "$nop8" 67488b0500000000

# kprobes
for how in armed disabled; do
	echo "$nop5 $how" > $P/kprobe
	refused "a site with a kprobe, $how" EBUSY "a kprobe is registered" "$nop5"
	echo "$nop4 $how" > $P/kprobe
	refused "four bytes behind a kprobe, $how" EBUSY "a kprobe is registered" "$nop5"
	[ $how = disabled ] || caught "kprobes before a site ignored" VALIDATE_NO_REACH "$nop5"
	echo "$nop3 $how" > $P/kprobe
	accepted "seven bytes behind a kprobe, $how" "$nop5"
	echo off > $P/kprobe
	accepted "the site when the kprobe has gone, $how" "$nop5"
done

# whoever owns breakpoints or text as a whole, and comes at any time
check "a site is taken" pk take at="$nop5"
check "and poked" pk replace with=b878563412
expect 0 "a module of the name lkrg loads" insmod "$LP_KO/lkrg.ko"
refused "any site beside LKRG" EBUSY "LKRG is loaded" "$nop4"
log_mark
pk replace with=b811111111 || :
is "refused: a site taken before LKRG came" "$(pk_get ret) $(pk_get changed)" "-16 0"
check "refused: it, says the log" log_has "livepoke: cannot poke .*: LKRG is loaded"
check "the original instruction is put back all the same" pk drop
echo 1 > /sys/module/livepoke/parameters/allow_lkrg
accepted "beside LKRG, if allowed" "$nop5"
echo 0 > /sys/module/livepoke/parameters/allow_lkrg
expect 0 "it unloads" rmmod lkrg
accepted "the same without it" "$nop5"

# anything
sum=$(grep -wE '_stext|_etext' /tmp/symbols | sort | awk '{ printf " %s", $1 }')
N=$(count 800 10000)
echo "$N$sum" > $P/random
line=$(cat $P/random)
diag "random addresses: $line"
is "random: all were offered" "$(value offered "$line")" "$N"
check "random: some are accepted" [ "$(value accepted "$line")" -ge $((N / 50)) ]
is "random: the kernel's kprobe checks accept them, too" "$(value contradicted "$line")" 0
is "random: nothing was written" "$(value changed "$line")" 0

# broken validators must be noticed by these tests
echo VALIDATE_NO_KERNEL > $BREAK
echo "500$sum" > $P/random
echo NONE > $BREAK
check "noticed: the kernel's kprobes not asked" \
	[ "$(value contradicted "$(cat $P/random)")" -gt 0 ]
caught "instruction boundaries ignored" VALIDATE_NO_KERNEL "$(plus "$nop10" 1)"
caught "exception table ignored" VALIDATE_NO_EXTABLE "$extable"
echo VALIDATE_ANY_TEXT > $BREAK
check "noticed: any memory taken for text" \
	sh -c "echo '0 -' > $P/check; ! grep -q 'neither kernel nor module text' $P/check"
echo NONE > $BREAK

# a site of a module that goes
log_mark
expect 0 "tp_validate unloads" rmmod tp_validate
check "refused: a module that goes" log_has "livepoke: refused to poke .*that holds the site is being unloaded"
expect 0 "tp_poke unloads" rmmod tp_poke
expect 0 "livepoke unloads" rmmod livepoke

# kgdb: livepoke must find the variable when it is loaded
expect 0 "a stand-in for kgdb loads" insmod "$LP_KO/lp_test_kgdb.ko" registered=1
expect 0 "livepoke loads beside it" insmod "$LP_KO/livepoke.ko"
expect 0 "tp_validate loads" insmod "$LP_KO/tp_validate.ko"
read_sites
nop5=$(site nop5)
refused "any site under an active kgdb" EBUSY "active kernel debugger" "$nop5"
echo 0 > /sys/module/lp_test_kgdb/parameters/registered
accepted "the same when it is not active" "$nop5"
unload tp_validate
unload livepoke
unload lp_test_kgdb
done_testing
