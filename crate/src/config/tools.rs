//! What runs etcd beside systemd and Kubernetes, and how it is told to start etcd anew.

/// Such a program.
#[derive(Debug, PartialEq, Eq)]
pub struct Tool {
    /// What there is to know before, in sentences.
    pub before: &'static str,
    /// Starts a member anew.
    pub restart: &'static str,
    /// Prints what a member logged.
    pub log: &'static str,
    /// How etcdctl is called.
    pub ctl: &'static str,
}

/// docs.docker.com/reference/cli/docker/container: a container has the command and the variables that it was made with.
pub static DOCKER: Tool = Tool {
    before: "A container keeps the command that it was made with, and an image its variables: build the image anew where they stand in it. See that the container's data lies in a volume, remove it, and run the corrected command in its place, one member after the other.",
    restart: "docker stop NAME && docker rm NAME",
    log: "docker logs NAME 2>&1",
    ctl: "docker exec NAME etcdctl",
};

/// docs.docker.com/reference/cli/docker/compose/up: a service whose configuration changed is made anew.
pub static COMPOSE: Tool = Tool {
    before: "A service has its new values when it is brought up again, as below.",
    restart: "docker compose up -d SERVICE",
    log: "docker compose logs -t SERVICE",
    ctl: "docker compose exec SERVICE etcdctl",
};

/// docs.docker.com/reference/cli/docker/stack/deploy and docs.docker.com/reference/compose-file/deploy, update_config.
pub static SWARM: Tool = Tool {
    before: "A stack starts all services anew that have changed: deploy it with the change of one member after the other, and see that a service of several tasks has update_config with parallelism: 1.",
    restart: "docker stack deploy -c FILE STACK",
    log: "docker service logs -t SERVICE",
    ctl: "docker exec CONTAINER etcdctl",
};

/// rancher.com/docs/os/v1.x/en/system-services/custom-system-services
pub static RANCHER_OS: Tool = Tool {
    before: "RancherOS makes a service of its cloud-config when a machine boots; where it runs, bring it up again, as below.",
    restart: "sudo ros service up -d SERVICE",
    log: "sudo ros service logs SERVICE",
    ctl: "docker exec SERVICE etcdctl",
};

/// kops.sigs.k8s.io/operations/updates_and_upgrades, and kops.sigs.k8s.io/etcd/manager for its log.
pub static KOPS: Tool = Tool {
    before: "kops hands it to the machines when it updates the cluster, and a rolling update makes one control-plane machine after the other anew, as below.",
    restart: "kops replace -f FILE && kops update cluster --yes && kops rolling-update cluster --yes",
    log: "sudo cat /var/log/etcd.log",
    ctl: "etcdctl",
};

/// docs.aws.amazon.com/AmazonECS/latest/developerguide/update-service-console-v2.html
pub static ECS: Tool = Tool {
    before: "Register it as a new revision of the task definition, and let the service of one member after the other take it, as below.",
    restart: "aws ecs update-service --cluster CLUSTER --service SERVICE --task-definition FAMILY",
    log: "aws logs tail GROUP",
    ctl: "etcdctl",
};

/// developer.hashicorp.com/nomad/docs/job-specification/update
pub static NOMAD: Tool = Tool {
    before: "Nomad starts the tasks of a changed job anew: see that its update block has max_parallel = 1.",
    restart: "nomad job run FILE",
    log: "nomad alloc logs -stderr ALLOCATION",
    ctl: "nomad alloc exec ALLOCATION etcdctl",
};

/// supervisord.org/running.html, "supervisorctl Actions": `update` restarts what has changed.
pub static SUPERVISOR: Tool = Tool {
    before: "supervisord starts a program with its new settings when it is updated, as below.",
    restart: "sudo supervisorctl update",
    log: "sudo supervisorctl tail -100000 etcd stderr",
    ctl: "etcdctl",
};

/// service(8) of FreeBSD and Debian, rc-service(8) of OpenRC, sv(8) of runit.
pub static SERVICE: Tool = Tool {
    before: "It applies when the service is started anew, as below.",
    restart: "sudo service etcd restart || sudo rc-service etcd restart || sudo sv restart etcd",
    log: "cat /var/log/etcd*",
    ctl: "etcdctl",
};

/// mattn/goreman, ddollar/foreman: a Procfile is read when its runner starts.
pub static PROCFILE: Tool = Tool {
    before: "The runner of a Procfile (goreman, foreman) reads it when it starts, and starts all its processes: end it and start it again.",
    restart: "goreman start",
    log: "cat FILE",
    ctl: "etcdctl",
};

/// docs.sensu.io, "Backend reference": the backend runs an etcd of its own.
pub static SENSU: Tool = Tool {
    before: "Sensu's backend runs etcd and reads the file when it starts: start one backend after the other anew, as below.",
    restart: "sudo systemctl restart sensu-backend",
    log: "journalctl -u sensu-backend --since today",
    ctl: "etcdctl",
};

/// canonical/microk8s: `microk8s-resources/default-args/etcd`, and the snap's services.
pub static MICROK8S: Tool = Tool {
    before: "The snap reads its arguments of etcd when that is started, as below.",
    restart: "sudo snap restart microk8s.daemon-etcd",
    log: "journalctl -u snap.microk8s.daemon-etcd --since today",
    ctl: "etcdctl",
};
