import subprocess

ETCD = [
    "etcd",
    "--name=n1",
    "--heartbeat-interval=250",
    "--election-timeout=2500",
]

subprocess.run(ETCD, check=True)
