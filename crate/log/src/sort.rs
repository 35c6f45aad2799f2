//! One stable sort for every list.
//!
//! The standard library compiles its sort anew for every element type and key; over the whole engine
//! that came to a tenth of the download. This one sorts positions, is compiled once, and asks the list
//! to compare and to swap. It is a merge sort: at most `n log2 n` comparisons for any input.

use crate::gather::Gather;

/// Sorts by a key; equal keys keep their order.
pub fn by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    arrange(&mut Sorted { items, less: |items, a, b| key(&items[a]) < key(&items[b]) });
}

/// Sorts by keys that stand in another list, in the same order; equal keys keep their order.
pub fn by_keys<T, K: Ord>(items: &mut [T], keys: &[K]) {
    arrange(&mut Sorted { items, less: |_, a, b| keys[a] < keys[b] });
}

/// Sorts values that are their own key.
pub fn sort<T: Ord>(items: &mut [T]) {
    arrange(&mut Sorted { items, less: |items, a, b| items[a] < items[b] });
}

/// The values sorted, each once.
pub fn distinct<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    once_each(items.into_iter().gather())
}

// Compiled once for each type of item.
#[inline(never)]
fn once_each<T: Ord>(mut items: Vec<T>) -> Vec<T> {
    sort(&mut items);
    items.dedup();
    items
}

/// Sorts by key and puts together what has the same key, in its old order.
pub fn groups<K: Ord, T>(mut items: Vec<(K, T)>) -> Vec<(K, Vec<T>)> {
    arrange(&mut Sorted { items: &mut items, less: |items, a, b| items[a].0 < items[b].0 });
    let mut groups: Vec<(K, Vec<T>)> = Vec::new();
    for (key, item) in items {
        match groups.last_mut() {
            Some((last, group)) if *last == key => group.push(item),
            _ => groups.push((key, vec![item])),
        }
    }
    groups
}

/// The value at `at` of the sorted list; the list is left in another order (Hoare's selection).
pub fn nth(values: &mut [i64], at: usize) -> i64 {
    let (mut first, mut end) = (0, values.len());
    while first + 1 < end {
        let pivot = values[first + (end - first) / 2];
        let (mut left, mut right) = (first, end);
        while left < right {
            while values[left] < pivot {
                left += 1;
            }
            while values[right - 1] > pivot {
                right -= 1;
            }
            if left < right {
                values.swap(left, right - 1);
                left += 1;
                right -= 1;
            }
        }
        // Before `right` stand values up to the pivot, from `left` on the others; between them, the pivot.
        match at {
            _ if at < right => end = right,
            _ if at >= left => first = left,
            _ => break,
        }
    }
    values[at]
}

/// A list and its order, as far as a sort has to know them.
trait List {
    fn len(&self) -> usize;
    fn less(&self, a: usize, b: usize) -> bool;
    fn swap(&mut self, a: usize, b: usize);
}

struct Sorted<'a, T, F: Fn(&[T], usize, usize) -> bool> {
    items: &'a mut [T],
    less: F,
}

impl<T, F: Fn(&[T], usize, usize) -> bool> List for Sorted<'_, T, F> {
    fn len(&self) -> usize {
        self.items.len()
    }

    fn less(&self, a: usize, b: usize) -> bool {
        (self.less)(self.items, a, b)
    }

    fn swap(&mut self, a: usize, b: usize) {
        self.items.swap(a, b);
    }
}

/// The positions in sorted order.
fn order(list: &dyn List) -> Vec<usize> {
    let count = list.len();
    let mut from: Vec<usize> = (0..count).gather();
    let mut to = from.clone();
    let mut width = 1;
    while width < count {
        for start in (0..count).step_by(2 * width) {
            let (middle, end) = ((start + width).min(count), (start + 2 * width).min(count));
            merge(&from[start..end], middle - start, &mut to[start..end], list);
        }
        std::mem::swap(&mut from, &mut to);
        width *= 2;
    }
    from
}

/// Merges `from[..middle]` and `from[middle..]`, both sorted, into `to`.
fn merge(from: &[usize], middle: usize, to: &mut [usize], list: &dyn List) {
    let (mut left, mut right) = (0, middle);
    for slot in to {
        let take_right = left == middle || right < from.len() && list.less(from[right], from[left]);
        let next = if take_right { &mut right } else { &mut left };
        *slot = from[*next];
        *next += 1;
    }
}

/// Sorts by swaps along the cycles of the sorted order.
#[inline(never)]
fn arrange(list: &mut dyn List) {
    // Most lists come in order, as a log does.
    if (1..list.len()).all(|at| !list.less(at, at - 1)) {
        return;
    }
    let mut order = order(list);
    for start in 0..order.len() {
        let mut at = start;
        loop {
            let next = std::mem::replace(&mut order[at], at);
            if next == start || next == at {
                break;
            }
            list.swap(at, next);
            at = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::dice;

    #[test]
    fn sorts_as_the_standard_library_does_and_keeps_equals_in_order() {
        let mut state = 7;
        for length in (0..40).chain([255, 256, 257, 1000]) {
            let items: Vec<(i64, usize)> = (0..length).map(|at| (dice(&mut state, 9) as i64, at)).collect();
            let (mut ours, mut theirs) = (items.clone(), items);
            by_key(&mut ours, |item| item.0);
            theirs.sort_by_key(|item| item.0);
            assert_eq!(ours, theirs);
            sort(&mut ours);
            theirs.sort_unstable();
            assert_eq!(ours, theirs);
        }
    }

    #[test]
    fn finds_what_a_sort_would_put_there() {
        let mut state = 8;
        for length in 1..60 {
            let mut values: Vec<i64> = (0..length).map(|_| dice(&mut state, 20) as i64).collect();
            let mut sorted = values.clone();
            sorted.sort_unstable();
            for (at, value) in sorted.iter().enumerate() {
                assert_eq!(nth(&mut values, at), *value);
            }
        }
    }

    #[test]
    fn gathers() {
        assert_eq!(distinct(["b", "a", "b"]), ["a", "b"]);
        assert_eq!(groups(vec![("b", 1), ("a", 2), ("b", 3)]), [("a", vec![2]), ("b", vec![1, 3])]);
    }
}
