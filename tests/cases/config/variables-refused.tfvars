cluster_name            = "example"
etcd_heartbeat_interval = 500
etcd_election_timeout   = 1000
