#!/bin/bash
# starts the member of this machine
export ETCD_HEARTBEAT_INTERVAL=250
ELECTION=2500
exec /usr/local/bin/etcd --name blue-1 --data-dir /var/lib/etcd --election-timeout "$ELECTION"
