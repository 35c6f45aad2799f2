//! What a daemon is given: its variables and flags, and what they tell of the cluster.

use std::ops::Range;

use super::{Builder, Home, MOST_CLAIMS};
use crate::config::configuration::Source;
use crate::config::meaning::{keys, scalar};
use crate::{search, template};

impl Builder<'_> {
    /// `NAME=value` in the environment of a daemon; `span` has the value.
    pub fn variable(&mut self, name: &str, value: &str, span: Range<usize>, home: Home) {
        self.fact_of_variable(name, value);
        // There is one for it from 3.4 on (etcd-io/etcd@v3.4.0:etcdmain/config.go:131).
        if name == "ETCD_CONFIG_FILE" {
            self.starts_with_file(&home.unit, value);
        }
        match keys::of_variable(name) {
            Some(meant) => self.claim(meant, span, scalar::daemon(meant.0, value), home),
            None => self.misspelt_variable(name, span),
        }
    }

    /// A flag that etcd is started with; `span` has the value.
    pub fn flag(&mut self, name: &str, value: &str, span: Range<usize>, home: Home) {
        self.fact_of_flag(name, value);
        if name == "config-file" {
            self.starts_with_file(&home.unit, value);
        }
        match keys::of_key(name) {
            Some(meant) if meant.0.is_etcd() => {
                self.claim(meant, span, scalar::daemon(meant.0, value), home);
                self.misspelt_flag(name);
            }
            Some(_) => {}
            None => self.unknown_flag(name, span),
        }
    }

    /// In a unit or a process etcd has a file of its own.
    pub fn starts_with_file(&mut self, unit: &str, file: &str) {
        if !file.is_empty() && self.with_files.len() < MOST_CLAIMS {
            self.cluster.own_file = Some(file.to_owned());
            self.with_files.push(unit.to_owned());
        }
    }

    /// What a flag of etcd, or a key of its file, says about the cluster.
    pub fn fact_of_flag(&mut self, name: &str, value: &str) {
        self.fact_of_variable(&format!("ETCD_{}", name.replace('-', "_").to_ascii_uppercase()), value);
    }

    /// What a variable says about the cluster.
    pub fn fact_of_variable(&mut self, name: &str, value: &str) {
        let template = template::fills(value);
        match name {
            "ETCD_INITIAL_CLUSTER" if !template && value.contains('=') && !value.contains(['%', '{', '$']) => {
                let named = value.split(',').filter(|member| member.contains('=')).count();
                self.cluster.members = Some(named as u32);
            }
            "ETCD_DISCOVERY" => {
                let size =
                    search::split(value, "size=").and_then(|(_, size)| size.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok());
                self.cluster.members = self.cluster.members.or(size);
            }
            "ETCD_PROXY" if matches!(value, "on" | "readonly") => {
                self.cluster.proxy = true;
                if self.proxies.len() < MOST_CLAIMS {
                    self.proxies.push(self.process.clone());
                }
            }
            "FLEET_ETCD_SERVERS" if !value.is_empty() => {
                self.cluster.fleet_endpoints = Some(value.split(',').filter(|part| !part.trim().is_empty()).count() as u32);
            }
            "ETCD_IMAGE_TAG" | "ETCD_ETCD_VERSION" => self.version(value),
            "ETCD_PRE_VOTE" => self.cluster.pre_vote = value.parse().ok(),
            _ => {}
        }
        self.cluster.has_etcd |= name.starts_with("ETCD_")
            && matches!(&name[5..], "NAME" | "DATA_DIR" | "LISTEN_PEER_URLS" | "INITIAL_CLUSTER" | "LISTEN_CLIENT_URLS");
        self.cluster.has_fleet |= name.starts_with("FLEET_");
        if matches!(name, "ETCD_INITIAL_CLUSTER" | "ETCD_LISTEN_PEER_URLS" | "ETCD_LISTEN_CLIENT_URLS" | "ETCD_ADVERTISE_CLIENT_URLS") {
            self.is_etcd_2();
        }
        self.image(value);
    }

    /// The etcd that it sets up is not 0.4. A cloud-config may set up both.
    pub fn is_etcd_2(&mut self) {
        self.cluster.names_etcd_2 |= self.source != Source::CloudConfig;
    }

    /// `.../etcd:v2.3.8` anywhere in a value.
    pub fn image(&mut self, value: &str) {
        let mut rest = value;
        while let Some((_, after)) = search::split(rest, "etcd:") {
            let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-')));
            self.version(&after[..end.unwrap_or(after.len())]);
            rest = after;
        }
    }

    /// The version of etcd, where it is one.
    pub fn version(&mut self, text: &str) {
        let text = text.trim().trim_start_matches('v');
        if text.starts_with(|c: char| c.is_ascii_digit()) && text.contains('.') {
            self.cluster.etcd_version = Some(text.to_owned());
        }
    }
}
