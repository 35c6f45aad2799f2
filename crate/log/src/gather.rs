//! Iterators into lists, compiled once per type of item.
//!
//! The standard library's `collect` is compiled anew for every chain of iterators: hundreds of times in
//! this engine. Here a chain only gives its next item; the loop that fills the list is shared.

/// Gathers what is left of an iterator.
pub trait Gather: Iterator + Sized {
    /// The items as a list.
    fn gather(mut self) -> Vec<Self::Item> {
        fill(&mut self)
    }
}

impl<I: Iterator> Gather for I {}

/// Only what `fill` asks of an iterator: a whole `dyn Iterator` would bring more methods of each chain.
trait Source<T> {
    fn pull(&mut self) -> Option<T>;
}

impl<I: Iterator> Source<I::Item> for I {
    fn pull(&mut self) -> Option<I::Item> {
        self.next()
    }
}

#[inline(never)]
fn fill<T>(source: &mut dyn Source<T>) -> Vec<T> {
    let mut items = Vec::new();
    while let Some(item) = source.pull() {
        items.push(item);
    }
    items
}
