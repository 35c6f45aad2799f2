#!/bin/bash
# starts the member of this machine
ETCD_HEARTBEAT_INTERVAL=250
ETCD_ELECTION_TIMEOUT=2500
exec /usr/local/bin/etcd --name blue-1 --data-dir /var/lib/etcd
