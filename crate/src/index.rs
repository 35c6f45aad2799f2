//! Keys to positions: one map for the whole engine.
//!
//! A map of the standard library is compiled anew for every type of key and value. Where many events
//! are gathered by a key, their values stand in a plain list, and this one map knows the positions.

use std::collections::BTreeMap;

/// Numbers keys from 0 in the order in which they first come.
#[derive(Default)]
pub struct Index(BTreeMap<i64, usize>);

impl Index {
    /// The number of this key; a new key gets the next one.
    pub fn position(&mut self, key: i64) -> usize {
        let next = self.0.len();
        *self.0.entry(key).or_insert(next)
    }

    /// The number of this key, where it has one.
    pub fn find(&self, key: i64) -> Option<usize> {
        self.0.get(&key).copied()
    }

    /// Whether this key comes for the first time.
    pub fn is_new(&mut self, key: i64) -> bool {
        let known = self.0.len();
        self.position(key) == known
    }
}

/// The entry of `list` at `at`, made empty where the list ends just before.
pub fn slot<T: Default>(list: &mut Vec<T>, at: usize) -> &mut T {
    if at == list.len() {
        list.push(T::default());
    }
    &mut list[at]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keys_as_they_come() {
        let mut index = Index::default();
        assert_eq!([7, -1, 7, 3].map(|key| index.position(key)), [0, 1, 0, 2]);
        assert_eq!((index.find(-1), index.find(4)), (Some(1), None));
        assert_eq!([3, 4].map(|key| index.is_new(key)), [false, true]);
    }
}
