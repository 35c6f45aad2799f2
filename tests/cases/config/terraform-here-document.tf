resource "aws_launch_configuration" "core" {
  image_id      = "${data.aws_ami.coreos.id}"
  instance_type = "m3.large"
  user_data = <<-USERDATA
    #cloud-config
    coreos:
      etcd2:
        discovery: ${var.discovery_url}
        heartbeat-interval: 300
        election-timeout: 3000
        advertise-client-urls: http://$private_ipv4:2379
      fleet:
        metadata: "role=worker,az=${var.az}"
        etcd-request-timeout: 3
      units:
        - name: etcd2.service
          command: start
        - name: fleet.service
          command: start
  USERDATA
}
