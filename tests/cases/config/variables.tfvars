# Variables of a module that starts etcd.
cluster_name            = "example"
etcd_heartbeat_interval = 250
etcd_election_timeout   = 2500
