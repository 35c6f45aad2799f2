//! Keys to positions: one map for the whole engine.
//!
//! A map of the standard library is compiled anew for every type of key and value. Where many events
//! are gathered by a key, their values stand in a plain list, and this one map knows the positions.

/// Numbers keys from 0 in the order in which they first come.
#[derive(Clone, Default)]
pub struct Index {
    keys: Vec<i64>,
    /// A hash table of numbers plus one, zero where it is free; at most half full.
    table: Vec<usize>,
}

impl Index {
    /// The number of this key; a new key gets the next one.
    pub fn position(&mut self, key: i64) -> usize {
        if self.table.len() <= 2 * self.keys.len() {
            self.table = vec![0; 4 * self.keys.len() + 4];
            for number in 0..self.keys.len() {
                let at = self.slot(self.keys[number]);
                self.table[at] = number + 1;
            }
        }
        let at = self.slot(key);
        if self.table[at] == 0 {
            self.keys.push(key);
            self.table[at] = self.keys.len();
        }
        self.table[at] - 1
    }

    /// The number of this key, where it has one.
    pub fn find(&self, key: i64) -> Option<usize> {
        if self.keys.is_empty() { None } else { self.table[self.slot(key)].checked_sub(1) }
    }

    /// Where in the table this key stands, or would stand.
    fn slot(&self, key: i64) -> usize {
        // Fibonacci hashing: the upper half of a product with 2^64 / the golden ratio.
        let hash = (key as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        let mut at = hash as usize % self.table.len();
        while self.table[at] != 0 && self.keys[self.table[at] - 1] != key {
            at = (at + 1) % self.table.len();
        }
        at
    }

    /// Whether this key comes for the first time.
    pub fn is_new(&mut self, key: i64) -> bool {
        let known = self.keys.len();
        self.position(key) == known
    }
}

/// A key of a text: FNV-1a, of 64 bits.
pub fn key(text: &str) -> i64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325_u64 as i64, |key, byte| joined(key, i64::from(byte)))
}

/// One key of a key and what follows.
pub fn joined(key: i64, next: i64) -> i64 {
    (key ^ next).wrapping_mul(0x0100_0000_01b3)
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
        for key in 0..1000 {
            let position = index.position(key << 32);
            assert_eq!(index.find(key << 32), Some(position));
        }
        assert_eq!((index.position(7), index.find(1 << 60)), (0, None));
    }
}
