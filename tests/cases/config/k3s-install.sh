curl -sfL https://get.example.org | INSTALL_K3S_EXEC="server --cluster-init --etcd-arg=heartbeat-interval=400 --etcd-arg=election-timeout=4000" sh -
