# one member
docker run -d --name etcd --net=host \
  -e ETCD_ELECTION_TIMEOUT=5000 \
  quay.io/coreos/etcd:v2.3.8 \
  -name node1 \
  -initial-cluster node1=http://10.0.0.1:2380,node2=http://10.0.0.2:2380,node3=http://10.0.0.3:2380 \
  -heartbeat-interval 500
