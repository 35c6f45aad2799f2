//! Which containers of a manifest run etcd.

use crate::config::syntax::command::{is_image, is_repository, start_of_etcd};
use crate::gather::Gather;
use crate::search;
use crate::yaml::{Entry, Node, Tree};

/// Of each command that runs etcd the word behind which flags may stand, in all documents.
pub fn commands(tree: &Tree) -> Vec<&Node> {
    let mut found = Vec::new();
    tree.documents.iter().for_each(|root| find_commands(root, 0, &mut found));
    found
}

fn find_commands<'t>(node: &'t Node, depth: usize, found: &mut Vec<&'t Node>) {
    if depth > crate::yaml::MAX_DEPTH {
        return;
    }
    let before = found.len();
    for entry in node.entries() {
        if matches!(entry.name(), "command" | "args") && found.len() == before {
            let words = if entry.value.text().is_some() { std::slice::from_ref(&entry.value) } else { entry.value.items() };
            let runs = |(at, word): &(usize, &Node)| {
                let text = word.text().filter(|text| *at == 0 || text.contains(char::is_whitespace));
                text.and_then(start_of_etcd).is_some()
            };
            found.extend(words.iter().enumerate().find(runs).map(|(_, word)| word));
        }
    }
    if found.len() == before {
        // Only arguments, as for an image that runs etcd by itself.
        let arguments = node.entries().iter().filter(|entry| matches!(entry.name(), "command" | "args"));
        found.extend(arguments.flat_map(|entry| entry.value.items()).find(|word| word.text().is_some_and(is_etcd_argument)));
    }
    if found.len() == before {
        node.entries().iter().for_each(|entry| find_commands(&entry.value, depth + 1, found));
    }
    node.items().iter().for_each(|item| find_commands(item, depth + 1, found));
}

/// The services of docker-compose; in its first form they stand at the root (docs.docker.com/reference/compose-file/legacy-versions).
pub fn services<'t>(tree: &'t Tree, root: &'t Node) -> Option<&'t Node> {
    let is_service = |entry: &Entry| ["image", "build"].iter().any(|key| tree.word(&entry.value, key).is_some());
    let has_own = |entry: &Entry| {
        ["ports", "links", "net", "environment", "volumes_from", "restart"].iter().any(|key| tree.get(&entry.value, key).is_some())
    };
    let first = || root.entries().iter().all(is_service) && root.entries().iter().any(has_own);
    tree.get(root, "services").or_else(|| Some(root).filter(|_| first()))
}

/// The containers whose image is etcd's, where none of them has a command: the services of docker-compose, or any.
pub fn containers_without_command(tree: &Tree) -> Option<Vec<&Node>> {
    let services = tree.documents.iter().filter_map(|root| services(tree, root)).flat_map(Node::entries);
    let (mut found, mut level) = (Vec::new(), services.map(|service| &service.value).gather());
    let compose = !level.is_empty();
    if !compose {
        level = tree.documents.iter().gather();
    }
    while let Some(node) = level.pop() {
        if tree.word(node, "image").is_some_and(is_image) {
            if has_command(tree, node) {
                return None;
            }
            found.push(node);
        }
        if !compose {
            level.extend(node.items().iter().chain(node.entries().iter().map(|entry| &entry.value)));
        }
    }
    Some(found)
}

/// Whether a container runs something else than its image says.
pub fn has_command(tree: &Tree, container: &Node) -> bool {
    ["command", "args", "entrypoint"].iter().any(|key| tree.get(container, key).is_some())
}

/// The values of a chart whose image is etcd's.
pub fn is_chart(tree: &Tree, node: &Node) -> bool {
    tree.at(node, &["image", "repository"]).and_then(Node::text).is_some_and(is_repository)
}

/// Whether a word is one of the flags that no program but etcd has.
pub fn is_etcd_argument(text: &str) -> bool {
    let name = text.trim_start_matches('-').split('=').next().unwrap_or("");
    text.starts_with('-')
        && text.contains('=')
        && ["initial-", "listen-peer-", "listen-client-", "advertise-client-"].iter().any(|lead| name.starts_with(lead))
}

/// A container that runs etcd's proxy, which takes no part in elections.
pub fn is_proxy(container: &Node) -> bool {
    let commands = container.entries().iter().filter(|entry| matches!(entry.name(), "command" | "args"));
    commands.flat_map(|entry| entry.value.items()).filter_map(Node::text).any(|word| search::has(word, "grpc-proxy"))
}
