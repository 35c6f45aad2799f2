cat > /etc/default/etcd.conf << EOL
ETCD_NAME=$(hostname)
ETCD_HEARTBEAT_INTERVAL=300
ETCD_ELECTION_TIMEOUT=3000
EOL

cat > /etc/systemd/system/etcd.service << EOL
[Service]
EnvironmentFile=/etc/default/etcd.conf
ExecStart=/usr/local/bin/etcd
EOL
