const { spawn } = require('child_process');

const etcd = spawn('etcd', [
  '--name',
  'node1',
  '--heartbeat-interval',
  '200',
  '--election-timeout',
  '1000',
  '--data-dir',
  '/tmp/etcd',
]);
