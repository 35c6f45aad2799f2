job "etcd" {
  datacenters = ["dc1"]
  group "etcd" {
    count = 3
    task "etcd" {
      driver = "docker"
      config {
        image = "quay.io/coreos/etcd:v3.4.13"
        command = "/usr/local/bin/etcd"
        args = [
          "--name", "${NOMAD_ALLOC_NAME}",
          "--heartbeat-interval", "300",
          "--election-timeout=3000",
          "--listen-client-urls", "http://0.0.0.0:2379",
        ]
      }
      env {
        ETCD_DATA_DIR = "/alloc/data"
      }
    }
  }
}
