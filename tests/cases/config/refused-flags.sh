#!/bin/sh
etcd --name blue-1 \
  --heartbeat-interval 500 \
  --election-timeout 2000 \
  --data-dir /var/lib/etcd
