#!/bin/sh
# Before a removal; not before an upgrade. The first argument of deb is "remove"
# then, and that of rpm is 0.
set -e
case "$1" in
remove | 0)
  if [ -d /run/systemd/system ]; then
    systemctl disable --now pokey.service
  fi
  ;;
esac
