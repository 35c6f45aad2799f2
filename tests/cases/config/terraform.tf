module "gateway" {
  source                     = "./machine"
  fleet_agent_ttl            = "90s" # was 30s
  fleet_etcd_request_timeout = "4.0"
}

module "worker" {
  source                     = "./machine"
  fleet_agent_ttl            = var.worker_ttl
}

variable "etcd_election_timeout" {
  default = "4000"
}
