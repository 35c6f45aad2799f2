job "etcd" {
  datacenters = ["dc1"]
  group "etcd" {
    count = 3
    task "etcd" {
      driver = "docker"
      config {
        image = "quay.io/coreos/etcd:v3.5.0"
        command = "etcd"
        args = [
          "--name=etcd-${NOMAD_ALLOC_INDEX}",
          "--heartbeat-interval=200",
          "--election-timeout=2000",
        ]
      }
    }
  }
}
