import subprocess

subprocess.run(
    ["etcd", "--name=n1", "--heartbeat-interval=500", "--election-timeout=1000"],
    check=True,
)
