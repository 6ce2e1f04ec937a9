# SPDX-License-Identifier: GPL-2.0-or-later
# bash completion for ivrsctl. Commands, options and their values are read from its --help, devices from sysfs.

# Lines "-s --sysroot DIR|TAR" of a command's options; "-" where there is no letter or value.
_ivrsctl_options()
{
	"$1" "$2" --help 2>/dev/null |
		sed -n -e 's/^  \(-[a-z]\), \(--[a-z-]*\)=\([^ ]*\).*/\1 \2 \3/p;t' \
			-e 's/^  \(-[a-z]\), \(--[a-z-]*\).*/\1 \2 -/p;t' \
			-e 's/^      \(--[a-z-]*\)=\([^ ]*\).*/- \1 \2/p;t' -e 's/^      \(--[a-z-]*\).*/- \1 -/p'
}

_ivrsctl()
{
	local tool=$1 line=${COMP_LINE:0:COMP_POINT} cur option value='' letter name meta head i
	local -a words
	COMPREPLY=()
	cur=${line##*[[:space:]]}
	read -ra words <<<"${line%"$cur"}"

	if ((${#words[@]} == 1)); then
		mapfile -t COMPREPLY < <(compgen -W "--help --version $("$tool" --help 2>/dev/null |
			sed -n 's/^  \([a-z]*\)  *.*/\1/p')" -- "$cur")
		return
	fi

	# The value of --option=VALUE, --option VALUE or -o VALUE.
	option=${words[-1]}
	head=$cur
	if [[ $cur == --*=* ]]; then
		option=${cur%%=*}
		cur=${cur#*=}
	fi
	while read -r letter name meta; do
		[[ $option == "$letter" || $option == "$name" ]] && [[ $meta != - ]] && value=$meta
	done < <(_ivrsctl_options "$tool" "${words[1]}")

	if [[ $value == *[A-Z]* && $value != *[a-z]* ]]; then
		[[ $value == TEXT ]] || mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		compopt -o filenames 2>/dev/null
	elif [[ $value ]]; then
		mapfile -t COMPREPLY < <(compgen -W "${value//|/ }" -- "$cur")
	elif [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_ivrsctl_options "$tool" "${words[1]}" |
			sed 's/.* \(--[^ ]*\) .*/\1/')" -- "$cur")
	elif [[ ${words[1]} == capture ]]; then
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		compopt -o filenames 2>/dev/null
	elif "$tool" "${words[1]}" --help 2>/dev/null | head -n 1 | grep -q DEVICE; then
		mapfile -t COMPREPLY < <(compgen -W "$(ls /sys/bus/pci/devices 2>/dev/null)" -- "$cur")
	fi

	# readline replaces only what stands behind the last : of the word.
	if [[ $head == "$cur" && $cur == *:* && $COMP_WORDBREAKS == *:* ]]; then
		head=${cur%"${cur##*:}"}
		for i in "${!COMPREPLY[@]}"; do
			COMPREPLY[i]=${COMPREPLY[i]#"$head"}
		done
	fi
}

complete -F _ivrsctl ivrsctl
