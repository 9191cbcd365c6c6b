# Part of scripts that run on a host.
#
# Sets `boot` to a text that is another one for each start of the host; empty where it does not tell. No program is started for it but on
# macOS. Containers have the identity of the machine that they run on, so their first process counts, too.
which_boot() {
  boot=
  if [ -r /proc/sys/kernel/random/boot_id ]; then
    read -r boot </proc/sys/kernel/random/boot_id
    if [ -r /proc/1/stat ] && read -r first </proc/1/stat; then
      # Its name may hold anything; the 20th word behind it is when it began.
      set -- ${first##*) }
      boot="$boot ${20-}"
    fi
  elif [ "$(uname -s)" = Darwin ]; then
    boot=$(sysctl -n kern.bootsessionuuid 2>/dev/null)
  fi
}
