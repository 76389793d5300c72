# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Completion of livepoke(8) for bash.

_livepoke_patches()
{
	local dir

	for dir in /sys/kernel/livepoke/*/enabled; do
		[ -e "$dir" ] && basename "${dir%/enabled}"
	done
	ls /sys/module/livepoke/holders 2>/dev/null
}

_livepoke_blocked()
{
	local dir

	for dir in "${LIVEPOKE_ROOT:-}"/sys/kernel/livepoke/block-*; do
		[ -e "$dir" ] && echo "${dir#*/block-}"
	done
}

_livepoke_stored()
{
	local file

	for file in "/var/lib/livepoke/patches/$(uname -r)"/*.ko; do
		[ -e "$file" ] && basename "$file" .ko
	done
}

_livepoke_commands()
{
	livepoke --help 2>/dev/null | sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p'
}

_livepoke()
{
	local cur=${COMP_WORDS[COMP_CWORD]} cword=$COMP_CWORD words=("${COMP_WORDS[@]}") cmd

	# A function of a module is one word, though it has a colon.
	! declare -F _get_comp_words_by_ref >/dev/null || _get_comp_words_by_ref -n : cur cword words
	cmd=${words[1]}
	COMPREPLY=()
	if [ "$cword" = 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_livepoke_commands) --help --version" -- "$cur")
		return
	fi
	case $cur in
	-*)
		mapfile -t COMPREPLY < <(compgen -W "$(livepoke "$cmd" --help 2>/dev/null |
			grep -o -- '--[a-z-]*=\?')" -- "$cur")
		return
		;;
	esac
	case $cmd in
	unload|disable|blockers|force|status)
		mapfile -t COMPREPLY < <(compgen -W "$(_livepoke_patches)" -- "$cur")
		;;
	unblock)
		mapfile -t COMPREPLY < <(compgen -W "$(_livepoke_blocked)" -- "$cur")
		;;
	uninstall|accept)
		mapfile -t COMPREPLY < <(compgen -W "$(_livepoke_stored) $(_livepoke_patches)" -- "$cur")
		;;
	load|enable)
		mapfile -t COMPREPLY < <(compgen -W "$(_livepoke_stored)" -- "$cur"
			compgen -f -X '!*.ko' -- "$cur"; compgen -d -- "$cur")
		;;
	check|sign|install)
		mapfile -t COMPREPLY < <(compgen -f -X '!*.ko' -- "$cur"; compgen -d -- "$cur")
		;;
	build)
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		;;
	esac
	! declare -F __ltrim_colon_completions >/dev/null || __ltrim_colon_completions "$cur"
}
complete -o filenames -F _livepoke livepoke
