#!/bin/sh
# Runs after an installation or an upgrade, for deb and rpm. The service is neither
# enabled nor started, because it needs settings in /etc/pokey/pokey.env first.
set -e
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  systemctl try-restart pokey.service
fi
