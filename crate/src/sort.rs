//! One stable sort for every list.
//!
//! The standard library compiles its sort anew for every element type and key; over the whole engine
//! that came to a tenth of the download. This one sorts positions, is compiled once, and asks two small
//! closures to compare and to swap. It is a merge sort: at most `n log2 n` comparisons for any input.

/// Sorts by a key; equal keys keep their order.
pub fn by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    let order = order(items.len(), &mut |a, b| key(&items[a]) < key(&items[b]));
    arrange(order, &mut |a, b| items.swap(a, b));
}

/// Sorts by keys that stand in another list, in the same order; equal keys keep their order.
pub fn by_keys<T, K: Ord>(items: &mut [T], keys: &[K]) {
    let order = order(items.len(), &mut |a, b| keys[a] < keys[b]);
    arrange(order, &mut |a, b| items.swap(a, b));
}

/// Sorts values that are their own key.
pub fn sort<T: Ord>(items: &mut [T]) {
    let order = order(items.len(), &mut |a, b| items[a] < items[b]);
    arrange(order, &mut |a, b| items.swap(a, b));
}

/// The values sorted, each once.
pub fn distinct<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.into_iter().collect();
    sort(&mut items);
    items.dedup();
    items
}

/// Sorts by key and puts together what has the same key, in its old order.
pub fn groups<K: Ord, T>(mut items: Vec<(K, T)>) -> Vec<(K, Vec<T>)> {
    let order = order(items.len(), &mut |a, b| items[a].0 < items[b].0);
    arrange(order, &mut |a, b| items.swap(a, b));
    let mut groups: Vec<(K, Vec<T>)> = Vec::new();
    for (key, item) in items {
        match groups.last_mut() {
            Some((last, group)) if *last == key => group.push(item),
            _ => groups.push((key, vec![item])),
        }
    }
    groups
}

/// The positions in sorted order.
#[inline(never)]
fn order(count: usize, less: &mut dyn FnMut(usize, usize) -> bool) -> Vec<usize> {
    let mut from: Vec<usize> = (0..count).collect();
    let mut to = from.clone();
    let mut width = 1;
    while width < count {
        for start in (0..count).step_by(2 * width) {
            let (middle, end) = ((start + width).min(count), (start + 2 * width).min(count));
            merge(&from[start..end], middle - start, &mut to[start..end], less);
        }
        std::mem::swap(&mut from, &mut to);
        width *= 2;
    }
    from
}

/// Merges `from[..middle]` and `from[middle..]`, both sorted, into `to`.
fn merge(from: &[usize], middle: usize, to: &mut [usize], less: &mut dyn FnMut(usize, usize) -> bool) {
    let (mut left, mut right) = (0, middle);
    for slot in to {
        let take_right = left == middle || right < from.len() && less(from[right], from[left]);
        let next = if take_right { &mut right } else { &mut left };
        *slot = from[*next];
        *next += 1;
    }
}

/// Moves the item at `order[i]` to `i`, for all `i`, by swaps along the cycles.
#[inline(never)]
fn arrange(mut order: Vec<usize>, swap: &mut dyn FnMut(usize, usize)) {
    for start in 0..order.len() {
        let mut at = start;
        loop {
            let next = std::mem::replace(&mut order[at], at);
            if next == start || next == at {
                break;
            }
            swap(at, next);
            at = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::random::Random;

    #[test]
    fn sorts_as_the_standard_library_does_and_keeps_equals_in_order() {
        let mut random = Random::of_run(7);
        for length in (0..40).chain([255, 256, 257, 1000]) {
            let items: Vec<(i64, usize)> = (0..length).map(|at| (random.below(9), at)).collect();
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
    fn gathers() {
        assert_eq!(distinct(["b", "a", "b"]), ["a", "b"]);
        assert_eq!(groups(vec![("b", 1), ("a", 2), ("b", 3)]), [("a", vec![2]), ("b", vec![1, 3])]);
    }
}
