{ config, pkgs, ... }:
{
  services.etcd = {
    enable = true;
    name = "node1";
    listenPeerUrls = [ "https://10.0.0.1:2380" ];
    initialCluster = [ "node1=https://10.0.0.1:2380" "node2=https://10.0.0.2:2380" "node3=https://10.0.0.3:2380" ];
    extraConf = {
      HEARTBEAT_INTERVAL = "500";
      ELECTION_TIMEOUT = "5000";
      "UNSUPPORTED_ARCH" = "arm64";
    };
  };
}
