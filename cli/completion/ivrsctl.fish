# SPDX-License-Identifier: GPL-2.0-or-later
# fish completion for ivrsctl. Commands, options and their values are read from its --help, devices from sysfs.

# Lines "-s --sysroot DIR|TAR" of a command's options; "-" where there is no letter or value.
function __ivrsctl_options
    $argv[1] $argv[2] --help 2>/dev/null |
        sed -n -e 's/^  \(-[a-z]\), \(--[a-z-]*\)=\([^ ]*\).*/\1 \2 \3/p;t' \
            -e 's/^  \(-[a-z]\), \(--[a-z-]*\).*/\1 \2 -/p;t' \
            -e 's/^      \(--[a-z-]*\)=\([^ ]*\).*/- \1 \2/p;t' -e 's/^      \(--[a-z-]*\).*/- \1 -/p'
end

function __ivrsctl_complete
    set -l words (commandline -opc)
    set -l cur (commandline -ct)
    set -l tool $words[1]
    if test (count $words) -eq 1
        printf '%s\n' --help --version
        $tool --help 2>/dev/null | sed -n 's/^  \([a-z]*\)  *\(.*\)/\1\t\2/p'
        return
    end
    set -l option $words[-1]
    set -l head ''
    if string match -q -- '--*=*' $cur
        set option (string split -m 1 = -- $cur)[1]
        set head "$option="
        set cur (string split -m 1 = -- $cur)[2]
    end
    set -l value ''
    for line in (__ivrsctl_options $tool $words[2])
        set -l fields (string split ' ' -- $line)
        if contains -- $option $fields[1..2]
            string match -q -- - $fields[3]; or set value $fields[3]
        end
    end
    if string match -qr -- '^[A-Z|]+$' $value
        test "$value" = TEXT; or for file in (__fish_complete_path $cur)
            printf '%s%s\n' $head $file
        end
    else if test -n "$value"
        for word in (string split '|' -- $value)
            printf '%s%s\n' $head $word
        end
    else if string match -q -- '-*' $cur
        __ivrsctl_options $tool $words[2] | sed 's/.* \(--[^ ]*\) .*/\1/'
    else if test $words[2] = capture
        __fish_complete_path $cur
    else if $tool $words[2] --help 2>/dev/null | head -n 1 | string match -q '*DEVICE*'
        command ls /sys/bus/pci/devices 2>/dev/null
    end
end

complete -c ivrsctl -f -a '(__ivrsctl_complete)'
