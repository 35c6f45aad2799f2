//! How a value is written in the file that it stands in, and where none is read.

use crate::config::meaning::scalar;
use crate::config::{Configuration, Setting, of_kernel};
use crate::search;
use crate::text::BYTE_ORDER_MARK;
use crate::units::parse_go_duration;

/// Where kops lists its clusters of etcd, each with timers of its own.
pub const KOPS: &str = "etcdClusters";

/// What `systemctl show`, `journalctl -o verbose`, `kubectl describe pod`, `docker inspect` and the kernel print.
pub fn is_printed(text: &str) -> bool {
    of_kernel(text)
        || search::any(text, &["argv[]=", "(ignore_errors=", " _CMDLINE=", "\n_CMDLINE="])
        || search::has(text, "Container ID:") && search::has(text, "Restart Count:")
        || text.trim_start_matches(BYTE_ORDER_MARK).starts_with('[') && search::has(text, "\"Config\":")
}

/// The value is not what its bytes say: they are encoded as a whole.
pub fn is_sealed(setting: &Setting) -> bool {
    let Some(value) = setting.value else { return false };
    let bare = setting.raw.trim_matches(['"', '\'']);
    if reads_units(setting) {
        return false;
    }
    let read = scalar::daemon(setting.parameter, bare).value;
    let number = scalar::yaml_number(bare).map(|number| number * if setting.parameter.is_etcd() { 1e3 } else { 1e6 });
    read != Some(value) && number.is_none_or(|number| (number - value as f64).abs() > 1e3)
}

/// The value stands with its unit, and its reader takes it so: kops, `heartbeatInterval: 100ms`.
pub fn reads_units(setting: &Setting) -> bool {
    parse_go_duration(setting.raw.trim_matches(['"', '\''])).is_ok_and(|read| read > 0 && setting.value == Some(read))
}

/// The file of its own that etcd is started with, where nothing else can set its timers.
pub fn own_file(configuration: &Configuration) -> Option<&str> {
    let acts = |setting: &Setting| setting.effective && setting.parameter.is_etcd();
    configuration.cluster.own_file.as_deref().filter(|_| !configuration.settings.iter().any(acts))
}
