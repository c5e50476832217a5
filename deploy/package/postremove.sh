#!/bin/sh
# After a removal. Rooms and the master secret stay, unless a deb is purged.
set -e
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
fi
if [ "$1" = purge ]; then
  rm -rf /var/lib/private/pokey /var/lib/pokey # the latter is systemd's link to it
fi
