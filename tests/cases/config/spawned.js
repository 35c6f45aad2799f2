const args = [
  '--name', 'n1',
  '--heartbeat-interval', '300',
  '--election-timeout', '3000',
];
spawn('etcd', args);
